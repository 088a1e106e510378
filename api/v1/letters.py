"""Resources of letters."""

urlpatterns: list = []
