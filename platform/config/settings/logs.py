"""One JSON object a line on stderr, with office, person and request id (core.logs)."""


def settings(level: str = "INFO") -> dict:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"where": {"()": "core.logs.WhereFilter"}},
        "formatters": {"json": {"()": "core.logs.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "filters": ["where"], "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": level, "propagate": False},
            "anlan": {"level": level},
            # A ring every few seconds is no news; core.jobs logs the jobs themselves.
            **{name: {"level": "WARNING"} for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace")},
        },
    }
