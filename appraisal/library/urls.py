"""Pages of this app, mounted under /<office>/."""

app_name = "library"
urlpatterns: list = []
