"""Forms of 警示教育大会, of what was asked afterwards, and of circulars."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.models import Organisation
from branches.querysets import OrganisationQuerySet
from core.calendar import local_today
from core.forms_ui import DateInput
from discipline.choices import Audience, DisciplineCategory, FollowUpForm
from discipline.models import SUMMARY_LIMIT, Circular, WarningConference
from discipline.policy.conferences import AGENDA
from discipline.querysets import CircularQuerySet

PEOPLE_LIMIT = 100_000


class Checks(forms.CheckboxSelectMultiple):
    """Boxes that a thumb hits."""

    def __init__(self) -> None:
        super().__init__({"class": "form-selectgroup-input"})


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="原因", max_length=200, error_messages={"required": "请写明原因。"}, widget=forms.TextInput()
    )


class AudienceForm(forms.Form):
    """Whom something is told: a unit tells its own people, only the work committee chooses among units."""

    audience = forms.ChoiceField(label="范围", choices=Audience.choices, initial=Audience.ALL)
    units: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        None, label="选定单位", required=False, widget=Checks, help_text="范围是“选定单位”时勾选。"
    )

    def __init__(self, *args: Any, choose_from: OrganisationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = choose_from  # type: ignore[attr-defined]
        self.fields["units"].label_from_instance = lambda unit: unit.short_name  # type: ignore[attr-defined]
        if not choose_from.exists():
            del self.fields["audience"], self.fields["units"]

    def values(self) -> dict[str, Any]:
        """The arguments of the service; to be asked only of a valid form."""
        found = {name: value for name, value in self.cleaned_data.items() if name != "units"}
        found.setdefault("audience", Audience.ALL)
        return {**found, "units": list(self.cleaned_data.get("units", ()))}


class ConferenceForm(AudienceForm):
    """A plan. Its quarter follows from the day."""

    theme = forms.CharField(label="主题", max_length=80)
    planned_on = forms.DateField(label="计划日期", widget=DateInput, help_text="属于哪个季度按日期自动判断。")
    place = forms.CharField(label="地点", max_length=80, required=False)
    agenda = forms.CharField(
        label="议程", max_length=2000, required=False, initial=AGENDA, widget=forms.Textarea({"rows": 6}),
        help_text="每行一项，已按通常的议程填好。",
    )  # fmt: skip
    films = forms.CharField(
        label="警示教育片", max_length=500, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="每行一部，只写片名。",
    )  # fmt: skip
    circulars: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        None, label="通报的典型案例", required=False, widget=Checks, help_text="从已登记的通报里勾选，不用重填。"
    )
    field_order = ("theme", "planned_on", "place", "audience", "units", "agenda", "films", "circulars")

    def __init__(
        self, data: Any = None, *, tell: CircularQuerySet, conference: WarningConference | None = None, **kwargs: Any
    ) -> None:
        if conference is not None:
            names = ("theme", "planned_on", "place", "agenda", "films", "audience")
            initial = {name: getattr(conference, name) for name in names}
            initial |= {"units": list(conference.units.all()), "circulars": list(conference.circulars.all())}
            kwargs["initial"] = initial
        super().__init__(data, **kwargs)
        self.fields["circulars"].queryset = tell  # type: ignore[attr-defined]
        self.fields["circulars"].label_from_instance = circular_label  # type: ignore[attr-defined]
        if not tell.exists():
            del self.fields["circulars"]
        if conference is not None and conference.held_on:
            for name in ("planned_on", "audience", "units"):
                self.fields.pop(name, None)


def circular_label(circular: Circular) -> str:
    return f"{circular.title}（{circular.number or circular.issuer}）"


class HoldForm(forms.Form):
    """What took place, in counts."""

    held_on = forms.DateField(label="召开日期", widget=DateInput)
    expected = forms.IntegerField(label="应到人数", min_value=0, max_value=PEOPLE_LIMIT)
    present = forms.IntegerField(label="实到人数", min_value=0, max_value=PEOPLE_LIMIT)
    on_leave = forms.IntegerField(label="请假人数", min_value=0, max_value=PEOPLE_LIMIT, initial=0)
    cases_told = forms.IntegerField(label="通报案例数", min_value=0, max_value=200)
    speaker = forms.CharField(
        label="主讲人", max_length=40, required=False, help_text="授课或讲话的人；被通报的人不写。"
    )

    def __init__(self, data: Any = None, *, conference: WarningConference) -> None:
        names = ("held_on", "expected", "present", "on_leave", "cases_told", "speaker")
        initial = {name: value for name in names if (value := getattr(conference, name)) not in (None, "")}
        initial.setdefault("held_on", min(conference.planned_on, local_today()))
        initial.setdefault("cases_told", conference.circulars.count() or None)
        super().__init__(data, initial=initial)


class FollowUpAskForm(forms.Form):
    """What is asked afterwards, of whom, until when."""

    text = forms.CharField(
        label="会后要求", max_length=500, widget=forms.Textarea({"rows": 3}),
        help_text="如：对照检查，组织一次警示教育学习讨论。",
    )  # fmt: skip
    due_on = forms.DateField(label="落实时限", widget=DateInput)
    for_units = forms.BooleanField(label="单位落实", required=False)
    for_branches = forms.BooleanField(label="党支部落实", required=False)

    def __init__(self, data: Any = None, *, conference: WarningConference) -> None:
        initial = {
            "text": conference.follow_up,
            "due_on": conference.follow_up_due_on,
            "for_units": conference.follow_up_units,
            "for_branches": conference.follow_up_branches if conference.follow_up else True,
        }
        super().__init__(data, initial=initial)
        if conference.organisation.depth != 1:
            del self.fields["for_units"]

    def values(self) -> dict[str, Any]:
        return {"for_units": False, **self.cleaned_data}


class FollowUpRecordForm(forms.Form):
    """The short record: the day, the form, how many."""

    done_on = forms.DateField(label="完成日期", widget=DateInput, initial=local_today)
    form = forms.ChoiceField(label="形式", choices=[("", "请选择"), *FollowUpForm.choices])
    headcount = forms.IntegerField(label="参加人数", min_value=1, max_value=PEOPLE_LIMIT, required=False)


class CircularForm(AudienceForm):
    """A circular that is public already: where to find it, and a summary of what is public."""

    title = forms.CharField(label="标题", max_length=120)
    issuer = forms.CharField(label="发布机关", max_length=80)
    number = forms.CharField(label="文号", max_length=60, required=False)
    issued_on = forms.DateField(label="发布日期", widget=DateInput)
    category = forms.ChoiceField(label="案例类别", choices=[("", "请选择"), *DisciplineCategory.choices])
    is_named = forms.BooleanField(label="点名道姓通报", required=False)
    summary = forms.CharField(
        label="已公开内容摘要", max_length=SUMMARY_LIMIT, required=False, widget=forms.Textarea({"rows": 6}),
        help_text="只摘已经公开发布的内容，不超过2000字；不写线索和案卷材料。",
    )  # fmt: skip
    requirement = forms.CharField(
        label="学习要求", max_length=300, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="没有要求的留空，只供阅读。",
    )  # fmt: skip
    due_on = forms.DateField(label="完成时限", required=False, widget=DateInput)
    asks_units = forms.BooleanField(label="单位学习", required=False)
    asks_branches = forms.BooleanField(label="党支部学习", required=False)
    field_order = (
        "title", "issuer", "number", "issued_on", "category", "is_named", "summary", "audience", "units", "requirement",
        "due_on", "asks_units", "asks_branches",
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, publisher: Organisation, circular: Circular | None = None, **kwargs: Any
    ) -> None:
        if circular is not None:
            names = [name for name in self.base_fields if name != "units"]
            kwargs["initial"] = {name: getattr(circular, name) for name in names}
            kwargs["initial"]["units"] = list(circular.units.all())
        super().__init__(data, **kwargs)
        if publisher.depth != 1:
            del self.fields["asks_units"]
        if "audience" in self.fields:
            self.fields["audience"].label = "公开范围"
