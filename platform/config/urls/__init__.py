"""Two URL configurations: the portal at / and the office mounted at /<office>/."""
