"""The schema and its readable page; mounted at /api/."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from api import views

urlpatterns = [
    path("docs", views.docs, name="api-docs"),
    path("schema", SpectacularAPIView.as_view(urlconf="config.urls.office"), name="api-schema"),
]
