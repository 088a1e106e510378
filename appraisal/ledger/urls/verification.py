"""Pages of verification."""

urlpatterns: list = []
