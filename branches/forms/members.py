"""The shape of what is said about a member. Personal numbers are never shown again: an empty field leaves them."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import User
from accounts.roles import Capability
from branches.choices import (
    ETHNICITIES,
    Degree,
    Education,
    EntryReason,
    LeaveReason,
    OrganisationKind,
    OrganisationStatus,
)
from branches.forms.organisations import OrganisationField
from branches.models import Member, Organisation
from branches.policy.identity import id_number_problem, phone_problem
from core.calendar import local_today
from core.forms_ui import DateInput

BRANCH = (OrganisationKind.BRANCH.value,)
NUMBER_INPUT = {"autocomplete": "off", "inputmode": "text", "spellcheck": "false"}
ENTRY_REASONS = [
    (reason.value, reason.label) for reason in (EntryReason.ADMITTED, EntryReason.TRANSFERRED, EntryReason.IMPORTED)
]
LEAVE_REASONS = [
    (reason.value, reason.label)
    for reason in LeaveReason
    if reason not in (LeaveReason.MOVED, LeaveReason.SUSPENDED)  # both have a way of their own
]
#: What only a dated act changes once a member is entered.
DATED_FIELDS = (
    "category", "probation_extended_until", "voting_suspended_from", "voting_suspended_until", "is_lost",
)  # fmt: skip


SECTIONS = (
    ("基本信息", (
        "name", "id_number", "gender", "birth_date", "ethnicity", "native_place", "education", "degree", "organisation",
        "group", "since", "accepted_on", "entry_reason",
    )),
    ("党籍", (
        "category", "joined_on", "confirmed_on", "joined_at", "join_type", "confirmation", "probation_extended_until",
        "party_age_correction", "voting_suspended_from", "voting_suspended_until",
    )),
    ("工作和联系方式", ("phone", "work_phone", "email", "position", "technical_post", "social_stratum")),
    ("其他", ("is_migrant_worker", "is_lost", "is_mobile")),
)  # fmt: skip


class MemberForm(forms.ModelForm):
    """Everything that is kept about a member but the place in the tree."""

    id_number = forms.CharField(
        label="公民身份号码", required=False, max_length=24, widget=forms.TextInput(NUMBER_INPUT)
    )
    phone = forms.CharField(label="手机号码", required=False, max_length=20, widget=forms.TextInput(NUMBER_INPUT))

    class Meta:
        model = Member
        fields = (
            "name", "gender", "ethnicity", "birth_date", "native_place", "education", "degree", "category", "joined_on",
            "confirmed_on", "probation_extended_until", "party_age_correction", "join_type", "confirmation",
            "joined_at", "position", "technical_post", "social_stratum", "work_phone", "email", "is_migrant_worker",
            "is_lost", "is_mobile", "voting_suspended_from", "voting_suspended_until",
        )  # fmt: skip
        widgets = {
            name: DateInput()
            for name in (
                "birth_date", "joined_on", "confirmed_on", "probation_extended_until", "voting_suspended_from",
                "voting_suspended_until",
            )
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["joined_on"].required = True
        self.fields["degree"] = forms.ChoiceField(label="学位", choices=Degree.choices, required=False)
        for name, choices in (("ethnicity", ETHNICITIES), ("education", Education.choices)):
            label = self.fields[name].label
            self.fields[name] = forms.ChoiceField(label=label, choices=[("", "未填写"), *choices], required=False)

    def _post_clean(self) -> None:
        """The service fills and checks the member; a form that did so too would write into what it was given."""

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The visible fields under their headings, in reading order."""
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in SECTIONS]

    def clean_id_number(self) -> str:
        number = "".join(self.cleaned_data["id_number"].split()).upper()
        return _unproblematic(number, id_number_problem(number) if number else "")

    def clean_phone(self) -> str:
        number = "".join(self.cleaned_data["phone"].split()).replace("-", "")
        return _unproblematic(number, phone_problem(number) if number else "")

    def values(self) -> dict[str, Any]:
        """The plain fields, as the services take them."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}


class MemberCreateForm(MemberForm):
    since = forms.DateField(label="进入本支部日期", widget=DateInput())
    entry_reason = forms.ChoiceField(label="进入方式", choices=ENTRY_REASONS)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = OrganisationField(
            user=user, capability=Capability.MEMBER_CREATE, right="member_create", kinds=BRANCH, label="所在党支部"
        )
        self.fields["since"].initial = local_today()
        choices = place.reach[:2]
        place.initial = choices[0] if len(choices) == 1 else None
        self.fields["organisation"] = place


class MemberUpdateForm(MemberForm):
    """
    Corrections: what changes on a day (转正, 失联 …) has forms of its own. ``revision`` is that of the member as the
    page was drawn.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        member = self.instance
        standing = (OrganisationStatus.ACTIVE, OrganisationStatus.SUSPENDED)
        groups = Organisation.objects.under(member.organisation.path).of_kind(OrganisationKind.GROUP)
        self.fields["group"] = forms.ModelChoiceField(
            groups.filter(status__in=standing), label="党小组", required=False, empty_label="不编入党小组"
        )
        self.fields["group"].initial = member.group_id
        self.fields["revision"].initial = member.revision
        for name in DATED_FIELDS:
            del self.fields[name]
        self.fields["id_number"].help_text = _kept(member.id_number_mask)
        self.fields["phone"].help_text = _kept(member.phone_mask)


class ContactForm(forms.Form):
    """One's own contact data."""

    phone = forms.CharField(label="手机号码", required=False, max_length=20, widget=forms.TextInput(NUMBER_INPUT))
    work_phone = forms.CharField(label="工作电话", required=False, max_length=30)
    email = forms.EmailField(label="电子邮件", required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        kwargs["initial"] = {"work_phone": member.work_phone, "email": member.email}
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = _kept(member.phone_mask)

    def clean_phone(self) -> str:
        number = "".join(self.cleaned_data["phone"].split()).replace("-", "")
        return _unproblematic(number, phone_problem(number) if number else "")


class TransferForm(forms.Form):
    """Another branch within reach, and the day: of moving, or of coming back."""

    moved_on = forms.DateField(label="调整日期", widget=DateInput())

    field_order = ["target", "moved_on"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"] = OrganisationField(
            user=user, capability=Capability.MEMBER_TRANSFER, right="transfer", kinds=BRANCH, label="调整到"
        )
        self.fields["moved_on"].initial = local_today()
        self.order_fields(self.field_order)


class DisableForm(forms.Form):
    """Why and when a member leaves."""

    reason = forms.ChoiceField(label="减员原因", choices=LEAVE_REASONS)
    left_on = forms.DateField(label="离开日期", widget=DateInput())
    note = forms.CharField(label="说明", max_length=200, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["left_on"].initial = local_today()


class NumberForm(forms.Form):
    """A whole ID number or phone, sent in the body of a POST."""

    number = forms.CharField(label="公民身份号码或手机号码", max_length=24, widget=forms.TextInput(NUMBER_INPUT))

    def clean_number(self) -> str:
        number = "".join(self.cleaned_data["number"].split()).replace("-", "").upper()
        if id_number_problem(number) and phone_problem(number):
            raise forms.ValidationError("请填写完整的18位公民身份号码，或11位手机号码。")
        return number


def _unproblematic(number: str, problem: str) -> str:
    if problem:
        raise forms.ValidationError(f"{problem}。")
    return number


def _kept(mask: str) -> str:
    return f"已登记 {mask}，不改动请留空" if mask else "尚未登记"
