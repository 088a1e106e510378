"""The real servers that DATABASE_URL, BROKER_URL and CACHE_URL name, asked before the demo starts anything.

Each must answer and be able to do its part; what is in the way is one sentence. A sentence names host, port and
database and never a password.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
import kombu
import kombu.exceptions
import psycopg2  # type: ignore[import-untyped]
import redis

from core import tls
from core.postgres import fitness
from core.postgres.pooler import Pooling, pooling
from deploy.local.preflight import DemoError

PATIENCE_SECONDS = 5
DATABASE_SCHEMES = ("postgresql", "postgres")
BROKER_SCHEMES = ("amqp", "amqps", "redis", "rediss")
CACHE_SCHEMES = ("redis", "rediss")


def check(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Ask the servers that are named; answers a line for each. Raises DemoError for the first that will not do."""
    asked = []
    direct = environment.get("DIRECT_DATABASE_URL", "").strip()
    if url := environment.get("BROKER_URL", "").strip():
        asked.append(check_broker(url, environment.get("BROKER_CA", "").strip()))
    if url := environment.get("CACHE_URL", "").strip():
        asked.append(check_cache(url))
    if url := environment.get("DATABASE_URL", "").strip():
        owner = environment.get("OWNER_DATABASE_URL", "").strip()
        asked.insert(0, check_owner(url, owner) if owner else check_database(url, direct))
    return asked


def check_database(url: str, direct: str = "") -> str:
    """A PostgreSQL that is new enough, a login that may do what Anlan does, a way around a transaction pooler."""
    place = read("DATABASE_URL", url, DATABASE_SCHEMES, 5432)
    try:
        connection = connect("DATABASE_URL", url)
        try:
            with connection, connection.cursor() as cursor:
                refusal = fitness.refusal(cursor)
            version = connection.server_version // 10000
        finally:
            connection.close()
        kind = pooling(lambda: connect("DATABASE_URL", url))
    except psycopg2.Error as error:
        raise DemoError(f"DATABASE_URL: PostgreSQL at {place} cannot be used: {reason(error)}.") from None
    if refusal:
        raise DemoError(f"DATABASE_URL ({place}): {refusal}")
    if kind is Pooling.TRANSACTION:
        return f"PostgreSQL {version} at {place}, behind a transaction pooler; {check_way_around(url, direct)}"
    return f"PostgreSQL {version} at {place}"


def check_owner(url: str, owner: str) -> str:
    """The login that makes roles and becomes the owner of the schemas; that of `url` may not be there yet."""
    place = read("OWNER_DATABASE_URL", owner, DATABASE_SCHEMES, 5432)
    read("DATABASE_URL", url, DATABASE_SCHEMES, 5432)
    served, owners = dj_database_url.parse(url), dj_database_url.parse(owner)
    if served["NAME"] != owners["NAME"]:
        raise DemoError(f"DATABASE_URL and OWNER_DATABASE_URL ({place}) name two databases: it must be the same one.")
    if served["USER"] == owners["USER"]:
        raise DemoError(f"DATABASE_URL and OWNER_DATABASE_URL both name the login {owners['USER']}: name two.")
    try:
        connection = connect("OWNER_DATABASE_URL", owner)
        try:
            with connection, connection.cursor() as cursor:
                refusal = fitness.refusal(cursor)
            version = connection.server_version // 10000
        finally:
            connection.close()
        kind = pooling(lambda: connect("OWNER_DATABASE_URL", owner))
    except psycopg2.Error as error:
        raise DemoError(f"OWNER_DATABASE_URL: PostgreSQL at {place} cannot be used: {reason(error)}.") from None
    if refusal:
        raise DemoError(f"OWNER_DATABASE_URL ({place}): {refusal}")
    if kind is Pooling.TRANSACTION:
        raise DemoError(f"OWNER_DATABASE_URL leads through a transaction pooler ({place}): name PostgreSQL itself.")
    return f"PostgreSQL {version} at {place}, schemas by {owners['USER']}, pages by {served['USER']}"


