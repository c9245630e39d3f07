"""Form widgets of the look. Without JavaScript each is a plain field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse


class DateInput(forms.DateInput):
    """A date one can type or pick; shown and sent as 2026-07-03."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {"data-date": "", "autocomplete": "off", "placeholder": "年-月-日", **(attrs or {})}, "%Y-%m-%d"
        )


class AutocompleteSelect(forms.Select):
    """A searchable select over many rows: the page carries only the chosen one, the rest come from `url_name`."""

    def __init__(self, url_name: str, attrs: dict[str, Any] | None = None) -> None:
        self.url_name = url_name
        super().__init__(attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, {"data-autocomplete-url": reverse(self.url_name), **(attrs or {})})

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        chosen = [str(item) for item in value if item not in (None, "")]
        options = [("", "")] if not self.is_required else []
        options += [(item, label) for item, label in self._labels(chosen)]
        return [
            (None, [self.create_option(name, item, label, item in chosen, index, attrs=attrs)], index)
            for index, (item, label) in enumerate(options)
        ]

    def _labels(self, chosen: list[str]) -> list[tuple[str, str]]:
        queryset = getattr(self.choices, "queryset", None)
        field = getattr(self.choices, "field", None)
        if queryset is None or field is None:
            return [(str(item), str(label)) for item, label in self.choices if str(item) in chosen]
        rows = queryset.filter(pk__in=[item for item in chosen if item.isdigit()])
        return [(str(row.pk), field.label_from_instance(row)) for row in rows]
