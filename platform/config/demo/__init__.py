"""A believable year of Yunnan, made by calling use cases; the same every time.

world: offices, people, calendar. figures: targets and values. stories: what went out of the ordinary.
year: plays January to November through the use cases, at the moments people would have done it.
"""
