"""Pages of this app, mounted under /<office>/."""

app_name = "reporting"
urlpatterns: list = []
