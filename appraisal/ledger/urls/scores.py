"""Pages of scores."""

urlpatterns: list = []
