"""Django's sessions in the database, read and written by their exact key through three functions.

A province's login has no right to the table: sessions of all provinces stand in it, and a row tells nobody whose it is.
Who knows a key has the session anyway, so the functions (config.cells.ANSWERS) ask for nothing else and list nothing.
"""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone


class SessionStore(db.SessionStore):
    """Raises what Django's does: CreateError when a new key is taken, UpdateError when the session is gone."""

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key or ""
        row = _ask("SELECT data, ends FROM anlan_cell.session(%s)", [key])
        if row is None or row[1] <= timezone.now():
            self._session_key = None
            return None
        return Session(session_key=key, session_data=row[0], expire_date=row[1])

    def exists(self, session_key: str) -> bool:
        return _ask("SELECT 1 FROM anlan_cell.session(%s)", [session_key]) is not None

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
            return
        row = self.create_model_instance(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        given = [row.session_key, row.session_data, row.expire_date, must_create]
        (done,) = _ask("SELECT anlan_cell.keep_session(%s, %s, %s, %s)", given) or (False,)
        if not done:
            raise CreateError if must_create else UpdateError

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            end([key])


def end(keys: list[str]) -> None:
    """Remove sessions by their keys; what is not there is none any more."""
    _ask("SELECT anlan_cell.end_sessions(%s)", [keys])


def _ask(sql: str, given: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchone()
