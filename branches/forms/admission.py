"""The shape of what is said about people on the way into the Party: dates and references, no case content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import Capability
from branches.choices import AdmissionOutcome, Gender, HelperRole, StopCategory
from branches.forms.organisations import OrganisationField
from branches.models import Applicant, MeetingVote, Member
from branches.policy import admission as policy
from branches.policy.admission import Rule
from branches.policy.admission_input import StepData
from branches.selectors.admission import Known
from core.calendar import local_today
from core.forms_ui import DateInput

BRANCH = ("branch",)
NO_CASE = "只写文号或材料编号，如“支委会记录〔2026〕3号”。不写政审、自传等内容，不写公民身份号码"
REASON_HELP = "逾期、略过等情况在此写明，不超过120字；不写个人情况，不写公民身份号码"
GENDERS = [(value, label) for value, label in Gender.choices if value in ("1", "2")]
STOPS = [(value, label) for value, label in StopCategory.choices if value != StopCategory.LEFT]

TRAINING = (("training_days", "培训天数"), ("training_hours", "培训学时"))
HISTORY_PEOPLE = {
    policy.CONTACT_STEP: (("contact_1", "培养联系人一"), ("contact_2", "培养联系人二")),
    policy.INTRODUCER_STEP: (("introducer_1", "入党介绍人一"), ("introducer_2", "入党介绍人二")),
}


class PlainText(forms.CharField):
    """Short text that holds no citizen's ID number (N11)."""

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if policy.holds_id_number(text):
            raise ValidationError("请去掉公民身份号码，平台不登记。")
        return text


def note_field() -> PlainText:
    return PlainText(label="文号或材料编号", max_length=60, required=False, help_text=NO_CASE)


def why_field(label: str = "更正原因") -> PlainText:
    return PlainText(label=label, max_length=120, widget=forms.Textarea({"rows": 2}))


class PersonForm(forms.Form):
    name = PlainText(label="姓名", max_length=40)
    gender = forms.ChoiceField(label="性别", choices=GENDERS)
    birth_date = forms.DateField(label="出生日期", widget=DateInput(), help_text="用于核对是否年满18周岁")


