from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "appraisal.ledger"
    label = "ledger"

    def ready(self) -> None:
        from appraisal.ledger.reactions import evidence, letters, menu  # noqa: F401 (register who reads files, what waits)
        from appraisal.ledger.usecases import scores  # noqa: F401 (registers its job, for workers that load no URLs)
