"""A worker loads no URLs; it must know every kind of job all the same."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
KNOWN = "import django; django.setup(); from core.jobs import registry; print(*sorted(registry._kinds), sep='\\n')"


def test_every_job_is_registered_by_setting_up_django_alone() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONPATH": "platform:."}
    answer = subprocess.run(
        [sys.executable, "-c", KNOWN], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    written = sum(
        path.read_text("utf-8").count("\n@jobs.job(")
        for app in ("api", "appraisal", "followup_projects", "platform/core", "tenants")
        for path in (ROOT / app).rglob("*.py")
    )
    kinds = answer.stdout.split()
    # core/jobs/__init__.py shows the decorator once in its docstring
    assert len(kinds) == written - 1
    assert "ledger.calculate_run" in kinds
