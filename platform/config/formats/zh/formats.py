"""Days and numbers of zh-county (core.wording): as in Chinese."""

from django.conf.locale.zh_Hans.formats import *  # type: ignore[import-untyped]  # noqa: F403
