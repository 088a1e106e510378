from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "appraisal.library"
    label = "library"
