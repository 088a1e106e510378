"""Celery is a doorbell for the job table; without BROKER_URL it rings through files under DATA_DIR."""

import os
from pathlib import Path

from celery.schedules import crontab

from core import tls


def settings(data_dir: Path) -> dict:
    common = {
        "CELERY_TASK_IGNORE_RESULT": True,
        "CELERY_TASK_ACKS_LATE": True,
        "CELERY_WORKER_PREFETCH_MULTIPLIER": 1,
        "CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP": True,
        "CELERY_BROKER_CONNECTION_MAX_RETRIES": None,  # a broker that is away for a night finds its worker waiting
        "CELERY_WORKER_HIJACK_ROOT_LOGGER": False,  # its lines are JSON like all others
        "CELERY_TIMEZONE": "Asia/Shanghai",
        "CELERY_BEAT_SCHEDULE": {
            # A ring nobody heard in time is worth nothing: the next one sweeps the same table.
            "sweep-jobs": {"task": "core.tasks.ring", "schedule": 3.0, "options": {"expires": 3.0}},
            "anchor-audit": {"task": "core.tasks.anchor", "schedule": 60.0, "options": {"expires": 60.0}},
            "verify-audit": {"task": "core.tasks.verify_audit", "schedule": crontab(hour=3, minute=10)},
        },
        "CELERY_BEAT_SCHEDULE_FILENAME": str(data_dir / "beat-schedule"),
    }
    if url := os.environ.get("BROKER_URL"):
        secure = tls.broker_options(url, os.environ.get("BROKER_CA", ""))
        return {**common, "CELERY_BROKER_URL": url, **({"CELERY_BROKER_USE_SSL": secure} if secure else {})}
    folder = data_dir / "broker"
    for name in ("queue", "control"):  # The file transport expects them to be there.
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        **common,
        "CELERY_BROKER_URL": "filesystem://localhost//",
        "CELERY_BROKER_TRANSPORT_OPTIONS": {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "processed_folder": str(folder / "done"),
            "control_folder": str(folder / "control"),
            "store_processed": False,
            "polling_interval": 0.2,  # seconds from the ring to the worker, at most
        },
    }