class ApplicantForm(PersonForm):
    """A new person, with the day of the application."""

    applied_on = forms.DateField(label="递交入党申请书日期", widget=DateInput())

    field_order = ["organisation", "name", "gender", "birth_date", "applied_on", "note"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = OrganisationField(
            user=user, capability=Capability.ADMISSION_RECORD, right="admission", kinds=BRANCH, label="党支部"
        )
        choices = place.reach[:2]
        place.initial = choices[0] if len(choices) == 1 else None
        self.fields["organisation"] = place
        self.fields["note"] = note_field()
        self.order_fields(self.field_order)


class FactsForm(PersonForm):
    def __init__(self, *args: Any, applicant: Applicant, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(applicant, name) for name in ("name", "gender", "birth_date")}
        super().__init__(*args, **kwargs)
        self.fields["why"] = why_field()


class StopForm(forms.Form):
    category = forms.ChoiceField(label="停止原因", choices=STOPS)
    stopped_on = forms.DateField(label="停止日期", widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stopped_on"].initial = local_today()
        self.fields["note"] = note_field()


class WhyForm(forms.Form):
    """A written reason, for taking up again and for taking back."""

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"] = why_field(label)


class ApplicantTransferForm(forms.Form):
    moved_on = forms.DateField(label="转接日期", widget=DateInput())

    field_order = ["target", "moved_on", "note"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"] = OrganisationField(
            user=user, capability=Capability.ADMISSION_RECORD, right="admission", kinds=BRANCH, label="转到"
        )
        self.fields["moved_on"].initial = local_today()
        self.fields["note"] = note_field()
        self.order_fields(self.field_order)


class StepForm(forms.Form):
    """
    One step of one person: the day and a reference, and what this step alone asks. ``votes``: those that may be taken.
    With ``row`` it is a correction, prefilled, with its reason.
    """

    done_on = forms.DateField(label="办理日期", widget=DateInput())

    def __init__(
        self,
        *args: Any,
        rule: Rule,
        known: Known,
        helpers: QuerySet[Member] | None = None,
        votes: Iterable[MeetingVote] = (),
        is_correction: bool = False,
        **kwargs: Any,
    ) -> None:
        self.rule, self.known, self.is_correction = rule, known, is_correction
        super().__init__(*args, **kwargs)
        row = known.steps.get(rule.step) if is_correction else None
        self.fields["done_on"].initial = row.done_on if row else local_today()
        if helpers is not None:
            self._add_helpers(helpers)
        if rule.step in policy.VOTE_STEPS:
            self._add_votes(list(votes))
        self._add_own()
        if rule.is_optional:
            self.fields["is_skipped"] = forms.BooleanField(label="略过这一步（须写明原因）", required=False)
            self.fields["is_skipped"].initial = bool(row and row.is_skipped)
        self.fields["note"] = note_field()
        self.fields["reason"] = PlainText(label="说明", max_length=120, required=False, help_text=REASON_HELP)
        if row:
            self.fields["note"].initial, self.fields["reason"].initial = row.note, row.reason
        if is_correction:
            self.fields["why"] = why_field()

    def _add_helpers(self, members: QuerySet[Member]) -> None:
        """Two choices; those of the step, or the contacts, who usually introduce, are proposed."""
        role = HelperRole.CONTACT if self.rule.step == policy.CONTACT_STEP else HelperRole.INTRODUCER
        own = [helper.member_id for helper in self.known.helpers if helper.role == role]
        contacts = [helper.member_id for helper in self.known.helpers if helper.role == HelperRole.CONTACT]
        proposed = own or contacts
        for number in (1, 2):
            label = f"{role.label}{'一二'[number - 1]}"
            required = number == 1 or self.rule.step == policy.INTRODUCER_STEP
            choice = forms.ModelChoiceField(members, label=label, required=required, empty_label="请选择")
            choice.initial = proposed[number - 1] if len(proposed) >= number else None
            self.fields[f"helper_{number}"] = choice

    def _add_votes(self, votes: list[MeetingVote]) -> None:
        self.votes = {str(vote.pk): vote for vote in votes}
        row = self.known.steps.get(self.rule.step) if self.is_correction else None
        choices = [
            ("", "没有会议记录（仅限平台启用前召开的大会）"),
            *((pk, vote_label(vote)) for pk, vote in self.votes.items()),
        ]
        self.fields["vote"] = forms.ChoiceField(
            label="支部党员大会的表决",
            choices=choices,
            required=False,
            help_text="选定后，日期和表决结果由会议记录带出，不用另填",
        )
        named = (pk for pk, vote in self.votes.items() if _is_of(vote, row, self.known.applicant))
        self.fields["vote"].initial = next(named, "")
        self.fields["done_on"].required = False
        self.fields["done_on"].initial = row.done_on if row and not row.meeting_id else None
        self.fields["done_on"].help_text = "没有会议记录时才填写"
        self.order_fields(["vote"])
        if self.rule.step == policy.CONFIRMING_STEP:
            self._add_outcome(row.outcome if row else "", row.months if row else None)

    def _add_outcome(self, outcome: str, months: int | None) -> None:
        self.fields["outcome"] = forms.ChoiceField(
            label="讨论结果", choices=AdmissionOutcome.choices, widget=forms.RadioSelect
        )
        self.fields["outcome"].initial = outcome or AdmissionOutcome.CONFIRM
        self.fields["months"] = forms.IntegerField(
            label="延长几个月",
            required=False,
            min_value=1,
            max_value=24,
            help_text="延长预备期时填写，6至12个月，只能一次",
        )
        self.fields["months"].initial = months

    def _add_own(self) -> None:
        applicant = self.known.applicant
        if self.rule.step == policy.TRAINING_STEP:
            for name, label in TRAINING:
                self.fields[name] = forms.IntegerField(label=label, required=False, min_value=0, max_value=1000)
                self.fields[name].initial = getattr(applicant, name)
        elif self.rule.step == policy.STAY_STEP:
            text = "没有离开计划的留空；预审后3个月内将离开的，一般不办理接收手续"
            field = forms.DateField(label="计划离开本单位日期", required=False, widget=DateInput(), help_text=text)
            field.initial = applicant.leaves_on
            self.fields["leaves_on"] = field

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "vote" in self.fields and not data.get("vote") and not data.get("done_on") and "done_on" not in self.errors:
            self.add_error("vote", "请选择支部党员大会的表决。")
        return data

    def step_data(self) -> StepData:
        """The cleaned input, as the services take it."""
        data = self.cleaned_data
        vote = self.votes[data["vote"]] if data.get("vote") else None
        helpers = tuple(filter(None, (data.get("helper_1"), data.get("helper_2"))))
        return StepData(
            done_on=vote.meeting.held_on if vote else data["done_on"],
            note=data["note"],
            reason=data["reason"],
            is_skipped=data.get("is_skipped", False),
            helpers=helpers,
            training_days=data.get("training_days"),
            training_hours=data.get("training_hours"),
            leaves_on=data.get("leaves_on"),
            vote=vote,
            outcome=data.get("outcome", ""),
            months=data.get("months"),
        )

    def refuse(self, error: ValidationError) -> None:
        """Put a service's refusal at its fields; what concerns the helpers stands at the first of them."""
        by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
        for name, problems in by_field.items():
            place = "helper_1" if name == "helpers" else name
            if place == "done_on" and self.cleaned_data.get("vote"):
                place = "vote"
            self.add_error(place if place in self.fields else None, problems)


def vote_label(vote: MeetingVote) -> str:
    figures = f"应到{vote.should}，实到{vote.present}，赞成{vote.approve}"
    return f"{vote.meeting.held_on} {vote.meeting.title}：{vote.subject}（{figures}，通过）"


def _is_of(vote: MeetingVote, row: Any, applicant: Applicant) -> bool:
    if row is not None and row.meeting_id:
        return bool(vote.meeting_id == row.meeting_id and vote.subject == row.vote_subject)
    return applicant.name in vote.subject


class HistoryForm(forms.Form):
    """
    Steps that were done before, in one form: those left without a day are left alone. ``rules``: steps that the reader
    may record, without the assembly's second vote; people and training are asked where their step is open.
    """

    def __init__(self, *args: Any, rules: Iterable[Rule], helpers: QuerySet[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rule in rules:
            self.fields[f"step_{rule.step}"] = forms.DateField(
                label=f"{rule.step} {rule.title}", required=False, widget=DateInput()
            )
            self._add_own(rule.step, helpers)
        self.fields["note"] = note_field()
        self.fields["reason"] = PlainText(label="说明", max_length=120, required=False, help_text=REASON_HELP)

    def _add_own(self, step: int, helpers: QuerySet[Member]) -> None:
        if step == policy.ASSEMBLY_STEP:
            self.fields[
                f"step_{step}"
            ].help_text = "大会早于本支部在平台的第一条会议记录时才在此填写，并在“说明”中写明依据"
        for name, label in HISTORY_PEOPLE.get(step, ()):
            self.fields[name] = forms.ModelChoiceField(helpers, label=label, required=False, empty_label="请选择")
        if step == policy.TRAINING_STEP:
            for name, label in TRAINING:
                self.fields[name] = forms.IntegerField(label=label, required=False, min_value=0, max_value=1000)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not any(value for name, value in data.items() if name.startswith("step_")):
            raise ValidationError("请至少填写一步的日期。")
        return data

    def steps(self) -> list[tuple[int, StepData]]:
        """What was filled in, as the services take it."""
        data = self.cleaned_data
        days = {int(name[5:]): day for name, day in data.items() if name.startswith("step_") and day}
        return [(step, self._data(step, day)) for step, day in sorted(days.items())]

    def _data(self, step: int, day: date) -> StepData:
        data = self.cleaned_data
        people = tuple(filter(None, (data.get(name) for name, _ in HISTORY_PEOPLE.get(step, ()))))
        said = StepData(done_on=day, note=data["note"], reason=data["reason"], helpers=people)
        return _trained(said, data) if step == policy.TRAINING_STEP else said


class BatchForm(forms.Form):
    """One step and day for several people: those for whom the step is open."""

    done_on = forms.DateField(label="办理日期", widget=DateInput())

    def __init__(self, *args: Any, rule: Rule, people: QuerySet[Applicant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["done_on"].initial = local_today()
        if rule.step == policy.TRAINING_STEP:
            for name, label in TRAINING:
                self.fields[name] = forms.IntegerField(label=label, required=False, min_value=0, max_value=1000)
        self.fields["note"] = note_field()
        self.fields["reason"] = PlainText(label="说明", max_length=120, required=False, help_text=REASON_HELP)
        self.fields["applicants"] = PeopleField(people, label="办理哪些人")

    def step_data(self) -> StepData:
        data = self.cleaned_data
        return _trained(StepData(done_on=data["done_on"], note=data["note"], reason=data["reason"]), data)


def _trained(said: StepData, data: dict[str, Any]) -> StepData:
    return replace(said, training_days=data.get("training_days"), training_hours=data.get("training_hours"))


class PeopleField(forms.ModelMultipleChoiceField):
    """People by name and branch."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, queryset: QuerySet[Applicant], **kwargs: Any) -> None:
        kwargs["error_messages"] = {
            "required": "请至少选择一人。",
            "invalid_choice": "有人现在不能办理这一步，或不在您的范围内，请刷新后重选。",
        }
        super().__init__(queryset, **kwargs)

    def label_from_instance(self, obj: Applicant) -> str:
        return f"{obj.name}（{obj.organisation.short_name}）"
