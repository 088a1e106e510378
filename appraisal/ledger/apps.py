from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "appraisal.ledger"
    label = "ledger"

    def ready(self) -> None:
        from appraisal.ledger.reactions import evidence, letters, menu, own_rules, regions  # noqa: F401 (who reads files, what waits, what stays)
        from appraisal.ledger.usecases import scores  # noqa: F401 (registers its job, for workers that load no URLs)