def check_way_around(url: str, direct: str) -> str:
    """What goes around the pooler of `url`: the same database, with no transaction pooler before it."""
    if not direct:
        raise DemoError(
            "DATABASE_URL leads through a transaction pooler, where schema work is not safe: "
            "set DIRECT_DATABASE_URL to PostgreSQL itself, with the same database and login."
        )
    place = read("DIRECT_DATABASE_URL", direct, DATABASE_SCHEMES, 5432)
    if dj_database_url.parse(direct)["NAME"] != dj_database_url.parse(url)["NAME"]:
        raise DemoError(f"DATABASE_URL and DIRECT_DATABASE_URL ({place}) name two databases: it must be the same one.")
    try:
        kind = pooling(lambda: connect("DIRECT_DATABASE_URL", direct))
    except psycopg2.Error as error:
        raise DemoError(f"DIRECT_DATABASE_URL: PostgreSQL at {place} cannot be used: {reason(error)}.") from None
    if kind is Pooling.TRANSACTION:
        raise DemoError(f"DIRECT_DATABASE_URL leads through a transaction pooler ({place}): name PostgreSQL itself.")
    return f"schema work goes around it to {place}"


def connect(name: str, url: str) -> Any:
    """A new connection. Raises DemoError when the URL, which is the value of `name`, names no database."""
    chosen = dj_database_url.parse(url)
    if not chosen["NAME"]:  # The driver would try one that is called like the login.
        raise DemoError(f"{name} names no database: write {url.partition(':')[0]}://user:password@host:port/name.")
    return psycopg2.connect(
        dbname=chosen["NAME"],
        user=chosen["USER"],
        password=chosen["PASSWORD"],
        host=chosen["HOST"],
        port=chosen["PORT"] or None,
        **{"connect_timeout": PATIENCE_SECONDS, **chosen.get("OPTIONS", {})},
    )


def check_broker(url: str, authority: str = "") -> str:
    """A RabbitMQ or Redis that lets us in; over TLS one whose certificate `authority` signed."""
    place = read("BROKER_URL", url, BROKER_SCHEMES, 5672 if url.startswith("amqp") else 6379)
    secure = tls.broker_options(url, authority) or None
    broker = kombu.Connection(url, connect_timeout=PATIENCE_SECONDS, ssl=secure)
    refusals = (*broker.connection_errors, *broker.channel_errors, kombu.exceptions.KombuError, OSError, ValueError)
    try:
        with broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=PATIENCE_SECONDS)
            with broker.channel():  # Redis is asked nothing before there is one.
                pass
    except refusals as error:
        raise DemoError(f"BROKER_URL: the broker at {place} cannot be used: {reason(error)}.") from None
    return f"Broker at {place}"


def check_cache(url: str) -> str:
    """A Redis that lets us in."""
    place = read("CACHE_URL", url, CACHE_SCHEMES, 6379)
    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS
        ) as cache:
            cache.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        raise DemoError(f"CACHE_URL: Redis at {place} cannot be used: {reason(error)}.") from None
    return f"Cache at {place}"


def read(name: str, url: str, schemes: tuple[str, ...], port: int) -> str:
    """Host, port and path of a URL, fit to be shown. Raises DemoError for what is no such URL."""
    try:
        parts = urlsplit(url)
        host, port = unquote(parts.hostname or ""), parts.port or port
    except ValueError:
        raise DemoError(f"{name} is no URL: write {schemes[0]}://user:password@host:{port}/name.") from None
    if parts.scheme not in schemes:
        known = ", ".join(f"{scheme}://" for scheme in schemes)
        raise DemoError(f"{name} begins with {parts.scheme or 'nothing'}://, and Anlan speaks {known}.")
    if not host and name != "DATABASE_URL":  # PostgreSQL has a socket on this machine besides.
        raise DemoError(f"{name} names no host: write {parts.scheme}://user:password@host:{port}/name.")
    where = f"{host}:{port}" if host and not host.startswith("/") else host or "this machine's socket"
    return where + parts.path.rstrip("/")


def reason(error: BaseException) -> str:
    """What a driver said first, without the codes and the place that stand before it."""
    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = said[0] if said else type(error).__name__
    text = re.sub(r"^.*?: \(\d{3}\) ", "", text)  # AMQP names the method and the code first.
    return text.rpartition("failed: ")[2].removeprefix("FATAL: ").strip().rstrip(".")
