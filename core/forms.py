"""Forms of core."""

from __future__ import annotations

from datetime import date

from django import forms

from core.forms_ui import DateInput

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


class WorkdayForm(forms.Form):
    """One day declared working or free."""

    day = forms.DateField(label="日期", widget=DateInput())
    is_workday = forms.TypedChoiceField(
        label="安排", choices=[("1", "上班"), ("0", "放假")], coerce=lambda value: value == "1"
    )
    note = forms.CharField(label="说明", max_length=100, required=False, help_text="如：国庆节调休")

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not EARLIEST <= day <= LATEST:
            raise forms.ValidationError("请填写 2000 年至 2100 年之间的日期。")
        return day
