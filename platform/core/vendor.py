"""Publishes single files of node_modules as `vendor/…`: a white list, and the icons that this code base names."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage

from core.vendor_files import VENDOR_FILES

PREFIX = "vendor/"
ICONS = f"{PREFIX}icons/"
SOURCES = ("platform", "tenants", "appraisal", "followup_projects", "api")
# Any quoted word that looks like an icon's name; what is no icon after all is sorted out by asking the package.
QUOTED = re.compile(r"""["']([a-z][a-z0-9]*(?:-[a-z0-9]+)*)["']""")


def modules() -> Path:
    """Where set-up put the front-end packages."""
    return Path(settings.BASE_DIR) / "node_modules"


def icon_path(name: str) -> Path:
    """The file of a Tabler icon inside the package. `flag-3-filled` is the filled form of `flag-3`."""
    kind, stem = ("filled", name.removesuffix("-filled")) if name.endswith("-filled") else ("outline", name)
    return modules() / "@tabler" / "icons" / "icons" / kind / f"{stem}.svg"


@lru_cache(maxsize=1)
def icons_named() -> tuple[str, ...]:
    """Every icon named in a template or a module of ours, sorted. A few words that are no icons here come along."""
    words: set[str] = set()
    for folder in SOURCES:
        for path in (Path(settings.BASE_DIR) / folder).rglob("*"):
            if path.suffix in {".html", ".py"}:
                words.update(QUOTED.findall(path.read_text("utf-8")))
    return tuple(sorted(word for word in words if icon_path(word).is_file()))


class _OneFile(FileSystemStorage):
    """A storage that knows one file, under whatever name it is asked for."""

    prefix = None

    def __init__(self, real: Path) -> None:
        super().__init__(location=str(real.parent))
        self.real = real

    def path(self, name: str) -> str:
        return str(self.real)


class VendorFinder(BaseFinder):
    """Finds `vendor/<public name>` and `vendor/icons/<icon>.svg` in node_modules."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Each listed file is in node_modules, or has been collected already (an image carries no node_modules)."""
        collected = Path(settings.STATIC_ROOT)
        return [
            Error(f"A front-end file is missing: {inside}", hint="Run npm ci (make demo does).", id="anlan.E010")
            for public, inside in VENDOR_FILES.items()
            if not (modules() / inside).is_file() and not (collected / PREFIX / public).is_file()
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        real = self._real(path)
        if real is None or not real.is_file():
            return []
        return [str(real)] if find_all else str(real)

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for public, inside in VENDOR_FILES.items():
            yield PREFIX + public, _OneFile(modules() / inside)
        for name in icons_named():
            yield f"{ICONS}{name}.svg", _OneFile(icon_path(name))

    @staticmethod
    def _real(path: str) -> Path | None:
        path = path.replace("\\", "/")
        if path.startswith(ICONS) and path.endswith(".svg"):
            name = path.removeprefix(ICONS).removesuffix(".svg")
            return icon_path(name) if QUOTED.fullmatch(f'"{name}"') else None
        inside = VENDOR_FILES.get(path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
        return modules() / inside if inside else None
