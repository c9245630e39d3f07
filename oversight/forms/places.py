"""Organisations as fields of the wing's forms."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms

from branches.models import Organisation
from branches.querysets import OrganisationQuerySet
from core.forms_ui import AutocompleteSelect

MISSING = {"invalid_choice": "没有找到，或不在您的范围内。"}


class PlaceSelect(AutocompleteSelect):
    """A search for a standing organisation of some kinds, below one where that is named."""

    def __init__(self, *, kinds: tuple[str, ...] = (), below: int | None = None) -> None:
        super().__init__("branches:organisation_autocomplete")
        asked = {"kind": ",".join(kinds), "below": below or ""}
        self.query = urlencode({name: value for name, value in asked.items() if value})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-autocomplete-url"] += f"?{self.query}"
        return context


class PlaceField(forms.ModelChoiceField):
    """An organisation among those offered; anything else is no choice."""

    def __init__(
        self, places: OrganisationQuerySet, *, kinds: tuple[str, ...] = (), below: int | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("error_messages", MISSING)
        super().__init__(places, widget=PlaceSelect(kinds=kinds, below=below), **kwargs)

    def label_from_instance(self, obj: Organisation) -> str:
        return obj.short_name


class PlacesField(forms.ModelMultipleChoiceField):
    """Several of them, as boxes."""

    def __init__(self, places: OrganisationQuerySet, **kwargs: Any) -> None:
        boxes = forms.CheckboxSelectMultiple({"class": "form-selectgroup-input"})
        super().__init__(places, widget=boxes, error_messages={"invalid_choice": "所选单位不能编入。"}, **kwargs)

    def label_from_instance(self, obj: Organisation) -> str:
        return obj.short_name
