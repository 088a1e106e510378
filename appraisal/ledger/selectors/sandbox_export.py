"""A trial as a file: every prefecture's total, then each of its indicators both ways."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from appraisal.ledger.selectors import explanations, sandbox
from appraisal.ledger.selectors.scores import RankedOffice
from core import sheets

FORMATS = {
    "csv": "text/csv; charset=utf-8",
}


def file_of(trial: sandbox.Trial, form: str) -> bytes:
    """The file's bytes. form: a key of FORMATS."""
    rows = [about(trial), headings(), *lines(trial)]
    return (sheets.BOM + "".join(map(sheets.line, rows))).encode()


def about(trial: sandbox.Trial) -> list[object]:
    """Which run, which version: a file that lies about must say what it is."""
    run = trial.run
    version = (trial.plan.version or run.version).label
    return [
        _("沙盘推演，不是正式得分"),
        run.code,
        _("指标体系 %(version)s") % {"version": version},
        _("数据截至 %(day)s") % {"day": run.as_of},
    ]


def headings() -> list[object]:
    return [
        _("州市"), _("编码"), _("指标"), _("原分值"), _("新分值"), _("原得分"), _("新得分"), _("变化"), _("原名次"),
        _("新名次"), _("原等次"), _("新等次"), _("原因"),
    ]  # fmt: skip


def lines(trial: sandbox.Trial) -> Iterator[list[object]]:
    """A row for each prefecture's total, best first, each followed by its indicators in order."""
    for row in trial.rows:
        office: RankedOffice = row.card.office
        grades = [explanations.word(f"grade.{grade}") for grade in (row.card.grade, row.grade)]
        yield [
            office.label, "", _("总分"), "", "", row.card.total, row.total, row.change, row.card.rank, row.rank,
            *grades, "",
        ]  # fmt: skip
        order = [line.code for line in row.moved.lines]
        for story in sorted(sandbox.stories(trial, office.schema_name), key=lambda each: order.index(each.code)):
            moved = story.moved
            yield [
                office.label, story.code, story.name, story.points_before, story.points_after, moved.before,
                moved.after, moved.change, "", "", "", "", story.why,
            ]  # fmt: skip
