"""Forms of fusion projects, their figures, and tags."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from outreach.choices import FusionState
from outreach.forms.rows import Checks, RowForm
from outreach.models import FusionFigure, FusionProject, FusionTag
from outreach.policy.fusion import TOLD

Groups = Iterable[tuple[str, list[tuple[int, str]]]]


class ProjectForm(RowForm):
    model = FusionProject
    names = ("title", "problem", "means", "starts_on", "ends_on")

    def __init__(self, data: Any = None, *, groups: Groups, row: FusionProject | None = None, **initial: Any) -> None:
        if row is not None:
            initial["tags"] = [tag.pk for tag in row.tags.all()]
        super().__init__(data, row=row, **initial)
        choices = [(pk, f"{group}·{name}") for group, tags in groups for pk, name in tags]
        self.fields["tags"] = forms.TypedMultipleChoiceField(
            label="服务方向（可多选）", coerce=int, required=False, widget=Checks, choices=choices
        )


class MoveForm(forms.Form):
    result = forms.CharField(
        label="结果", max_length=1000, required=False, widget=forms.Textarea({"rows": 4, "maxlength": 1000})
    )

    def __init__(self, data: Any = None, *, project: FusionProject, state: str) -> None:
        super().__init__(data, initial={"result": project.result})
        field = self.fields["result"]
        field.required = state in TOLD
        if state == FusionState.STOPPED:
            field.label = "终止原因"
        elif state == FusionState.CANDIDATE:
            field.help_text = "作为案例候选，同一范围内的读者都能看到。写清做法和可以核实的成效。"


class FigureForm(RowForm):
    model = FusionFigure
    names = ("name", "unit", "base_value", "base_on", "now_value", "now_on")


class TagForm(RowForm):
    model = FusionTag
    names = ("group", "name", "source", "is_active")
