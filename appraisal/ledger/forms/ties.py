"""Form of a tie."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from appraisal.ledger.models import Tie
from tenants.models import Office, User


class TieForm(forms.Form):
    """Who is tied to which office, and how."""

    person_id = forms.TypedChoiceField(label=gettext_lazy("人员"), coerce=int)
    office_id = forms.TypedChoiceField(label=gettext_lazy("州市"), coerce=int)
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=[("", "—"), *Tie.Kind.choices])
    served_until = forms.DateField(
        label=gettext_lazy("离任日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("只在曾任职时填写。本系统授予过的角色会自动回避，不必再报。"),
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, people: list[User], offices: list[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(person.pk, person.account_label) for person in people]
        self.fields["person_id"].choices = named if len(named) == 1 else [("", "—"), *named]
        self.fields["office_id"].choices = [("", "—"), *((office.pk, office.label) for office in offices)]
