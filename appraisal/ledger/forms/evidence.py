"""Several files in one field."""

from typing import Any

from django import forms


class _Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class UploadsField(forms.FileField):
    """Files chosen together; cleaned to a list of uploads. What they are is checked when they are taken in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=_Several(), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:  # type: ignore[override]
        given = [one for one in data if one] if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            super().clean(None, initial)
        return [super(UploadsField, self).clean(one, initial) for one in given]
