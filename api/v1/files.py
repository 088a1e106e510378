"""Resources of files."""

urlpatterns: list = []
