"""The reason with which a closed quarter is asked for, opened or left closed."""

from __future__ import annotations

from django import forms

from branches.policy.closings import REASON_LIMIT


class ClosingReasonForm(forms.Form):
    """Length and the rest are judged by the service."""

    reason = forms.CharField(
        label="原因",
        max_length=REASON_LIMIT,
        error_messages={"required": "请写明原因。"},
        widget=forms.Textarea({"rows": 3}),
        help_text="写明要补记或更正什么、为什么，例如“3月的支部党员大会漏记，需要补记”。原因会记入归档经过和审计。",
    )
