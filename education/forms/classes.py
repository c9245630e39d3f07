"""Forms of training classes and their rolls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from branches.querysets import OrganisationQuerySet
from core.forms_ui import DateInput
from education.choices import ClassKind, LineResult
from education.models import TrainingClass, TrainingLine
from education.policy.rolls import CLASS_FIELDS, LineData

CAME = (("", "未登记"), ("1", "参加"), ("0", "未参加"))
STATES = {"": None, "1": True, "0": False}


class Checks(forms.CheckboxSelectMultiple):
    """Boxes that a thumb hits."""

    def __init__(self) -> None:
        super().__init__({"class": "form-selectgroup-input"})


class ClassForm(forms.Form):
    """A class; hours and pass mark are proposed by the settings where they are left empty."""

    organisation: forms.ModelChoiceField = forms.ModelChoiceField(None, label="主办单位", empty_label=None)
    title = forms.CharField(label="培训班名称", max_length=80, widget=forms.TextInput({"autocomplete": "off"}))
    kind = forms.ChoiceField(label="类别", choices=ClassKind.choices)
    starts_on = forms.DateField(label="开班日期", widget=DateInput)
    ends_on = forms.DateField(label="结班日期", widget=DateInput)
    place = forms.CharField(label="地点", required=False, max_length=80)
    hours = forms.DecimalField(
        label="学时",
        required=False,
        max_digits=4,
        decimal_places=1,
        min_value=0,
        widget=forms.NumberInput({"step": "0.5"}),
    )
    pass_mark = forms.IntegerField(label="合格线（分）", required=False, min_value=1, max_value=100)

    def __init__(
        self,
        data: Any = None,
        *,
        organisers: OrganisationQuerySet,
        hints: dict[str, str],
        held: TrainingClass | None = None,
    ) -> None:
        initial = {name: getattr(held, name) for name in CLASS_FIELDS} if held else {}
        super().__init__(data, initial=initial)
        for name, hint in hints.items():
            self.fields[name].help_text = hint
        if held:
            del self.fields["organisation"]
        else:
            self.fields["organisation"].queryset = organisers  # type: ignore[attr-defined]
            self.fields["organisation"].label_from_instance = lambda row: row.short_name  # type: ignore[attr-defined]


class PickForm(forms.Form):
    """Members of one branch to put on the roll."""

    members = forms.TypedMultipleChoiceField(
        label="党员", coerce=int, widget=Checks, error_messages={"required": "请勾选学员。"}
    )

    def __init__(self, data: Any = None, *, people: Iterable[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["members"].choices = list(people)  # type: ignore[attr-defined]


class RollForm(forms.Form):
    """A row of fields for each line of a roll."""

    def __init__(self, data: Any = None, *, lines: Sequence[TrainingLine], tested: bool) -> None:
        super().__init__(data)
        self.lines, self.tested = lines, tested
        for line in lines:
            for name, made in self._fields(line).items():
                self.fields[f"{line.pk}-{name}"] = made

    def _fields(self, line: TrainingLine) -> dict[str, forms.Field]:
        came = {None: "", True: "1", False: "0"}[line.attended]
        made: dict[str, forms.Field] = {
            "attended": forms.ChoiceField(label="参加", choices=CAME, required=False, initial=came),
            "hours": _number("学时", line.hours, 400, "0.5"),
        }
        if self.tested:
            made["score"] = _number("考试成绩", line.score, 100, "0.1")
            made["resit_score"] = _number("补考成绩", line.resit_score, 100, "0.1")
        else:
            made["result"] = forms.ChoiceField(label="结果", choices=LineResult.choices, initial=line.result)
        for field in made.values():
            field.widget.attrs["aria-label"] = f"{line.member.name}：{field.label}"
        return made

    @property
    def rows(self) -> list[tuple[TrainingLine, list[Any]]]:
        names = ("attended", "hours", "score", "resit_score", "result")
        return [
            (line, [self[f"{line.pk}-{name}"] for name in names if f"{line.pk}-{name}" in self.fields])
            for line in self.lines
        ]

    @property
    def headings(self) -> list[str]:
        return ["参加", "学时", "考试成绩", "补考成绩"] if self.tested else ["参加", "学时", "结果"]

    def told(self) -> dict[int, LineData]:
        """By the id of the line; only where the form is valid."""
        return {line.pk: self._told(line.pk) for line in self.lines}

    def _told(self, pk: int) -> LineData:
        data = self.cleaned_data
        return LineData(
            attended=STATES[data[f"{pk}-attended"]],
            hours=data[f"{pk}-hours"],
            score=data.get(f"{pk}-score"),
            resit_score=data.get(f"{pk}-resit_score"),
            result=data.get(f"{pk}-result", LineResult.UNTESTED),
        )


def _number(label: str, value: Any, maximum: int, step: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_value=maximum,
        decimal_places=1,
        initial=None if value is None else f"{value.normalize():f}",
        widget=forms.NumberInput({"step": step, "inputmode": "decimal"}),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=200, error_messages={"required": "请写明原因。"})
