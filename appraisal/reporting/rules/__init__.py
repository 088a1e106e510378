"""Plain rules of filling in: the shape of a fact, what of it must be explained, which county lines must add up."""
