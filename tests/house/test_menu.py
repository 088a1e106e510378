"""The menu's promises: every line leads somewhere, every counter exists."""

import pytest
from django.conf import settings
from django.urls import reverse

from tenants import menu

ITEMS = [entry for _title, entries in menu.table() for entry in entries]


@pytest.mark.parametrize("name", sorted({entry[0] for entry in ITEMS}))
def test_every_item_has_a_page(name: str) -> None:
    assert reverse(name, urlconf=settings.OFFICE_URLCONF)


@pytest.mark.parametrize("name", sorted({entry[5] for entry in ITEMS if entry[5]}))
def test_every_counter_is_registered(name: str) -> None:
    assert name in menu.counters()
