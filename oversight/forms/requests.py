"""Forms of 请示报告."""

from __future__ import annotations

from typing import Any

from django import forms

from core.calendar import local_today
from core.forms_ui import DateInput
from oversight.choices.requests import RequestCategory, RequestKind
from oversight.models import OfficialRequest
from oversight.policy.requests import MAX_WORKDAYS

PLAIN = forms.TextInput({"autocomplete": "off"})


class RequestForm(forms.Form):
    """One matter, one level up."""

    kind = forms.ChoiceField(
        label="类别", choices=RequestKind.choices, help_text="请示要求答复；报告不要求答复，报告里不得夹带请示事项。"
    )
    category = forms.ChoiceField(label="事项类别", choices=[("", "请选择"), *RequestCategory.choices])
    matter = forms.CharField(label="事项", max_length=120, widget=PLAIN, help_text="一事一请示：只写一个事项。")
    number = forms.CharField(label="文号", required=False, max_length=80, widget=PLAIN)
    summary = forms.CharField(
        label="内容摘要",
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text="非涉密内容；正文按公文办理，不在平台重复上传。",
    )
    asked_by = forms.DateField(
        label="希望答复日期", required=False, widget=DateInput, help_text="请示可填；不填按规定的工作日计算。"
    )

    def __init__(self, data: Any = None, *, model: OfficialRequest | None = None) -> None:
        names = ("kind", "category", "matter", "number", "summary")
        super().__init__(data, initial={name: getattr(model, name) for name in names} if model else None)


class ReplyForm(forms.Form):
    reply_number = forms.CharField(label="批复文号", required=False, max_length=80, widget=PLAIN)
    reply = forms.CharField(label="答复意见", max_length=1000, widget=forms.Textarea({"rows": 4}))


class TermForm(forms.Form):
    workdays = forms.IntegerField(label="答复期限（工作日）", min_value=1, max_value=MAX_WORKDAYS)
    valid_from = forms.DateField(label="起始日期", widget=DateInput, initial=local_today)
    basis = forms.CharField(label="依据", max_length=120, widget=PLAIN, help_text="文件名称或文号。")
