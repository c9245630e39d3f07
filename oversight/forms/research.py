"""Forms of 调研式推进."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from branches.querysets import OrganisationQuerySet
from core.calendar import local_today
from core.forms_ui import DateInput
from oversight.choices import ResultKind
from oversight.forms.places import PlaceField
from oversight.models import ResearchTopic


class TopicForm(forms.Form):
    title = forms.CharField(label="课题", max_length=80)
    question = forms.CharField(label="要解决的问题", max_length=1000, widget=forms.Textarea({"rows": 3}))
    leader = forms.CharField(label="负责人", max_length=40)
    starts_on = forms.DateField(label="开始日期", widget=DateInput)
    ends_on = forms.DateField(label="结束日期", widget=DateInput)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, topic: ResearchTopic | None = None) -> None:
        super().__init__(data, initial={name: getattr(topic, name) for name in self.base_fields} if topic else {})

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class FieldVisitForm(forms.Form):
    """Where and when; a log that was written there is chosen, never typed again."""

    meeting = forms.TypedChoiceField(
        label="会议记录",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="座谈等已有会议记录的，选上即可，日期以会议记录为准",
    )
    held_on = forms.DateField(label="日期", widget=DateInput, required=False)
    place = forms.CharField(label="地点", required=False, max_length=80)
    note = forms.CharField(label="了解到的情况", required=False, max_length=2000, widget=forms.Textarea({"rows": 3}))

    def __init__(self, data: Any = None, *, places: OrganisationQuerySet, logs: Iterable[tuple[int, str]]) -> None:
        super().__init__(data, initial={"held_on": local_today()})
        self.fields["meeting"].choices = [("", "不选"), *logs]  # type: ignore[attr-defined]
        self.fields["organisation"] = PlaceField(places, label="党组织", required=False)
        self.order_fields(["held_on", "place", "organisation", "meeting", "note"])


class MeasureForm(forms.Form):
    """The measure that mends a problem: a task with who and by when."""

    task = forms.CharField(label="对策措施", max_length=120)
    owner = forms.CharField(label="责任人", required=False, max_length=40)
    due_on = forms.DateField(label="完成时限", widget=DateInput)

    def __init__(self, data: Any = None, *, places: OrganisationQuerySet, below: int) -> None:
        super().__init__(data)
        self.fields["organisation"] = PlaceField(places, label="责任党组织", below=below)
        self.order_fields(["task", "organisation", "owner", "due_on"])


class ProblemForm(MeasureForm):
    """A problem; the measure may follow later."""

    text = forms.CharField(label="问题", max_length=300, widget=forms.Textarea({"rows": 2}))

    def __init__(self, data: Any = None, *, places: OrganisationQuerySet, below: int) -> None:
        super().__init__(data, places=places, below=below)
        for name in ("task", "organisation", "due_on"):
            self.fields[name].required = False
        self.fields["task"].help_text = "可以以后再提；填了的，责任党组织和完成时限也要填"
        self.order_fields(["text", "task", "organisation", "owner", "due_on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("task"):
            for name in ("organisation", "due_on"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "提出对策措施的，这一项要填。")
        return data


class ResultForm(forms.Form):
    result = forms.CharField(label="调研成果", max_length=3000, widget=forms.Textarea({"rows": 8}))

    def __init__(self, data: Any = None, *, topic: ResearchTopic) -> None:
        super().__init__(data, initial={"result": topic.result})


class ApplyForm(forms.Form):
    kind = forms.ChoiceField(label="转化形式", choices=ResultKind.choices)
    result_name = forms.CharField(label="文件或做法", max_length=120, help_text="文件名称和文号，或推行的做法")
    applied_on = forms.DateField(label="日期", widget=DateInput, initial=local_today)
