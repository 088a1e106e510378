"""A month of the office: the sheet (everything at once), the workbench, one value's form."""
