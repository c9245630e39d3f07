"""The form of 专职副书记列席. There is no field for what was said, on purpose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from core.calendar import local_today
from core.forms_ui import DateInput
from oversight.choices.sit_ins import SitInKind
from oversight.models import SitIn

FIELDS = ("kind", "held_on", "title", "expected", "attended", "reason", "opinion_given")


class SitInForm(forms.Form):
    kind = forms.ChoiceField(label="会议类型", choices=SitInKind.choices)
    held_on = forms.DateField(label="日期", widget=DateInput, initial=local_today)
    title = forms.CharField(label="会议名称", max_length=80, widget=forms.TextInput({"autocomplete": "off"}))
    deputy = forms.TypedChoiceField(
        label="专职副书记",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="按当天的任职登记；只有一名的自动填写。",
    )
    expected = forms.BooleanField(label="应列席", required=False, initial=True)
    attended = forms.BooleanField(label="已列席", required=False, initial=True)
    reason = forms.CharField(label="未列席原因", required=False, max_length=200)
    opinion_given = forms.BooleanField(label="提出了意见（内容不登记）", required=False)

    def __init__(self, data: Any = None, *, people: Iterable[tuple[int, str]], row: SitIn | None = None) -> None:
        initial = {name: getattr(row, name) for name in FIELDS} | {"deputy": row.deputy_id} if row else None
        super().__init__(data, initial=initial)
        self.fields["deputy"].choices = [("", "按任职自动填写"), *people]  # type: ignore[attr-defined]
