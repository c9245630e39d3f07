"""Forms of 第一遵循 / 第一政治要件."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms

from branches.models import Organisation
from branches.querysets import OrganisationQuerySet
from core.calendar import local_today
from core.forms_ui import DateInput
from oversight.choices import DirectiveSource
from oversight.forms.places import PlaceField
from oversight.models import Directive, DirectiveStage
from oversight.policy.directives import StageDraft, planned_days

UNCLASSIFIED = "平台不存放涉密和内部内容；不写身份号码和手机号码。"


class DirectiveForm(forms.Form):
    """What an item says."""

    number = forms.CharField(label="编号", max_length=30)
    source = forms.ChoiceField(label="来源", choices=DirectiveSource.choices)
    received_on = forms.DateField(label="日期", widget=DateInput, help_text="作出部署要求的日期")
    title = forms.CharField(label="事项名称", max_length=120)
    summary = forms.CharField(
        label="内容摘要（非涉密）", max_length=1000, widget=forms.Textarea({"rows": 4}), help_text=UNCLASSIFIED
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, directive: Directive | None = None, number: str = "") -> None:
        names = ("number", "source", "received_on", "title", "summary", "revision")
        given: dict[str, Any] = {name: getattr(directive, name) for name in names} if directive else {}
        super().__init__(data, initial=given or {"number": number, "received_on": local_today()})

    @staticmethod
    def values_of(data: dict[str, Any]) -> dict[str, Any]:
        """The arguments of the service among what was cleaned."""
        return {name: data[name] for name in ("number", "source", "received_on", "title", "summary")}


class DirectiveRegisterForm(DirectiveForm):
    """A new item: who answers for it, and by when each stage is to be done (prefilled from the stages in force)."""

    is_public = forms.BooleanField(
        label="不含涉密和内部内容",
        error_messages={"required": "请确认不含涉密和内部内容；含有的不能登记在平台上。"},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        organisation: Organisation,
        owners: OrganisationQuerySet,
        stages: Sequence[StageDraft],
        number: str,
    ) -> None:
        super().__init__(data, number=number)
        self.fields["owner"] = PlaceField(
            owners.under(organisation.path), label="责任党组织", below=organisation.pk,
            help_text="由它办理各阶段；任务可以再分解到各党组织",
        )  # fmt: skip
        self.stage_names = [f"stage_{position}" for position in range(1, len(stages) + 1)]
        days = planned_days(local_today(), [stage.days for stage in stages])
        for name, stage, day in zip(self.stage_names, stages, days, strict=True):
            self.fields[name] = forms.DateField(
                label=f"{stage.name}：计划完成", required=False, widget=DateInput, initial=day
            )
        self.order_fields(["number", "source", "received_on", "title", "summary", "is_public", "owner"])

    def planned(self) -> list[date | None]:
        return [self.cleaned_data[name] for name in self.stage_names]


class StagesPlanForm(forms.Form):
    """Another day for stages that are not done."""

    reason = forms.CharField(label="调整原因", max_length=200)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, stages: Iterable[DirectiveStage], revision: int) -> None:
        super().__init__(data, initial={"revision": revision})
        for stage in stages:
            if stage.done_on is None:
                self.fields[f"stage_{stage.position}"] = forms.DateField(
                    label=f"{stage.name}：计划完成", required=False, widget=DateInput, initial=stage.planned_on
                )
        self.order_fields([name for name in self.fields if name.startswith("stage_")])

    def planned(self) -> dict[int, date | None]:
        found = {name: re.fullmatch(r"stage_([0-9]+)", name) for name in self.cleaned_data}
        return {int(match[1]): self.cleaned_data[name] for name, match in found.items() if match}


class StageForm(forms.Form):
    """What was done. A log is chosen, never typed again."""

    meeting = forms.TypedChoiceField(
        label="会议记录", required=False, coerce=int, empty_value=None,
        help_text="从已提交的会议记录中选，日期按会议日期",
    )  # fmt: skip
    meeting_named = forms.CharField(
        label="会议名称", required=False, max_length=80, help_text="单位层面的会议在平台没有记录的，写会议名称"
    )
    done_on = forms.DateField(label="完成日期", required=False, widget=DateInput, help_text="选了会议记录的不用填")
    note = forms.CharField(
        label="做了什么", required=False, max_length=1000, widget=forms.Textarea({"rows": 3}), help_text=UNCLASSIFIED
    )

    def __init__(self, data: Any = None, *, stage: DirectiveStage, logs: Iterable[tuple[int, str]]) -> None:
        initial = {name: getattr(stage, name) for name in ("meeting_named", "note")}
        super().__init__(data, initial={**initial, "meeting": stage.meeting_id})
        self.fields["meeting"].choices = [("", "不选"), *logs]  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    """One written sentence under the label of the act."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Any = None, *, name: str, label: str, revision: int | None = None, limit: int = 500
    ) -> None:
        super().__init__(data, initial={"revision": revision})
        self.fields[name] = forms.CharField(label=label, max_length=limit, widget=forms.Textarea({"rows": 3}))


class ReopenForm(forms.Form):
    reason = forms.CharField(label="回头看的原因", max_length=200, widget=forms.Textarea({"rows": 2}))
    due_on = forms.DateField(label="重新销号的时限", widget=DateInput)


class SchemeForm(forms.Form):
    """The stages before 销号, one a line: 名称 天数 会议."""

    stages = forms.CharField(
        label="销号之前的阶段",
        max_length=500,
        widget=forms.Textarea({"rows": 6}),
        help_text="每行一个阶段：名称，登记后几天内（可不写），由会议完成的加“会议”。如：学习传达 7 会议",
    )
    closing_days = forms.IntegerField(label="销号：登记后几天内", required=False, min_value=1, max_value=3650)
    valid_from = forms.DateField(label="启用日期", widget=DateInput, help_text="已登记的事项仍按原来的阶段办理")
    note = forms.CharField(label="说明", required=False, max_length=200)

    def __init__(self, data: Any = None, *, stages: Sequence[StageDraft]) -> None:
        lines = "\n".join(_line(stage) for stage in stages[:-1])
        initial = {"stages": lines, "closing_days": stages[-1].days, "valid_from": local_today()}
        super().__init__(data, initial=initial)

    def clean_stages(self) -> list[StageDraft]:
        return [_stage(line) for line in self.cleaned_data["stages"].splitlines() if line.strip()]


def _line(stage: StageDraft) -> str:
    days = "" if stage.days is None else f" {stage.days}"
    return f"{stage.name}{days}{' 会议' if stage.by_meeting else ''}"


def _stage(line: str) -> StageDraft:
    found = re.fullmatch(r"(\S{1,20})(?:\s+([0-9]{1,4}))?(?:\s+(会议))?", line.strip())
    if not found:
        raise forms.ValidationError(f"看不懂这一行：{line.strip()[:40]}。应为“名称 天数 会议”，后两项可以不写。")
    return StageDraft(found[1], int(found[2]) if found[2] else None, by_meeting=bool(found[3]))
