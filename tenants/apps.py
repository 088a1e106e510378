from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"
    label = "tenants"

    def ready(self) -> None:
        from tenants import menu, metrics  # noqa: F401 (registers the figures)
        from tenants.selectors import changes
        from tenants.usecases import roles, second_factor  # noqa: F401 (register what needs a second administrator)

        menu.counter("changes")(changes.count_waiting)
