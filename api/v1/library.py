"""Resources of library."""

urlpatterns: list = []
