"""Pages of letters."""

urlpatterns: list = []
