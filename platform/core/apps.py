from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    label = "core"
    verbose_name = "core"

    def ready(self) -> None:
        from core import checks  # noqa: F401 (registers the system checks)
        from core.jobs import housekeeping  # noqa: F401 (registers its jobs and their schedules)
