"""Sign-in, the account, and the choice of an office; mounted at /."""

urlpatterns: list = []
