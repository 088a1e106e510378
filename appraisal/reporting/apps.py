from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "appraisal.reporting"
    label = "reporting"
