"""Forms of 机关党建分析研判."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from core.forms_ui import DateInput
from oversight.models import Analysis

LONG = 3000


def _long(label: str, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=LONG, help_text=hint, widget=forms.Textarea({"rows": 5})
    )


class AnalysisBeginForm(forms.Form):
    half = forms.ChoiceField(label="期间", help_text="数据从平台记录读取，不需要填报。")

    def __init__(self, data: Any = None, *, halves: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["half"].choices = list(halves)  # type: ignore[attr-defined]


class AnalysisForm(forms.Form):
    """What a person writes; no figure is typed."""

    host = forms.CharField(label="主持人", required=False, max_length=40)
    met_on = forms.DateField(label="研判会议日期", required=False, widget=DateInput)
    situation = _long("总体情况", "党员队伍、思想和意识形态情况，概括写，不写个人信息。")
    problems = _long("存在问题")
    causes = _long("原因分析")
    measures = _long("措施", "要跟踪到人到日的措施，同时列入下面的项目清单。")
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: Any = None, *, row: Analysis) -> None:
        super().__init__(data, initial={name: getattr(row, name) for name in self.base_fields})
