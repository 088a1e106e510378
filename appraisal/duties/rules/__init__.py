"""Plain functions: whether the parts make up a target, how a target is shared out."""
