"""Opening an appraisal year, and its peer groups."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.ledger.models import Participant
from appraisal.ledger.usecases.cycles import Peer
from appraisal.library.models import TemplateVersion
from tenants.models import Office


class OpenForm(forms.Form):
    version_id = forms.TypedChoiceField(coerce=int, label=gettext_lazy("指标体系版本"))
    name = forms.CharField(max_length=80, label=gettext_lazy("名称"))

    def __init__(self, versions: list[TemplateVersion], data: Any = None) -> None:
        first = versions[0] if versions else None
        name = _("%(year)s 年度目标责任考核") % {"year": first.year} if first else ""
        super().__init__(data, initial={"name": name})
        choices = [(row.pk, f"{row.template.label} {row.label}") for row in versions]
        self.fields["version_id"].choices = choices  # type: ignore[attr-defined]


def peers_of(data: Any, offices: list[Office]) -> list[Peer]:
    """The groups as typed: group-<office id> and reason-<office id>; what is no number becomes group 0."""
    peers = []
    for office in offices:
        text = data.get(f"group-{office.pk}", "").strip()
        group = int(text) if text.isdecimal() and len(text) < 4 else 0
        peers.append(Peer(office.pk, group, data.get(f"reason-{office.pk}", "")))
    return peers


def peer_rows(
    offices: list[Office], participants: list[Participant], peers: list[Peer], wrong: list[dict[str, str]]
) -> list[dict[str, Any]]:
    """Every prefecture with its group and reason, as typed or as stored, and what is wrong with it."""
    stored = {row.office_id: (row.peer_group, row.reason) for row in participants}
    typed = {peer.office_id: (peer.peer_group or "", peer.reason) for peer in peers}
    errors = {row["code"]: row["message"] for row in wrong}
    rows = []
    for office in offices:
        group, reason = typed.get(office.pk) or stored.get(office.pk) or ("", "")
        rows.append({"office": office, "group": group, "reason": reason, "error": errors.get(office.schema_name, "")})
    return rows
