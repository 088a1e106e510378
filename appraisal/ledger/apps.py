from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "appraisal.ledger"
    label = "ledger"
