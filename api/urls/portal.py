"""The schema and its readable page; mounted at /api/."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(urlconf="config.urls.office"), name="api-schema"),
]
