"""A form of the bureau's own: filed, replaced by the next, taken out of use."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from appraisal.results.events import paper_forms as happened
from appraisal.results.models import PaperForm
from appraisal.results.policies import paper_forms as policies
from appraisal.results.selectors import paper_forms as selectors
from appraisal.results.states import PaperFormState
from core import events, files
from core.documents import filling
from core.errors import Conflict, Invalid
from tenants.actors import Actor

Kind = PaperForm.Kind


@transaction.atomic
def file_form(*, kind: str, upload: Any, actor: Actor, at: datetime) -> PaperForm:
    """Draw this paper with the uploaded form from now on; the one in force before ends.

    A result that is locked keeps the form of that moment. Raises Denied, Invalid (field `kind`; field `file`: as
    core.files.store and core.documents.filling.check), Conflict (another one was filed at the same moment).
    """
    policies.file(actor)
    if kind not in selectors.KINDS:
        raise Invalid(_("请选择这份样式用于通报还是汇总表。"), field="kind")
    ending = selectors.KINDS[kind]
    if not (upload.name or "").lower().endswith(f".{ending}"):
        raise Invalid(
            _("%(kind)s的样式须是 .%(ending)s 文件。") % {"kind": Kind(kind).label, "ending": ending}, field="file"
        )
    stored = files.upload_file(upload=upload, actor=actor, at=at)
    with files.open_content(stored) as content:
        places = filling.check(content.read(), ending, selectors.KNOWN[kind])
    rows = PaperForm.objects.filter(province_id=actor.province_id, kind=kind)
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            for former in rows.filter(state=PaperFormState.IN_FORCE).select_for_update(no_key=True):
                _end(former, actor, at, replaced_by=number)
            form = PaperForm.objects.create(
                province_id=actor.province_id, kind=kind, number=number, file=stored, places=places,
                filed_by_id=actor.user_id, filed_by_name=actor.name, filed_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(_("刚才已有人上传了同一种样式。请刷新后核对，需要时重新上传。")) from None
    events.record(
        happened.PaperFormFiled(
            subject=form.subject, kind=kind, number=number, file_name=stored.name, sha256=stored.sha256
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return form


@transaction.atomic
def end_form(*, form_id: int, actor: Actor, at: datetime) -> PaperForm:
    """Back to the standard's form for results that are not locked yet. Raises NotFound, Denied, Conflict."""
    form = selectors.get_form(actor, form_id, lock=True)
    policies.end(actor, form)
    return _end(form, actor, at)


def _end(form: PaperForm, actor: Actor, at: datetime, *, replaced_by: int = 0) -> PaperForm:
    form.move(PaperFormState.ENDED)
    form.ended_by_name, form.ended_at = actor.name, at
    form.keep()
    events.record(happened.PaperFormEnded(subject=form.subject, replaced_by=replaced_by), actor=actor, at=at)
    return form
