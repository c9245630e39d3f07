"""Forms of 督查检查考核 and its plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from branches.models import Organisation
from core.calendar import local_today
from core.forms_ui import DateInput
from oversight.choices.inspections import InspectionAudience, InspectionRecord
from oversight.models import InspectionEntry

PLAIN = forms.TextInput({"autocomplete": "off"})


class PlanBeginForm(forms.Form):
    year = forms.TypedChoiceField(label="年度", coerce=int)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        year = local_today().year
        self.fields["year"].choices = [(each, f"{each}年") for each in (year, year + 1)]  # type: ignore[attr-defined]


class EntryForm(forms.Form):
    title = forms.CharField(label="事项名称", max_length=120, widget=PLAIN)
    basis = forms.CharField(label="依据", max_length=200, widget=PLAIN, help_text="文件名称和条款。")
    objects_text = forms.CharField(label="对象", max_length=200, widget=PLAIN)
    objects_count = forms.IntegerField(label="对象个数上限", min_value=1, max_value=5000)
    times = forms.IntegerField(label="次数上限", min_value=1, max_value=12, initial=1)
    starts_on = forms.DateField(label="起始日期", widget=DateInput)
    ends_on = forms.DateField(label="截止日期", widget=DateInput)
    days = forms.IntegerField(label="每次天数上限", min_value=1, max_value=60, initial=1)
    minutes_each = forms.IntegerField(
        label="每个对象每次约用（分钟）",
        min_value=0,
        max_value=6000,
        help_text="由编制人估算一次，用来计算给基层增加的负担，不再向基层核实。",
    )
    combined_with = forms.CharField(label="与哪项合并开展", required=False, max_length=120, widget=PLAIN)

    def __init__(self, data: Any = None, *, entry: InspectionEntry | None = None) -> None:
        initial = {name: getattr(entry, name) for name in self.base_fields} if entry else None
        super().__init__(data, initial=initial)


class PlanApproveForm(forms.Form):
    document_number = forms.CharField(label="批准文号", max_length=80, widget=PLAIN)
    filing_number = forms.CharField(label="备案号", max_length=80, widget=PLAIN)
    approved_on = forms.DateField(label="批准日期", widget=DateInput, initial=local_today)


class LimitForm(forms.Form):
    audience = forms.ChoiceField(label="适用于", choices=InspectionAudience.choices)
    year = forms.TypedChoiceField(label="年度", coerce=int)
    limit = forms.IntegerField(label="事项数上限", min_value=0, max_value=100)
    document = forms.CharField(label="依据", max_length=120, widget=PLAIN, help_text="文件名称或文号。")

    def __init__(self, data: Any = None, *, years: Iterable[int]) -> None:
        super().__init__(data, initial={"year": local_today().year})
        self.fields["year"].choices = [(each, f"{each}年") for each in years]  # type: ignore[attr-defined]


class InspectionForm(forms.Form):
    """Who and when; which records of the portal are read. No field asks anybody for material."""

    starts_on = forms.DateField(label="起始日期", widget=DateInput, initial=local_today)
    ends_on = forms.DateField(label="截止日期", widget=DateInput, initial=local_today)
    targets: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        None, label="被查单位", widget=forms.SelectMultiple({"size": 8})
    )
    records = forms.MultipleChoiceField(
        label="查阅的平台记录",
        required=False,
        choices=InspectionRecord.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="直接查阅平台已有的记录，不要求被查单位报送材料。",
    )

    def __init__(self, data: Any = None, *, places: Any) -> None:
        super().__init__(data)
        self.fields["targets"].queryset = places  # type: ignore[attr-defined]
        self.fields["targets"].label_from_instance = _named  # type: ignore[attr-defined]


class ResultForm(forms.Form):
    result = forms.CharField(
        label="结果",
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text="概括写；发现的问题列入项目清单，逐项整改销号。",
    )


def _named(place: Organisation) -> str:
    return place.short_name
