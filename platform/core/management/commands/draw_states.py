"""manage.py draw_states: draw the lives of things into platform/docs/states.md."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import override

from core.lives import Life, lives

DRAWING = Path("platform") / "docs" / "states.md"
HEAD = """# States

Drawn from the `states.py` of each app by `manage.py draw_states`; do not edit. `make check` compares.
"""


class Command(BaseCommand):
    help = "Draw every state table as a Mermaid diagram into platform/docs/states.md; --check only compares."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when the drawing is out of date")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        path, text = Path(settings.BASE_DIR) / DRAWING, drawn()
        current = path.read_text("utf-8") if path.is_file() else ""
        if check:
            if current != text:
                self.stderr.write(f"{DRAWING} is out of date: run manage.py draw_states and commit it")
                sys.exit(1)
            return
        path.write_text(text, "utf-8")
        self.stdout.write(f"{DRAWING} drawn" if current != text else f"{DRAWING} was current")


def drawn() -> str:
    """The whole document."""
    with override("zh-hans"):
        return HEAD + "".join(_diagram(life) for life in lives())


def _diagram(life: Life) -> str:
    who = ", ".join(f"`{model._meta.label}`" for model in life.models) or "no model"
    lines = [f"\n## {life.app}: {life.states.__name__}", "", f"Lived by {who}.", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    {state.value}: {state.value} {state.label}" for state in life.states]
    if life.start:
        lines.append(f"    [*] --> {life.start}")
    for state in life.states:
        following = life.transitions[state.value]
        lines += [f"    {state.value} --> {after.value}" for after in life.states if after in following]
        if not following:
            lines.append(f"    {state.value} --> [*]")
    return "\n".join([*lines, "```", ""])
