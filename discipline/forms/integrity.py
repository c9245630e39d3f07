"""Forms of projects, risk points, activities, the 机关纪委 and its counts, and 廉政谈话."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from branches.models import Meeting
from core.calendar import local_today
from core.forms_ui import DateInput
from discipline.choices import ActivityKind, IntegrityTalkKind, RiskLevel, RiskOutcome
from discipline.models import RiskPoint, RiskReview
from discipline.policy.quarters import COUNT_LIMIT, COUNTS, LABELS, PREFILLED
from discipline.selectors.integrity import next_due


class ProjectForm(forms.Form):
    kind = forms.ChoiceField(label="类别")
    title = forms.CharField(label="名称", max_length=80)
    first_year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)

    def __init__(self, data: Any = None, *, kinds: Iterable[Any]) -> None:
        super().__init__(data, initial={"first_year": local_today().year})
        found = [(kind.value, kind.label) for kind in kinds]
        self.fields["kind"].choices = found  # type: ignore[attr-defined]
        if len(found) == 1:
            self.fields["kind"].widget = forms.HiddenInput()
            self.fields["kind"].initial = found[0][0]
            self.fields["first_year"].label = "起始年度"
            self.fields["first_year"].help_text = "五年行动从这一年起，共五年。"


class RiskForm(forms.Form):
    """A risk of a post."""

    post = forms.CharField(label="岗位", max_length=40, help_text="写岗位，不写姓名。如：政府采购经办岗。")
    level = forms.ChoiceField(label="风险等级", choices=[("", "请选择"), *RiskLevel.choices])
    description = forms.CharField(label="风险表现", max_length=300, widget=forms.Textarea({"rows": 2}))
    controls = forms.CharField(label="防控措施", max_length=500, widget=forms.Textarea({"rows": 3}))
    responsible = forms.CharField(label="责任科室", max_length=40)
    review_on = forms.DateField(label="复查日期", widget=DateInput)

    def __init__(self, data: Any = None, *, risk: RiskPoint | None = None, review: RiskReview | None = None) -> None:
        initial: dict[str, Any] = {"review_on": review.due_on if review else next_due(local_today())}
        if risk is not None:
            names = ("post", "level", "description", "controls", "responsible")
            initial |= {name: getattr(risk, name) for name in names}
        super().__init__(data, initial=initial)


class RiskReviewForm(forms.Form):
    reviewed_on = forms.DateField(label="复查日期", widget=DateInput, initial=local_today)
    outcome = forms.ChoiceField(
        label="复查结果", choices=[("", "请选择"), *RiskOutcome.choices], help_text="“风险消除”的风险点随即销号。"
    )
    next_on = forms.DateField(
        label="下次复查日期", widget=DateInput, required=False, help_text="不填则为一年后；风险消除的不用填。"
    )


class ActivityForm(forms.Form):
    """An activity: a log is named, or day and attendance are typed."""

    kind = forms.ChoiceField(label="活动类别", choices=[("", "请选择"), *ActivityKind.choices])
    meeting: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label="会议记录", required=False, empty_label="没有会议记录，在下面填写",
        help_text="选了会议记录的，名称、日期和人数取自记录，不用再填。",
    )  # fmt: skip
    title = forms.CharField(label="活动名称", max_length=80, required=False)
    held_on = forms.DateField(label="日期", widget=DateInput, required=False)
    headcount = forms.IntegerField(label="参加人数", min_value=1, max_value=100_000, required=False)

    def __init__(self, data: Any = None, *, logs: Any) -> None:
        super().__init__(data)
        self.fields["meeting"].queryset = logs  # type: ignore[attr-defined]
        self.fields["meeting"].label_from_instance = log_label  # type: ignore[attr-defined]


def log_label(meeting: Meeting) -> str:
    return f"{meeting.held_on} {meeting.organisation.short_name} {meeting.title}"


class QuarterForm(forms.Form):
    """The counts of a quarter; what the portal knows is filled in and may be corrected."""

    reason = forms.CharField(label="更正原因", max_length=200, required=False)

    def __init__(
        self, data: Any = None, *, counts: Mapping[str, int], known: Mapping[str, int], is_revision: bool
    ) -> None:
        super().__init__(data)
        for name in COUNTS:
            field = forms.IntegerField(
                label=LABELS[name], min_value=0, max_value=COUNT_LIMIT, initial=counts.get(name, known.get(name, 0))
            )
            if name in PREFILLED:
                field.help_text = f"平台记录：{known[name]}，来自{PREFILLED[name]}。"
            self.fields[name] = field
        self.order_fields([*COUNTS, "reason"])
        if not is_revision:
            del self.fields["reason"]

    def counts(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in COUNTS}


class IntegrityTalkForm(forms.Form):
    """Type, day, how many: there is nothing else to fill in."""

    kind = forms.ChoiceField(label="类型", choices=[("", "请选择"), *IntegrityTalkKind.choices])
    held_on = forms.DateField(label="日期", widget=DateInput, initial=local_today)
    count = forms.IntegerField(label="次数", min_value=1, max_value=200, initial=1)
