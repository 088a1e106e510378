"""What a verifier should know of the files behind a value: handed in after the day, seen with another office."""

from collections import defaultdict

from django.utils import timezone

from appraisal.ledger.models import CurrentValue
from appraisal.ledger.rules.remarks import Remark
from core.models import StoredFile
from tenants.models import Office


def about(current: CurrentValue) -> list[Remark]:
    """Remarks, asked anew each time, so that both offices' values bear it whoever was first. Three
    queries, none for a value without files.

    A file counts by its content: another name does not hide it. Source: domain reference 2.7 cases 11 and 12.
    """
    listed = {str(entry["id"]): entry for entry in current.value.evidence}
    if not listed:
        return []
    due = current.period.due_on
    files = list(StoredFile.objects.filter(pk__in=listed).order_by("uploaded_at", "pk"))
    late = [file for file in files if timezone.localdate(file.uploaded_at) > due]
    found = []
    if late:
        told = [[file.name, timezone.localdate(file.uploaded_at).isoformat()] for file in late]
        found.append(Remark("FILES_LATE", "HINT", {"files": told, "due": due.isoformat()}))
    return found + _shared(current, files)


def _shared(current: CurrentValue, files: list[StoredFile]) -> list[Remark]:
    """One remark for each content that another office of the province has uploaded, too."""
    offices = dict(
        Office.objects.filter(parent_id=current.office.parent_id)
        .exclude(pk=current.office_id)
        .values_list("schema_name", "short_name")
    )
    others = StoredFile.objects.filter(sha256__in=[file.sha256 for file in files], office__in=list(offices))
    where: dict[str, dict[str, str]] = defaultdict(dict)
    for sha256, office, at in others.order_by("uploaded_at", "pk").values_list("sha256", "office", "uploaded_at"):
        where[sha256].setdefault(offices[office], timezone.localdate(at).isoformat())
    return [
        Remark("FILE_SHARED", "HINT", {"file": file.name, "offices": list(map(list, where[file.sha256].items()))})
        for file in files
        if file.sha256 in where
    ]
