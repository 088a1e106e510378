"""Pages of the month: workbench, report form, evidence, signature."""
