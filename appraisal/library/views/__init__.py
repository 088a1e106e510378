"""Pages of templates: the list, the editor, its dialogs."""
