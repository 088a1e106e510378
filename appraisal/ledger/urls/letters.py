"""Pages of appraisal years and target letters."""

from django.urls import path

from appraisal.ledger.views import (
    amendments,
    changes,
    consultations,
    cycles,
    decompositions,
    difficulty,
    letter_scans,
    letters,
    timeplan,
)

CYCLE = "cycles/<int:cycle_id>/"
AMENDMENT = "amendments/<int:amendment_id>/"
LETTER = "letters/<int:letter_id>/"
urlpatterns = [
    path("cycle/", cycles.index, name="cycle"),
    path("cycles/open/", cycles.open_, name="open-cycle"),
    path(CYCLE, cycles.index, name="cycle-of"),
    path(f"{CYCLE}groups/", cycles.groups, name="peer-groups"),
    path(f"{CYCLE}difficulty/", difficulty.table, name="difficulty"),
    path(f"{CYCLE}difficulty/publish/", difficulty.publish, name="publish-difficulty"),
    path(f"{CYCLE}letters/", cycles.draft_letters, name="draft-letters"),
    path(f"{CYCLE}periods/", cycles.make_periods, name="make-periods"),
    path(f"{CYCLE}periods/recompute/", cycles.recompute_periods, name="recompute-periods"),
    path(f"{CYCLE}start/", cycles.start, name="start-cycle"),
    path(f"{CYCLE}amendments/", amendments.propose, name="propose-amendment"),
    path(AMENDMENT, amendments.amendment, name="amendment"),
    path(f"{AMENDMENT}approve/", amendments.approve, name="approve-amendment"),
    path(f"{AMENDMENT}withdraw/", amendments.withdraw, name="withdraw-amendment"),
    path(f"{AMENDMENT}undo/", amendments.undo, name="undo-amendment"),
    path(f"{CYCLE}consultations/", consultations.index, name="consultations"),
    path("consultations/<int:consultation_id>/", consultations.detail, name="consultation"),
    path(f"{CYCLE}decompositions/", decompositions.index, name="decompositions"),
    path(f"{LETTER}plan/", timeplan.plan, name="letter-plan"),
    path(f"{LETTER}plan/edit/", timeplan.edit, name="edit-plan"),
    path(f"{LETTER}change/", changes.apply, name="apply-change"),
    path(f"{LETTER}transfer/", changes.transfer, name="transfer-targets"),
    path("changes/<int:letter_change_id>/", changes.detail, name="change"),
    path("changes/<int:letter_change_id>/approve/", changes.approve, name="approve-change"),
    path("changes/<int:letter_change_id>/refuse/", changes.refuse, name="refuse-change"),
    path("changes/<int:letter_change_id>/withdraw/", changes.withdraw, name="withdraw-change"),
    path("my-letter/", letters.my_letter, name="my-letter"),
    path(LETTER, letters.detail, name="letter"),
    path(f"{LETTER}paper/", letters.paper, name="letter-paper"),
    path(f"{LETTER}letter.docx", letters.document, {"kind": "docx"}, name="letter-docx"),
    path(f"{LETTER}letter.pdf", letters.document, {"kind": "pdf"}, name="letter-pdf"),
    path(f"{LETTER}edit/", letters.edit, name="edit-letter"),
    path(f"{LETTER}milestones/<slug:code>/", letters.milestones, name="letter-milestones"),
    path(f"{LETTER}issue/", letters.issue, name="issue-letter"),
    path(f"{LETTER}withdraw/", letters.withdraw, name="withdraw-letter"),
    path(f"{LETTER}sign/", letters.sign, name="sign-letter"),
    path(f"{LETTER}scan/", letter_scans.file, name="file-scan"),
]
