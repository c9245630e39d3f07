"""The form of the code of conduct."""

from __future__ import annotations

from django import forms

from core.calendar import local_today
from core.forms_ui import DateInput


class ConductForm(forms.Form):
    """A new version of the code of conduct."""

    title = forms.CharField(label="标题", max_length=120)
    text = forms.CharField(label="正文", max_length=20000, widget=forms.Textarea({"rows": 16}))
    valid_from = forms.DateField(label="施行日期", widget=DateInput, initial=local_today)
