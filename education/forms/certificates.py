"""Forms of training certificates."""

from __future__ import annotations

from django import forms

from core.forms_ui import DateInput
from education.policy.certificates import DEFAULT_PREFIX, PREFIX_LIMIT


class IssueForm(forms.Form):
    """When, under which numbers and for how long certificates of a class are issued."""

    issued_on = forms.DateField(label="发证日期", widget=DateInput)
    prefix = forms.CharField(  # type: ignore[assignment]
        label="编号字头",
        max_length=PREFIX_LIMIT,
        initial=DEFAULT_PREFIX,
        help_text="编号按“字头-年度-四位序号”接着编，不重号。",
    )
    years = forms.IntegerField(label="有效期（年）", min_value=1, max_value=10)
