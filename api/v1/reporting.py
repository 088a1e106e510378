"""Resources of reporting."""

urlpatterns: list = []
