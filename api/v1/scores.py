"""Resources of scores."""

urlpatterns: list = []
