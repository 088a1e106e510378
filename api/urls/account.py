"""The page of one's own tokens; mounted at /account/tokens/."""

from django.urls import path

from api import views_tokens

urlpatterns = [
    path("", views_tokens.index, name="tokens"),
    path("<int:token_id>/revoke/", views_tokens.revoke, name="token-revoke"),
]
