"""The office's home and its administration; mounted at /<office>/."""

from django.urls import path

from tenants.views import home

urlpatterns = [
    path("", home.home, name="home"),
]
