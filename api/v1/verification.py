"""Resources of verification."""

urlpatterns: list = []
