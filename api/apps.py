from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    label = "api"

    def ready(self) -> None:
        from api.tokens import revoke_all
        from tenants.usecases import sessions

        sessions.together(revoke_all)
