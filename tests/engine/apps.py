"""Registers the kind of job that dies, in processes started for it only."""

from django.apps import AppConfig


class EngineConfig(AppConfig):
    name = "tests.engine"
    label = "engine"

    def ready(self) -> None:
        from tests.engine import deadly

        deadly.register()
