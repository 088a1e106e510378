from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "appraisal.reporting"
    label = "reporting"

    def ready(self) -> None:
        from appraisal.reporting.selectors import counts, todos  # noqa: F401 (tells what waits)
        from appraisal.reporting.usecases import put_back  # noqa: F401 (says which drafts may be put back)
        from tenants import menu

        menu.counter("workbench")(counts.to_fill)
        menu.counter("sign-off")(counts.to_sign)
