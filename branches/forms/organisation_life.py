"""Forms of plans, talks, appraisals and rituals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from branches.choices import MeetingKind, VisitCategory
from branches.forms.meetings import YEARS, TimeInput
from branches.models import Meeting, MeetingPlan, Organisation
from branches.policy.minutes import default_title
from core.calendar import local_today
from core.forms_ui import DateInput


class Checks(forms.CheckboxSelectMultiple):
    """Boxes that a thumb hits."""

    def __init__(self) -> None:
        super().__init__({"class": "form-selectgroup-input"})


People = Iterable[tuple[int, str]]


class PlanForm(forms.Form):
    """A meeting to come; a title is made where none is typed."""

    kind = forms.ChoiceField(label="会议类型", choices=MeetingKind.choices)
    group = forms.TypedChoiceField(
        label="党小组", required=False, coerce=int, empty_value=None, help_text="只有党小组会需要选"
    )
    planned_on = forms.DateField(label="计划日期", widget=DateInput)
    starts_at = forms.TimeField(label="开始时间", required=False, widget=TimeInput)
    place = forms.CharField(label="地点", required=False, max_length=80)
    title = forms.CharField(
        label="主题",
        required=False,
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off", "placeholder": "不填则按类型和日期自动生成"}),
    )
    agenda = forms.CharField(
        label="议题",
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 4, "placeholder": "每行一个议题"}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Any = None, *, groups: Iterable[Organisation] = (), plan: MeetingPlan | None = None, **extra: Any
    ) -> None:
        initial = (
            {
                name: getattr(plan, name)
                for name in ("kind", "planned_on", "starts_at", "place", "title", "agenda", "revision")
            }
            if plan
            else {}
        )
        if plan:
            initial["group"] = plan.group_id
        super().__init__(data, initial={**initial, **extra})
        self.group_names = {group.pk: group.short_name for group in groups}
        self.fields["group"].choices = [("", "不选"), *self.group_names.items()]  # type: ignore[attr-defined]
        if not self.group_names:
            del self.fields["group"]

    def clean_planned_on(self) -> date:
        day: date = self.cleaned_data["planned_on"]
        if day.year not in YEARS:
            raise forms.ValidationError("请填写有效的计划日期。")
        return day

    def values(self) -> dict[str, Any]:
        """The arguments of the service; to be asked only of a valid form."""
        found = {
            name: self.cleaned_data[name] for name in ("kind", "planned_on", "starts_at", "place", "title", "agenda")
        }
        found["group_id"] = self.cleaned_data.get("group") if found["kind"] == MeetingKind.GROUP else None
        group = self.group_names.get(found["group_id"] or 0, "")
        found["title"] = found["title"] or default_title(found["kind"], found["planned_on"], group)
        return found


class AgendaForm(forms.Form):
    text = forms.CharField(
        label="议题",
        required=False,
        max_length=2000,
        help_text="每行一个议题。清空后恢复为平台提供的模板。",
        widget=forms.Textarea({"rows": 8}),
    )


class TalkForm(forms.Form):
    """Who talked with whom on which day. There is no field for what was said, on purpose."""

    held_on = forms.DateField(label="日期", widget=DateInput, initial=local_today)
    member = forms.TypedChoiceField(label="谈话的党员", coerce=int)
    others = forms.TypedMultipleChoiceField(label="和谁谈过（可多选）", coerce=int, required=False, widget=Checks)

    def __init__(self, data: Any = None, *, people: People, **initial: Any) -> None:
        super().__init__(data, initial=initial)
        choices = list(people)
        self.fields["member"].choices = [("", "请选择"), *choices]  # type: ignore[attr-defined]
        self.fields["others"].choices = choices  # type: ignore[attr-defined]


class GradesForm(forms.Form):
    """A grade for each full member, from fields grade-<id>."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def grades(self) -> dict[int, str]:
        found = {}
        for name, value in self.data.items():
            member = name.removeprefix("grade-")
            if member != name and member.isascii() and member.isdigit() and len(member) <= 18:
                found[int(member)] = str(value)
        return found


class ReasonedForm(forms.Form):
    """A reason, and the version of the row that was read."""

    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea({"rows": 2}))
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class BirthdayForm(forms.Form):
    held_on = forms.DateField(label="日期", widget=DateInput, initial=local_today)
    members = forms.TypedMultipleChoiceField(label="过政治生日的党员", coerce=int, required=False, widget=Checks)
    deeds = forms.MultipleChoiceField(label="做了什么（五个一，可多选）", required=False, widget=Checks)

    def __init__(self, data: Any = None, *, people: People, deeds: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["members"].choices = list(people)  # type: ignore[attr-defined]
        self.fields["deeds"].choices = list(deeds)  # type: ignore[attr-defined]


class OathForm(forms.Form):
    meeting = forms.TypedChoiceField(
        label="结合的会议",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="选了会议，日期、地点和实到人数以会议记录为准，不用再填。",
    )
    held_on = forms.DateField(label="日期", widget=DateInput, required=False)
    count = forms.IntegerField(label="参加人数", min_value=1, max_value=9999, required=False)
    place = forms.CharField(label="地点", required=False, max_length=80)
    leader = forms.CharField(label="领誓人", required=False, max_length=40)

    def __init__(self, data: Any = None, *, logs: Iterable[Meeting]) -> None:
        super().__init__(data)
        self.fields["meeting"].choices = [("", "不选"), *((log.pk, str(log)) for log in logs)]  # type: ignore[attr-defined]


class HomeVisitForm(forms.Form):
    """No field for the address or for what was learnt, on purpose (N11)."""

    held_on = forms.DateField(label="日期", widget=DateInput, initial=local_today)
    member = forms.TypedChoiceField(label="家访对象", coerce=int)
    category = forms.ChoiceField(label="家访类别", choices=VisitCategory.choices)
    visitors = forms.TypedMultipleChoiceField(label="家访人（至少2名）", coerce=int, required=False, widget=Checks)
    consented = forms.BooleanField(label="党员本人同意", required=False)

    def __init__(self, data: Any = None, *, people: People) -> None:
        super().__init__(data)
        choices = list(people)
        self.fields["member"].choices = [("", "请选择"), *choices]  # type: ignore[attr-defined]
        self.fields["visitors"].choices = choices  # type: ignore[attr-defined]
