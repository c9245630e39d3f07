"""The shape of input at the roof."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from branches.models import Organisation
from core.periods import Freq, Period, period_of

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


class FrozenRowsForm(forms.Form):
    """Which rows of a frozen sheet: page counted from 1."""

    unit = forms.CharField(required=False, max_length=60)
    state = forms.CharField(required=False, max_length=10)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)
