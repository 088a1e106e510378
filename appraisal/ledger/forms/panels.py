"""Forms of the panel that hears an objection."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from appraisal.ledger.forms.objections import REJECTED, UPHELD
from appraisal.ledger.selectors.panels import Candidate


class PanelForm(forms.Form):
    """Who hears it."""

    members = forms.TypedMultipleChoiceField(
        label=gettext_lazy("小组成员"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *given: Any, people: list[Candidate], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["members"].choices = [(row.person_id, row.name) for row in people if not row.why_not]


class ReplaceForm(forms.Form):
    """Who leaves the panel, who comes instead, and why."""

    leaving = forms.TypedChoiceField(label=gettext_lazy("换下"), coerce=int)
    person_id = forms.TypedChoiceField(label=gettext_lazy("换上"), coerce=int)
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)

    def __init__(
        self, *given: Any, seats: list[tuple[int, str]], people: list[Candidate], taken: set[int], **more: Any
    ) -> None:
        super().__init__(*given, **more)
        free = [(row.person_id, row.name) for row in people if not row.why_not and row.person_id not in taken]
        self.fields["leaving"].choices = [("", "—"), *seats]
        self.fields["person_id"].choices = [("", "—"), *free]


class VoteForm(forms.Form):
    """A member's word, and why."""

    uphold = forms.ChoiceField(
        label=gettext_lazy("表决"), widget=forms.RadioSelect,
        choices=[(UPHELD, gettext_lazy("异议成立")), (REJECTED, gettext_lazy("维持原分"))],
    )  # fmt: skip
    words = forms.CharField(label=gettext_lazy("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
