"""The shape of what is said about terms and elections; the rules are judged by the services."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import User
from accounts.roles import Capability
from branches.choices import (
    COMMITTEE_DIVISIONS,
    ElectionBase,
    ElectionBody,
    ElectionKind,
    ExcuseReason,
    OrganisationKind,
    PostKind,
)
from branches.forms.organisations import MemberSelect
from branches.models import Election, Member, Organisation, Term
from branches.policy.elections import Count
from branches.selectors.election_rules import RuleBook
from branches.selectors.elections import Basis, ContestState, meetings_to_link
from core.calendar import local_today
from core.forms_ui import DateInput

COUNT_LIMIT = 10_000


def _count(label: str, **options: Any) -> forms.IntegerField:
    widget = forms.NumberInput({"inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=0, max_value=COUNT_LIMIT, widget=widget, **options)


def _day(label: str, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DateInput(), **options)


def _number(label: str, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=80, **options)


def _term_places(organisation: Organisation, rules: RuleBook) -> list[tuple[str, str]]:
    return [
        (rule.place, f"{rule.get_place_display()}：{rule.number}年（{rule.source}{rule.article}）")
        for rule in rules.terms_for(organisation.kind)
    ]


def usual_place(organisation: Organisation, term: Term | None) -> str:
    """The rule that fixed the present term; else the one of the organisation's kind."""
    is_village = term is not None and term.years == 5 and organisation.kind != OrganisationKind.ORGAN_COMMITTEE
    return "village" if is_village else organisation.kind


class TermForm(forms.Form):
    """A term as it came from an election."""

    number = forms.IntegerField(label="届次", min_value=1, max_value=99, help_text="第几届，填数字")
    elected_on = _day("选举日期")
    place = forms.ChoiceField(label="任期依据", widget=forms.RadioSelect)

    def __init__(self, *args: Any, organisation: Organisation, rules: RuleBook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = _term_places(organisation, rules)  # type: ignore[attr-defined]
        self.fields["place"].initial = organisation.kind


class TermReviseForm(TermForm):
    reason = forms.CharField(label="更正原因", max_length=200)


class ExtensionForm(forms.Form):
    """Until when a term is to be put off, and why."""

    until = _day("延期至")
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea({"rows": 2}))


class ExtensionDecisionForm(forms.Form):
    """The superior's answer: approved by a document, or refused with a word why."""

    decision = forms.ChoiceField(
        label="办理结果",
        choices=[("approve", "批准"), ("refuse", "不批准")],
        widget=forms.RadioSelect,
        initial="approve",
    )
    document = _number("批准文号", required=False, help_text="批准时必填，如：市直工复〔2026〕3号")
    document_on = _day("批准日期", required=False)
    note = forms.CharField(label="意见", max_length=200, required=False, help_text="不批准时写明原因")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decision") == "approve" and not data.get("document_on") and "document_on" not in self.errors:
            self.add_error("document_on", "请填写批准日期。")
        return data


