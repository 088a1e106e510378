"""`python -m tests.recovery RECEIPTS`: offices with people at work, on DATABASE_URL, until the database is gone.

What the database has answered is noted in RECEIPTS, a line each: office, number, second. "ready" is printed when they
begin.
"""

import os
import sys
import threading
import time
from pathlib import Path

from tests.benchmarks.set_up import find_packages

find_packages()

OFFICES, MONTH = 4, 10  # open at world.AT
ADMINISTRATOR = "drill-sys"  # of the first office


def main(receipts: Path) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.db import DatabaseError, connection, transaction
    from django.utils import timezone

    from appraisal.reporting import usecases
    from core import office as office_core
    from core.audit import anchors
    from tenants.models import Role
    from tests import factories
    from tests.benchmarks import workbench, world

    settings.AUDIT_ANCHOR_DIR = receipts.parent / "anchors"
    settings.AUDIT_KEY_FILE = receipts.parent / "keys" / "audit.pem"
    world.make_tables()
    province = world.make_province("drill", OFFICES)
    desks = [workbench.Desk(province, number) for number in range(1, OFFICES + 1)]
    with world.public():
        period = province.period(MONTH)
        indicator = next(row for row in province.cycle.version.indicators.order_by("position") if row.method == "RATIO")
        factories.make_person(desks[0].office, Role.SYS_ADMIN, username=ADMINISTRATOR)
    gone, alone = threading.Event(), threading.Lock()

    def report(desk: workbench.Desk) -> None:
        """Save one value again and again, each time with another narrative, by the use case that page and API call."""
        number = 0
        try:
            while not gone.is_set():
                number += 1
                with office_core.mounted(desk.office.mount(actor_id=desk.actor.user_id)), transaction.atomic():
                    usecases.save_value(
                        period_id=period.pk, indicator_id=indicator.pk, fact={"value": str(number)},
                        narrative=f"第 {number} 次", lock_version=number - 1, actor=desk.actor, at=world.AT,
                    )  # fmt: skip
                with alone, receipts.open("a", encoding="utf-8") as out:
                    out.write(f"{desk.office.schema_name} {number} {time.time()}\n")
        except DatabaseError:
            gone.set()
        finally:
            connection.close()

    def anchor() -> None:
        """Each half second, as beat does each minute."""
        try:
            while not gone.wait(0.5):
                anchors.anchor_heads(at=timezone.now())
        except DatabaseError:
            gone.set()
        finally:
            connection.close()

    people = [threading.Thread(target=report, args=(desk,)) for desk in desks] + [threading.Thread(target=anchor)]
    print("ready", flush=True)
    for one in people:
        one.start()
    for one in people:
        one.join()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
