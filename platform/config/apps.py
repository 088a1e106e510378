from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The project itself, so that the demo's command has a home above all apps."""

    name = "config"
    label = "config"
