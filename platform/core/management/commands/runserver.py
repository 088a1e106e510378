"""Django's development server, which asks for missing migrations before any office is mounted."""

from django.contrib.staticfiles.management.commands.runserver import Command as Served

from core import office


class Command(Served):
    """As Django's, with static files."""

    def check_migrations(self) -> None:
        with office.maintenance():
            super().check_migrations()
