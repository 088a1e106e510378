"""Forms of templates: the parameters of each method, the fields of an indicator, copying, importing, publishing."""
