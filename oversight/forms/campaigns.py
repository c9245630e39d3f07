"""Forms of 专项行动."""

from __future__ import annotations

from typing import Any

from django import forms

from core.forms_ui import DateInput
from oversight.models import Campaign


class CampaignForm(forms.Form):
    title = forms.CharField(label="行动名称", max_length=80)
    basis = forms.CharField(label="依据", max_length=200, help_text="文件名称和文号，或会议部署")
    goals = forms.CharField(label="目标和要求", required=False, max_length=2000, widget=forms.Textarea({"rows": 5}))
    starts_on = forms.DateField(label="开始日期", widget=DateInput)
    ends_on = forms.DateField(label="结束日期", widget=DateInput)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, campaign: Campaign | None = None) -> None:
        super().__init__(data, initial={name: getattr(campaign, name) for name in self.base_fields} if campaign else {})

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class SummaryForm(forms.Form):
    summary = forms.CharField(
        label="总结",
        max_length=3000,
        widget=forms.Textarea({"rows": 8}),
        help_text="写取得的成效和还要继续做的；各项目的进度和成效清单里已有，不用重抄。",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, campaign: Campaign) -> None:
        super().__init__(data, initial={"summary": campaign.summary, "revision": campaign.revision})
