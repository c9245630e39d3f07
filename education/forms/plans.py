"""Forms of study plans and their topics."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from branches.models import Organisation
from core.calendar import local_today
from core.forms_ui import DateInput
from education.choices import StudyPlanKind, TopicAudience
from education.forms.first_topics import Checks
from education.forms.materials import PlaceForm
from education.models import Material, StudyPlan, StudyTopic
from education.selectors.study_tasks import Choice

MONTHS = [("", "不按月"), *((number, f"{number}月") for number in range(1, 13))]


class PlanForm(PlaceForm):
    kind = forms.ChoiceField(label="类型", choices=StudyPlanKind.choices)
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    title = forms.CharField(label="名称", max_length=120)
    basis = forms.CharField(
        label="依据", max_length=200, required=False, help_text="文件名、文号或会议决定；发布前必须写明"
    )
    starts_on = forms.DateField(label="开始日期", widget=DateInput)
    ends_on = forms.DateField(label="结束日期", widget=DateInput, help_text="到期自动停止，不再要求")
    units = forms.TypedMultipleChoiceField(
        label="只发给这些单位（不选就是全部）", coerce=int, required=False, widget=Checks
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    FIELDS = ("kind", "year", "title", "basis", "starts_on", "ends_on")

    def __init__(
        self,
        data: Any = None,
        *,
        plan: StudyPlan | None = None,
        places: QuerySet[Organisation] | None = None,
        units: Iterable[tuple[int, str]] = (),
    ) -> None:
        super().__init__(data, initial=_plan_initial(plan), places=places)
        choices = list(units)
        if choices:
            self.fields["units"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["units"]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.FIELDS}

    def unit_ids(self) -> list[int]:
        return list(self.cleaned_data.get("units", []))


def _plan_initial(plan: StudyPlan | None) -> dict[str, Any]:
    if plan:
        found = {name: getattr(plan, name) for name in (*PlanForm.FIELDS, "revision")}
        return found | {"units": list(plan.units.values_list("pk", flat=True))}
    year = local_today().year
    return {"year": year, "starts_on": date(year, 1, 1), "ends_on": date(year, 12, 31), "title": f"{year}年度学习计划"}


class TopicForm(forms.Form):
    theme = forms.CharField(label="主题", max_length=120)
    reading = forms.CharField(
        label="篇目", max_length=2000, required=False, widget=forms.Textarea({"rows": 3, "placeholder": "每行一篇"})
    )
    materials = forms.TypedMultipleChoiceField(label="从学习材料选", coerce=int, required=False, widget=Checks)
    audience = forms.ChoiceField(label="学习对象", choices=TopicAudience.choices)
    month = forms.TypedChoiceField(
        label="学习月份", choices=MONTHS, coerce=int, empty_value=None, required=False,
        help_text="选了月份，当月最后一天为时限",
    )  # fmt: skip
    due_on = forms.DateField(
        label="完成时限", required=False, widget=DateInput, help_text="不按月的，写最后一天；都不填为计划结束日"
    )
    is_required = forms.BooleanField(label="必学（列入党支部应做事项）", required=False, initial=True)

    def __init__(self, data: Any = None, *, materials: list[Material], topic: StudyTopic | None = None) -> None:
        super().__init__(data, initial=_topic_initial(topic))
        known = {material.pk: material.title for material in materials}
        known |= {material.pk: material.title for material in topic.materials.all()} if topic else {}
        if known:
            self.fields["materials"].choices = list(known.items())  # type: ignore[attr-defined]
        else:
            del self.fields["materials"]

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


def _topic_initial(topic: StudyTopic | None) -> dict[str, Any] | None:
    if topic is None:
        return None
    found = {name: getattr(topic, name) for name in ("theme", "reading", "audience", "due_on", "is_required")}
    if topic.starts_on > topic.plan.starts_on or topic.starts_on.day != 1:
        found["month"] = topic.starts_on.month
    return found | {"materials": [material.pk for material in topic.materials.all()]}


class CopyForm(forms.Form):
    year = forms.IntegerField(label="新计划的年度", min_value=2000, max_value=2100)


class PublishForm(forms.Form):
    """The burden as it was shown, and the version of the plan that was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    units = forms.IntegerField(widget=forms.HiddenInput)
    branches = forms.IntegerField(widget=forms.HiddenInput)
    topics = forms.IntegerField(widget=forms.HiddenInput)
    rows = forms.IntegerField(widget=forms.HiddenInput)


class PostponeForm(forms.Form):
    due_on = forms.DateField(label="新的完成时限", widget=DateInput)
    reason = forms.CharField(label="原因", max_length=200)


class LinkForm(forms.Form):
    """Which topics a log did."""

    tasks = forms.TypedMultipleChoiceField(label="这次会议学了", coerce=int, required=False, widget=Checks)

    def __init__(self, data: Any = None, *, choices: list[Choice], asked: int | None = None) -> None:
        ticked = [row.task.pk for row in choices if row.linked or row.task.pk == asked]
        if not any(row.linked for row in choices) and asked is None:
            ticked = [row.task.pk for row in choices if row.likely]
        super().__init__(data, initial={"tasks": ticked})
        self.fields["tasks"].choices = [(row.task.pk, row.task.topic.theme) for row in choices]  # type: ignore[attr-defined]
