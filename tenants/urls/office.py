"""The office's home and its administration; mounted at /<office>/."""

urlpatterns: list = []