class ElectionForm(forms.Form):
    """What is elected, when, and by which majority. Both bases are offered with where they stand."""

    kind = forms.ChoiceField(label="类别", choices=ElectionKind.choices, widget=forms.RadioSelect)
    number = forms.IntegerField(label="届次", min_value=1, max_value=99, help_text="新一届是第几届；补选时为本届")
    place = forms.ChoiceField(label="任期依据", widget=forms.RadioSelect)
    planned_on = _day("拟召开党员大会日期")
    committee = _count("委员名额", initial=0, help_text="不设委员会的填0；党支部委员会由3至5人组成，一般不超过7人")
    secretaries = _count("书记名额", initial=1)
    deputies = _count("副书记名额", initial=0)
    leaders_by = forms.ChoiceField(
        label="书记、副书记由谁选举",
        choices=ElectionBody.choices,
        initial=ElectionBody.COMMITTEE,
        widget=forms.RadioSelect,
        help_text="设委员会的一般由委员会选举；不设委员会的由党员大会直接选举",
    )
    base = forms.ChoiceField(label="当选须超过谁的半数", widget=forms.RadioSelect)

    def __init__(self, *args: Any, organisation: Organisation, rules: RuleBook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = _term_places(organisation, rules)  # type: ignore[attr-defined]
        self.fields["base"].choices = base_choices(rules)  # type: ignore[attr-defined]


def base_choices(rules: RuleBook) -> list[tuple[str, str]]:
    """Both bases, the default first, each with its source (they disagree: domain.md §17)."""
    labels = dict(ElectionBase.choices)
    return [(rule.option, f"{labels[rule.option]}（{rule.source}{rule.article}）") for rule in rules.bases]


class ElectionPapersForm(forms.Form):
    """What is known as the election goes on; everything may be left for later."""

    planned_on = _day("拟召开日期")
    place = _number("地点", required=False)
    held_on = _day("选举日期", required=False, help_text="关联党员大会记录后自动填写")
    request_number = _number("请示文号", required=False)
    request_on = _day("请示日期", required=False)
    reply_number = _number("批复文号", required=False, help_text="提前换届必填")
    reply_on = _day("批复日期", required=False)
    scrutineers = _number("监票人", required=False)
    tellers = _number("计票人", required=False)
    base = forms.ChoiceField(label="当选须超过谁的半数", widget=forms.RadioSelect)

    def __init__(self, *args: Any, election: Election, rules: RuleBook, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(election, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        self.fields["base"].choices = base_choices(rules)  # type: ignore[attr-defined]
        if election.meeting_id:
            self.fields["held_on"].disabled = True


class LinkForm(forms.Form):
    """Which log is that of the assembly."""

    meeting = forms.ChoiceField(label="党员大会记录", required=False)

    def __init__(self, *args: Any, election: Election, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meetings = {str(meeting.pk): meeting for meeting in meetings_to_link(election)}
        choices = [
            (key, f"{m.held_on} {m.title}（实到{m.present_voting}/{m.expected_voting}）")
            for key, m in self.meetings.items()
        ]
        self.fields["meeting"].choices = [("", "不关联"), *choices]  # type: ignore[attr-defined]
        self.fields["meeting"].initial = str(election.meeting_id or "")

    def chosen(self) -> Any:
        return self.meetings.get(self.cleaned_data["meeting"])


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=200)


class ExcuseForm(forms.Form):
    """Who is left out of 应到会, why, and when the branch agreed."""

    reason = forms.ChoiceField(label="原因", choices=ExcuseReason.choices)
    decided_on = _day("党组织同意日期")

    field_order = ["member", "reason", "decided_on"]

    def __init__(self, *args: Any, user: User, election: Election, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"] = member_field(user, election.organisation, "党员")
        self.order_fields(self.field_order)


def member_field(user: User, organisation: Organisation, label: str, **options: Any) -> forms.ModelChoiceField:
    """A search for a present member of the organisation within the reader's reach."""
    members = Member.objects.visible_to(user, Capability.MEMBER_LIST).current()
    return forms.ModelChoiceField(
        members.filter(organisation__path__startswith=organisation.path),
        label=label,
        widget=MemberSelect(organisation),
        error_messages={"invalid_choice": "只能选择本党组织的党员。"},
        **options,
    )


class CandidatesForm(forms.Form):
    """As many searches as there may be candidates; empty ones are left out."""

    def __init__(self, *args: Any, user: User, state: ContestState, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [candidate.member_id for candidate in state.named]
        organisation = state.contest.election.organisation
        for index in range(max(len(named), state.needed) + 2):
            field = member_field(user, organisation, f"候选人{index + 1}", required=False)
            field.initial = named[index] if index < len(named) else None
            self.fields[f"member_{index}"] = field

    def members(self) -> list[Member]:
        return [member for member in self.cleaned_data.values() if member is not None]

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(None if field == "members" else field, error)


class OrderForm(forms.Form):
    """The place of each candidate on the ballot, as a figure."""

    def __init__(self, *args: Any, state: ContestState, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place, candidate in enumerate(state.named, start=1):
            self.fields[f"place_{candidate.pk}"] = forms.IntegerField(
                label=candidate.member.name, min_value=1, max_value=99, initial=place
            )

    def order(self) -> list[int]:
        pairs = sorted((place, name) for name, place in self.cleaned_data.items())
        return [int(name.removeprefix("place_")) for _, name in pairs]


class WriteInForm(forms.Form):
    def __init__(self, *args: Any, user: User, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"] = member_field(user, organisation, "另选人")

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error("member" if field == "members" else field, error)


class CountForm(forms.Form):
    """The figures of one vote. Who should vote and who came are asked only where no log tells them."""

    issued = _count("发出选票")
    returned = _count("收回选票")
    valid = _count("有效票")

    def __init__(self, *args: Any, state: ContestState, basis: Basis, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stand = state.voters
        if basis.present is None:
            self.fields["eligible"] = _count("应到会有选举权人数", initial=basis.eligible, help_text=basis.source)
            self.fields["present"] = _count("实到会有选举权人数")
            self.order_fields(["eligible", "present", "issued", "returned", "valid"])
        else:
            for name in ("issued", "returned", "valid"):
                self.fields[name].initial = basis.present
        for candidate in self.stand:
            self.fields[f"approve_{candidate.pk}"] = _count(f"{candidate.member.name}：赞成")
            self.fields[f"oppose_{candidate.pk}"] = _count(f"{candidate.member.name}：不赞成", initial=0)

    @property
    def figures(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if "_" not in name]

    @property
    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        return [(c.member.name, self[f"approve_{c.pk}"], self[f"oppose_{c.pk}"]) for c in self.stand]

    def count(self) -> Count:
        data = self.cleaned_data
        votes = {c.pk: (data[f"approve_{c.pk}"], data[f"oppose_{c.pk}"]) for c in self.stand}
        figures = {name: data[name] for name in ("issued", "returned", "valid")}
        return Count(votes=votes, present=data.get("present"), eligible=data.get("eligible"), **figures)


class VacateForm(forms.Form):
    consenting = _count("同意暂缺的选举人数")


class ReportForm(forms.Form):
    """The division of work, and the report's number and day."""

    report_number = _number("报告文号", required=False)
    report_on = _day("报告日期")

    def __init__(self, *args: Any, states: list[ContestState], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["report_on"].initial = local_today()
        kinds = [(kind, PostKind(kind).label) for kind in COMMITTEE_DIVISIONS]
        self.elected = [c for state in states if state.contest.office == "committee" for c in state.elected]
        for candidate in self.elected:
            self.fields[f"post_{candidate.pk}"] = forms.ChoiceField(
                label=f"{candidate.member.name}的分工", choices=kinds, initial=PostKind.COMMITTEE_MEMBER.value
            )

    def posts(self) -> dict[int, str]:
        return {candidate.pk: self.cleaned_data[f"post_{candidate.pk}"] for candidate in self.elected}


class ApprovalForm(forms.Form):
    """The superior's approval of the leaders, and the filing of the members."""

    approval_number = _number("批准文号", required=False, help_text="有书记、副书记当选时必填")
    approved_on = _day("批准日期", required=False, help_text="书记、副书记自这一天任职")
    filed_on = _day("备案日期", required=False, help_text="有委员当选时必填")
