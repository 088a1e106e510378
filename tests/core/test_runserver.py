"""The development server starts although no office is mounted."""

import contextvars

import pytest
from django.contrib.staticfiles.management.commands.runserver import Command as Djangos

from core.management.commands.runserver import Command
from core.office import NoOffice


def test_asks_for_missing_migrations_without_an_office(offices) -> None:
    contextvars.Context().run(Command().check_migrations)


def test_the_one_of_django_cannot(offices) -> None:
    with pytest.raises(NoOffice):
        contextvars.Context().run(Djangos().check_migrations)
