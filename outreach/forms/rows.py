"""Forms that take their labels, lengths and choices from a table; they never write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.forms.models import fields_for_model

from branches.models import Meeting
from core.calendar import local_today
from core.forms_ui import DateInput

People = Iterable[tuple[int, str]]


class Checks(forms.CheckboxSelectMultiple):
    """Boxes that a thumb hits."""

    def __init__(self) -> None:
        super().__init__({"class": "form-selectgroup-input"})


def _field(field: models.Field[Any, Any], **options: Any) -> forms.Field | None:
    if isinstance(field, models.DateField):
        options["widget"] = DateInput
    made = field.formfield(**options)
    if isinstance(made, forms.CharField) and isinstance(made.widget, forms.Textarea):
        made.widget.attrs["rows"] = 3
    return made


class RowForm(forms.Form):
    """Fields ``names`` of ``model``; shown from ``row`` where there is one, together with its revision."""

    model: ClassVar[type[models.Model]]
    names: ClassVar[tuple[str, ...]]
    order: ClassVar[tuple[str, ...]] = ()
    #: Fields that the service wants though the table allows them to be empty.
    wanted: ClassVar[tuple[str, ...]] = ()

    def __init__(self, data: Any = None, *, row: models.Model | None = None, **initial: Any) -> None:
        shown = {name: getattr(row, name) for name in self.names} if row is not None else {}
        super().__init__(data, initial={**shown, **initial})
        made = fields_for_model(self.model, self.names, formfield_callback=_field)
        self.fields = {**{name: made[name] for name in self.names}, **self.fields}
        for name in self.wanted:
            self.fields[name].required = True
        revision = getattr(row, "revision", None)
        if revision is not None:
            self.fields["revision"] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=revision)
        if self.order:
            self.order_fields(self.order)

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes by field; to be asked only of a valid form."""
        return {name: self.cleaned_data[name] for name in self.names}

    @property
    def revision(self) -> int | None:
        found: int | None = self.cleaned_data.get("revision")
        return found


class DayForm(forms.Form):
    """A day, and words about it under the names that the service uses."""

    def __init__(self, data: Any = None, *, day: tuple[str, str], text: tuple[str, str], length: int = 200) -> None:
        super().__init__(data)
        self.fields[day[0]] = forms.DateField(label=day[1], widget=DateInput, initial=local_today)
        self.fields[text[0]] = forms.CharField(
            label=text[1], max_length=length, widget=forms.Textarea({"rows": 3, "maxlength": length})
        )


def member_field(label: str, people: People, *, required: bool = True, hint: str = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        coerce=int,
        empty_value=None,
        required=required,
        help_text=hint,
        choices=[("", "请选择" if required else "不选"), *people],
    )


def log_field(label: str, logs: Iterable[Meeting], hint: str = "") -> forms.TypedChoiceField:
    """A log that may be linked: its day comes along, nothing is typed again."""
    return forms.TypedChoiceField(
        label=label,
        coerce=int,
        empty_value=None,
        required=False,
        help_text=hint,
        choices=[("", "不选"), *((log.pk, str(log)) for log in logs)],
    )
