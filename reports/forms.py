"""The shape of input at the roof."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from branches.models import Organisation
from core.periods import Freq, Period, period_of
from reports.choices import SuggestionKind

QUARTERS_OFFERED = 8


class ReportForm(forms.Form):
    """Which quarter, for whom. The quarter is checked again by the service, which also knows whether it has begun."""

    period = forms.CharField(label="季度", max_length=12, widget=forms.Select)
    organisation = forms.ModelChoiceField(label="范围", queryset=Organisation.objects.none(), empty_label=None)

    def __init__(self, *args: Any, places: QuerySet[Organisation], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["organisation"]
        place.queryset = places  # type: ignore[attr-defined]
        place.error_messages["invalid_choice"] = "请选择您有权生成报表的范围。"
        self.fields["period"].widget.choices = list(_quarters(today))


def _quarters(today: date) -> list[tuple[str, str]]:
    """This quarter and the seven before it, the newest first."""
    found: list[Period] = [period_of(today, Freq.QUARTER)]
    while len(found) < QUARTERS_OFFERED:
        found.append(found[-1].previous())
    running = found[0].code
    return [(period.code, period.title + ("（未结束）" if period.code == running else "")) for period in found]


class SuggestionForm(forms.Form):
    kind = forms.ChoiceField(label="类别", choices=SuggestionKind.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label="内容",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="不要写身份号码、手机号码和涉密内容。",
    )
    is_nameless = forms.BooleanField(label="不向答复人显示我的姓名", required=False)
    page = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)


class AnswerForm(forms.Form):
    answer = forms.CharField(label="答复", max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))


class FrozenRowsForm(forms.Form):
    """Which rows of a frozen sheet: page counted from 1."""

    unit = forms.CharField(required=False, max_length=60)
    state = forms.CharField(required=False, max_length=10)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)
