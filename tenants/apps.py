from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"
    label = "tenants"

    def ready(self) -> None:
        from tenants import menu, metrics  # noqa: F401 (registers the figures)
        from tenants.selectors import changes, todos  # noqa: F401 (tells what waits)
        from tenants.selectors import emergency as emergencies
        from tenants.usecases import (  # noqa: F401 (register what they do or need)
            archives,
            emergency,
            notices,
            providers,
            putting_back,
            reanchoring,
            roles,
            second_factor,
            shadows,
            sign_in_rows,
        )

        menu.counter("changes")(changes.count_waiting)
        menu.counter("emergency")(emergencies.count_waiting)
