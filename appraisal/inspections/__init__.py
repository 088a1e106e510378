"""Inspections: who is inspected and who inspects is drawn so that anybody can redo it; tasks on site; rectification."""
