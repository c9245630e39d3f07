"""Forms of 规范性文件备案."""

from __future__ import annotations

from typing import Any

from django import forms

from core.calendar import local_today
from core.forms_ui import DateInput
from oversight.choices.filings import FilingKind, FilingOutcome
from oversight.models import Filing
from oversight.policy.filings import FILING_RULE, REVIEW_RULE

PLAIN = forms.TextInput({"autocomplete": "off"})


class FilingForm(forms.Form):
    """A document that the unit issued, and whether it is to be filed."""

    name = forms.CharField(label="文件名称", max_length=200, widget=PLAIN)
    number = forms.CharField(label="文号", max_length=80, widget=PLAIN)
    issued_on = forms.DateField(label="发布日期", widget=DateInput, help_text=FILING_RULE)
    joint_issuers = forms.CharField(
        label="联合制定机关",
        required=False,
        max_length=200,
        widget=PLAIN,
        help_text="联合制发的，由牵头机关报备；不牵头的选“联合制发，由牵头机关报备”。",
    )
    kind = forms.ChoiceField(label="是否应备", choices=FilingKind.choices)

    def __init__(self, data: Any = None, *, filing: Filing | None = None) -> None:
        initial = {name: getattr(filing, name) for name in self.base_fields} if filing else {"kind": FilingKind.DUE}
        super().__init__(data, initial=initial)


class FilingSubmitForm(forms.Form):
    """The three materials by number or title; no upload is asked for."""

    filed_on = forms.DateField(label="报备日期", widget=DateInput, initial=local_today)
    report_ref = forms.CharField(label="备案报告（文号或标题）", max_length=120, widget=PLAIN)
    text_ref = forms.CharField(label="正式文本（文号或标题）", max_length=120, widget=PLAIN)
    note_ref = forms.CharField(label="备案说明（文号或标题）", max_length=120, widget=PLAIN)

    def __init__(self, data: Any = None, *, filing: Filing) -> None:
        initial = {name: getattr(filing, name) for name in ("report_ref", "text_ref", "note_ref")}
        initial["text_ref"] = initial["text_ref"] or filing.number
        super().__init__(data, initial=initial)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea({"rows": 2}))


class FilingReceiveForm(forms.Form):
    received_on = forms.DateField(label="接收日期", widget=DateInput, initial=local_today, help_text=REVIEW_RULE)


class ReviewExtendForm(forms.Form):
    due_on = forms.DateField(label="延长至", widget=DateInput, help_text=REVIEW_RULE)
    reason = forms.CharField(label="延长的原因", max_length=200, widget=forms.Textarea({"rows": 2}))


class ReviewDecideForm(forms.Form):
    decided_on = forms.DateField(label="审查日期", widget=DateInput, initial=local_today)
    outcome = forms.ChoiceField(label="审查结果", choices=[("", "请选择"), *FilingOutcome.choices])
    opinion = forms.CharField(label="审查意见", max_length=1000, widget=forms.Textarea({"rows": 4}))
    correct_by = forms.DateField(
        label="纠正期限", required=False, widget=DateInput, help_text="不予通过时填写，单位在此之前纠正并报告。"
    )


class FilingCorrectForm(forms.Form):
    corrected_on = forms.DateField(label="纠正日期", widget=DateInput, initial=local_today)
    correction = forms.CharField(label="纠正情况", max_length=500, widget=forms.Textarea({"rows": 4}))
