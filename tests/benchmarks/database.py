"""A database of its own on the chosen server, dropped afterwards with the roles its offices brought."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from deploy.local import pg

ROLES = "t_bench%"


@contextmanager
def server() -> Iterator[str]:
    """DATABASE_URL, or the embedded server of DATA_DIR; one that did not run before is stopped again."""
    if chosen := os.environ.get("DATABASE_URL"):
        yield chosen
        return
    embedded = pg.Server(pg.data_dir() / "pg")
    started = embedded.start()
    try:
        yield embedded.url() or ""
    finally:
        if started:
            embedded.stop()


@contextmanager
def database() -> Iterator[str]:
    """Make a database, put its address into DATABASE_URL for this process and its children, drop it at the end."""
    before, name = os.environ.get("DATABASE_URL"), f"anlan_bench_{os.getpid()}"
    with server() as url:
        _run(url, f"CREATE DATABASE {name} TEMPLATE template0")
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        try:
            yield name
        finally:
            os.environ.pop("DATABASE_URL")
            if before is not None:
                os.environ["DATABASE_URL"] = before
            drop(url, name)
            _drop_roles(url)


def _run(url: str, statement: str) -> list[Any]:
    """One statement outside a transaction, where databases are made and dropped."""
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def drop(server: str, name: str) -> None:
    """FORCE ends everybody's work in it but the autovacuum's, which belongs to the superuser and is waited for."""
    for waited in range(60):
        try:
            _run(server, f"DROP DATABASE {name} WITH (FORCE)")
            return
        except psycopg2.errors.InsufficientPrivilege:
            if waited == 59:
                raise
            time.sleep(1)


def _drop_roles(server: str) -> None:
    """Roles belong to the whole server. One that another run still uses stays, and goes with that run."""
    for (role,) in _run(server, f"SELECT rolname FROM pg_roles WHERE rolname LIKE '{ROLES}'"):
        try:
            _run(server, f'DROP ROLE "{role}"')
        except psycopg2.errors.DependentObjectsStillExist:
            continue
