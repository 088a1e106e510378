"""Resources of offices."""

urlpatterns: list = []
