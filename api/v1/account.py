"""Resources of account."""

urlpatterns: list = []
