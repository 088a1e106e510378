"""Resources of jobs."""

urlpatterns: list = []
