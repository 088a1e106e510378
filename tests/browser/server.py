"""A web server with a world to look at: `python -m tests.browser.server DATABASE [tests.browser.world]`.

Makes the database (dropping one of the same name), migrates, plays the world, then serves on a free port of 127.0.0.1
and works jobs off in a thread. The first line on standard output is JSON: {"url", "sessions": {account: cookie}}.
A moment (ISO 8601) on a line of standard input sets the server's clock and is answered by another such line, with
new sessions: the old ones have run out. An empty line gets new sessions only. Stops, and drops its database, when
standard input is closed: so also when the test run that started it is killed.
"""

import json
import os
import shutil
import sys
import tempfile
import threading
import time
from contextlib import closing
from datetime import datetime
from importlib import import_module
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATABASE = sys.argv[1] if __name__ == "__main__" else ""
WORLD = sys.argv[2] if len(sys.argv) > 2 and __name__ == "__main__" else "tests.browser.world"
DATA = tempfile.mkdtemp(prefix="anlan-browser-")


def set_up() -> None:
    """Django with the tests' settings on our database, and a clock that starts at the world's moment."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.browser.settings"
    os.environ["DATA_DIR"] = DATA
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = DATABASE
    from tests.browser import clock

    django.setup()
    clock.start_at(import_module(WORLD).NOW)


def compile_texts() -> None:
    """The English texts, where somebody wrote some since they were compiled."""
    from core import messages_catalog

    texts = [*ROOT.glob("*/locale/en/LC_MESSAGES/django.po"), *ROOT.glob("*/*/locale/en/LC_MESSAGES/django.po")]
    compiled = [path.with_suffix(".mo") for path in texts]
    if not all(
        mo.is_file() and mo.stat().st_mtime >= po.stat().st_mtime for po, mo in zip(texts, compiled, strict=True)
    ):
        messages_catalog.compile_all(ROOT)


def make_database() -> None:
    drop_database()
    with closing(_admin()) as connection, connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{DATABASE}"')


def drop_database() -> None:
    """With the logins of its provinces: roles belong to the whole server."""
    with closing(_admin()) as connection, connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [f"app\\_%@{DATABASE}"])
        for (login,) in cursor.fetchall():
            cursor.execute(f'DROP ROLE "{login}"')


def _admin():
    import psycopg2
    from django.conf import settings

    database = settings.DATABASES["default"]
    connection = psycopg2.connect(
        dbname="postgres", host=database["HOST"], port=database["PORT"], user=database["USER"],
        password=database["PASSWORD"],
    )  # fmt: skip
    connection.autocommit = True
    return connection


def fill() -> list[str]:
    """Migrate and play the world; answers its accounts."""
    from django.core.management import call_command

    call_command("upgrade", verbosity=0, skip_checks=True, stdout=StringIO())
    return sorted(import_module(WORLD).build())


def sign_in(accounts: list[str]) -> dict[str, str]:
    """A new session of everybody; answers {account: session cookie}."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import transaction

    from core import office as office_core
    from tenants.models import User

    sessions = {}
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        for user in User.objects.filter(username__in=accounts):
            session = SessionStore()
            session[SESSION_KEY] = str(user.pk)
            session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session.create()
            sessions[user.username] = session.session_key
    return sessions


def give_logins() -> None:
    """Every province a database login of its own, as an installation has: all pages and jobs run by them."""
    from django.conf import settings

    from core import office as office_core
    from tenants import logins

    settings.PROVINCE_LOGINS_FILE = str(Path(DATA) / "keys" / "logins.json")
    with office_core.maintenance():
        logins.reconcile()


class Worker(threading.Thread):
    """Runs what is due whenever the doorbell rings, and looks every second."""

    def __init__(self) -> None:
        from core import tasks

        super().__init__(name="jobs")
        self._rung, self._over = threading.Event(), False
        tasks.ring.delay = self._rung.set

    def run(self) -> None:
        from core import jobs

        while not self._over:
            self._rung.wait(1)
            self._rung.clear()
            jobs.run_due()

    def stop(self) -> None:
        self._over = True
        self._rung.set()
        self.join()


def main() -> None:
    set_up()
    compile_texts()
    make_database()
    try:
        accounts = fill()
        give_logins()
        from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
        from django.core.wsgi import get_wsgi_application
        from django.utils import timezone

        from tests.browser import clock

        class Handler(WSGIRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                """The application logs requests."""

        server = ThreadedWSGIServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.set_app(get_wsgi_application())
        worker = Worker()
        worker.start()
        threading.Thread(target=server.serve_forever, name="web", daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"

        def tell() -> None:
            ahead = timezone.now().timestamp() - time.time()
            print(json.dumps({"url": url, "sessions": sign_in(accounts), "ahead": ahead}), flush=True)

        tell()
        for moment in sys.stdin:
            if moment.strip():
                clock.start_at(datetime.fromisoformat(moment.strip()))
            tell()
        server.shutdown()
        worker.stop()
    finally:
        drop_database()
        shutil.rmtree(DATA, ignore_errors=True)


if __name__ == "__main__":
    main()
