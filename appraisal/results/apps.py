from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "appraisal.results"
    label = "results"

    def ready(self) -> None:
        from appraisal.results.reactions import (  # noqa: F401 (register who reads files, what waits, what stays)
            evidence,
            menu,
            own_rules,
            year_end,
        )
        from appraisal.results.usecases import calculating  # noqa: F401 (registers its job, for workers that load no URLs)
