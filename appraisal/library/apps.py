from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "appraisal.library"
    label = "library"

    def ready(self) -> None:
        from appraisal.library.selectors import own_rules
        from core import parameters

        parameters.follow(own_rules.laid_down_here)
