"""The portal: sign-in, the choice of an office, health, components, the API's schema."""

from django.urls import include, path

urlpatterns = [
    path("", include("core.urls")),
    path("", include("tenants.urls.portal")),
    path("account/tokens/", include("api.urls.account")),
    path("api/", include("api.urls.portal")),
]
