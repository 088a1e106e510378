"""The schema and its readable page; mounted at /api/."""

from django.urls import path

from api import views

urlpatterns = [
    path("docs", views.docs, name="api-docs"),
    path("schema", views.Schema.as_view(), name="api-schema"),
]
