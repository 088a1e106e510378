from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "appraisal.inspections"
    label = "inspections"

    def ready(self) -> None:
        from appraisal.inspections.reactions import evidence, menu  # noqa: F401 (register who reads files, what waits)
