"""A letter signed on paper: each side files its own copy, and a better one beside it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from appraisal.ledger.events import letters as events
from appraisal.ledger.models import LetterScan
from appraisal.ledger.policies import letters as policies
from appraisal.ledger.selectors import letter_scans as selectors
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.selectors.province_facts import evidence_of
from appraisal.ledger.usecases.checks import checked_reason
from core import wording
from core.errors import Invalid
from core.files import SHOWN_INLINE  # PDF and pictures: what a scanner or a camera makes
from tenants.actors import Actor

MOST = 60  # pages photographed one by one


@transaction.atomic
def file_scan(
    *, letter_id: int, edition: int, evidence: Sequence[str], note: str = "", actor: Actor, at: datetime
) -> LetterScan:
    """File the copy of the actor's side of one version; an earlier copy of that side stays in the record.

    edition: number of the version that the paper shows; evidence: ids of files of the actor's office in the order of
    the pages, PDF or pictures; note: why it takes the place of the one before, asked where there is one.
    Source: domain reference 2.2 step 4. Raises NotFound (letter, version, file), Denied, Conflict (not signed yet),
    Invalid (no file, too many, another kind of file, the same bytes as the copy before, note).
    """
    letter = letter_selectors.get_letter(actor, letter_id, lock=True)  # two copies of a side are numbered in turn
    policies.file_scan(actor, letter)
    version = letter_selectors.get_version(letter, edition)
    assert version is not None  # a number was given
    files = _pages(actor, evidence)
    side = selectors.side_of(actor)
    before = selectors.standing(version, side)
    if before is not None:
        note = checked_reason(note, at, field="note", longest=200)
        if [page["sha256"] for page in before.evidence] == [page["sha256"] for page in files]:
            raise Invalid(_("这与现存的扫描件完全相同，不必再存。"), field="evidence")
    with translation.override(wording.kept()):
        role = actor.role_label[:120]
    scan = LetterScan.objects.create(
        version=version, side=side, number=before.number + 1 if before else 1, evidence=files,
        note=note.strip() if before else "", filed_by_id=actor.user_id, filed_by_name=actor.name, filed_by_role=role,
        filed_at=at,
    )  # fmt: skip
    event = events.LetterScanFiled(
        subject=letter_selectors.subject_of(letter.pk), version=version.number, side=side, number=scan.number,
        files={str(page["name"]): str(page["sha256"]) for page in files}, note=scan.note,
    )  # fmt: skip
    events.record(event, actor=actor, at=at)
    return scan


def _pages(actor: Actor, evidence: Sequence[str]) -> list[dict[str, object]]:
    ids = list(dict.fromkeys(evidence))
    if not ids:
        raise Invalid(_("请选择责任书签字后的扫描件或照片。"), field="evidence")
    if len(ids) > MOST:
        raise Invalid(_("一份扫描件最多 %(most)s 个文件，请合并成 PDF 后再存。") % {"most": MOST}, field="evidence")
    found = evidence_of(actor, ids)
    files = [found[file_id] for file_id in ids]
    for page in files:
        if page["media_type"] not in SHOWN_INLINE:
            raise Invalid(
                _("“%(name)s”不是扫描件。请存 PDF，或 JPG、PNG、WEBP 图片。") % {"name": page["name"]},
                field="evidence",
            )
    return files
