"""The menu's promises: every line leads somewhere, every counter exists."""

import pytest
from django.conf import settings
from django.urls import reverse

from tenants import menu
from tests.house import access

ITEMS = [entry for _title, entries in menu.table() for entry in entries]


@pytest.mark.parametrize("name", sorted({entry[0] for entry in ITEMS}))
def test_every_item_has_a_page(name: str) -> None:
    assert reverse(name, urlconf=settings.OFFICE_URLCONF)


@pytest.mark.parametrize("name", sorted({entry[5] for entry in ITEMS if entry[5]}))
def test_every_counter_is_registered(name: str) -> None:
    assert name in menu.counters()


def test_every_folder_beneath_an_item_has_pages() -> None:
    routes = [door.route for door in access.doors("office")]
    folders = {folder for folders in menu.beneath().values() for folder in folders}

    assert set(menu.beneath()) <= {entry[0] for entry in ITEMS}
    assert {folder for folder in folders if not any(route.startswith(folder) for route in routes)} == set()
