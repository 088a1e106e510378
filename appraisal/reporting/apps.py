from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "appraisal.reporting"
    label = "reporting"

    def ready(self) -> None:
        from appraisal.reporting.selectors import counts
        from tenants import menu

        menu.counter("workbench")(counts.to_fill)
        menu.counter("sign-off")(counts.to_sign)
