"""The shape of letters, of dated changes, of merging two records and of naming an account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import User
from accounts.roles import Capability
from branches.choices import LostCircumstance, MemberCategory
from branches.forms.members import BRANCH, MemberForm
from branches.forms.organisations import OrganisationField
from branches.models import Member, TransferLetter
from branches.policy.letters import extension_bounds, probation_ends
from branches.selectors.letters import branch_named
from branches.selectors.member_doubles import Difference
from branches.validators import validate_plain_text
from core.calendar import local_today
from core.forms_ui import DateInput

INSIDE, OUTSIDE = "inside", "outside"
VALIDITY = "留空为开具之日起3个月"


class LetterForm(forms.Form):
    """A letter for a member who goes: to a branch of this portal, named from the paper, or to the outside."""

    where = forms.ChoiceField(
        label="转往",
        choices=[(INSIDE, "本平台内的党支部"), (OUTSIDE, "平台以外的党组织")],
        widget=forms.RadioSelect,
        initial=INSIDE,
    )
    target = forms.CharField(
        label="接收党支部", max_length=120, required=False, help_text="转往平台内时填写：党支部全称或党组织代码"
    )
    outside = forms.CharField(
        label="平台外党组织",
        max_length=120,
        required=False,
        help_text="转往平台外时填写：接收党组织全称",
        validators=[validate_plain_text],
    )
    issued_on = forms.DateField(label="开具日期", widget=DateInput())
    valid_until = forms.DateField(label="有效期至", required=False, widget=DateInput(), help_text=VALIDITY)
    number = forms.CharField(label="介绍信编号", max_length=40, required=False, validators=[validate_plain_text])
    note = forms.CharField(label="说明", max_length=200, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["issued_on"].initial = local_today()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        inside = data.get("where") == INSIDE
        text = str(data.get("target") or "").strip()
        data["target"] = branch_named(text) if inside and text else None
        if inside and data["target"] is None:
            self.add_error("target", "没有找到这个党支部，请填写全称或党组织代码，须与介绍信一致。")
        if not inside and not data.get("outside"):
            self.add_error("outside", "请填写接收党组织全称。")
        data["outside"] = "" if inside else data.get("outside", "")
        return data

    def letter(self) -> dict[str, Any]:
        """The keyword arguments of ``letter_issue``."""
        return {name: value for name, value in self.cleaned_data.items() if name != "where"}


class LetterRegisterForm(forms.Form):
    """A letter that came from outside."""

    person_name = forms.CharField(label="姓名", max_length=40, validators=[validate_plain_text])
    outside = forms.CharField(label="开具介绍信的党组织", max_length=120, validators=[validate_plain_text])
    issued_on = forms.DateField(label="开具日期", widget=DateInput())
    valid_until = forms.DateField(label="有效期至", required=False, widget=DateInput(), help_text=VALIDITY)
    number = forms.CharField(label="介绍信编号", max_length=40, required=False, validators=[validate_plain_text])
    note = forms.CharField(label="说明", max_length=200, required=False, widget=forms.Textarea({"rows": 2}))

    field_order = ["person_name", "outside", "organisation", "issued_on", "valid_until", "number", "note"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = OrganisationField(
            user=user, capability=Capability.MEMBER_TRANSFER, right="transfer", kinds=BRANCH, label="转入党支部"
        )
        self.order_fields(self.field_order)


class LetterAcceptForm(forms.Form):
    accepted_on = forms.DateField(label="接收日期", widget=DateInput())
    note = forms.CharField(label="说明", max_length=200, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, letter: TransferLetter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accepted_on"].initial = local_today()
        if letter.target is None:
            self.fields["accepted_on"].label = "收到回执日期"


class LetterReceiveForm(MemberForm):
    """The member whom a letter from outside brings. The name stands on the letter."""

    accepted_on = forms.DateField(label="接收日期", widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["name"]
        self.fields["accepted_on"].initial = local_today()
        self.fields["id_number"].help_text = "曾在本平台、已转出的党员，按身份号码接回原有信息"


class CancelForm(forms.Form):
    reason = forms.CharField(label="撤销原因", max_length=200, widget=forms.Textarea({"rows": 2}))


class DatedForm(forms.Form):
    """From which day, by which document, why; a dated change leaves out what it has no use for."""

    effective_on = forms.DateField(label="生效日期", widget=DateInput())
    document = forms.CharField(
        label="依据文号",
        max_length=80,
        required=False,
        help_text="如：市直工发〔2026〕3号",
        validators=[validate_plain_text],
    )
    note = forms.CharField(label="说明", max_length=200, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, user: User, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "effective_on" in self.fields:
            self.fields["effective_on"].initial = local_today()
        self.prepare(user, member)

    def prepare(self, user: User, member: Member) -> None:
        """What depends on the member or the reader."""


class ConfirmForm(DatedForm):
    def prepare(self, user: User, member: Member) -> None:
        day = self.fields["effective_on"]
        day.label = "转正日期"
        if member.joined_on:
            ends = probation_ends(member.joined_on, member.probation_extended_until)
            day.initial, day.help_text = min(ends, local_today()), f"预备期满之日：{ends}"


class ExtendForm(DatedForm):
    until = forms.DateField(label="延长至", widget=DateInput())
    field_order = ["effective_on", "until", "document", "note"]

    def prepare(self, user: User, member: Member) -> None:
        self.fields["effective_on"].label = "决定日期"
        if member.joined_on:
            first, last = extension_bounds(member.joined_on)
            self.fields["until"].help_text = f"{first}至{last}之间"


class CancelProbationForm(DatedForm):
    pass


class ReclassifyForm(forms.Form):
    """A mistake mended: no day, for it never held."""

    category = forms.ChoiceField(label="正确的人员类别", choices=MemberCategory.choices)
    note = forms.CharField(label="更正原因", max_length=200, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, user: User, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        other = [value for value in MemberCategory.values if value != member.category]
        self.fields["category"].initial = other[0]


class SuspendVotingForm(DatedForm):
    """Dates and the document's number alone (domain.md §13.5 N11)."""

    until = forms.DateField(label="恢复之日", required=False, widget=DateInput(), help_text="尚不知道的留空")
    field_order = ["effective_on", "until", "document"]

    def prepare(self, user: User, member: Member) -> None:
        del self.fields["note"]
        self.fields["document"].required = True
        self.fields["document"].help_text = "只填日期和文号，不填案情"


class RestoreVotingForm(DatedForm):
    def prepare(self, user: User, member: Member) -> None:
        del self.fields["note"]
        self.fields["effective_on"].label = "恢复之日"


class LoseForm(DatedForm):
    circumstance = forms.ChoiceField(label="失联情形", choices=[("", "请选择"), *LostCircumstance.choices])
    field_order = ["effective_on", "circumstance", "note"]

    def prepare(self, user: User, member: Member) -> None:
        del self.fields["document"]
        self.fields["effective_on"].label = "失去联系之日"


class FindForm(DatedForm):
    def prepare(self, user: User, member: Member) -> None:
        del self.fields["document"]
        self.fields["effective_on"].label = "重新取得联系之日"


class StopForm(DatedForm):
    def prepare(self, user: User, member: Member) -> None:
        self.fields["document"].required = True
        self.fields["effective_on"].help_text = "停止党籍2年后再研究"


class RestoreForm(StopForm):
    field_order = ["target", "effective_on", "document", "note"]

    def prepare(self, user: User, member: Member) -> None:
        super().prepare(user, member)
        self.fields["effective_on"].help_text = ""
        self.fields["target"] = OrganisationField(
            user=user,
            capability=Capability.MEMBER_TRANSFER,
            right="transfer",
            kinds=BRANCH,
            label="编入党支部",
            initial=member.organisation_id,
        )
        self.order_fields(self.field_order)


class StrikeOffForm(StopForm):
    def prepare(self, user: User, member: Member) -> None:
        super().prepare(user, member)
        self.fields["effective_on"].help_text = ""


ACT_FORMS: dict[str, type[DatedForm] | type[ReclassifyForm]] = {
    "confirm": ConfirmForm,
    "extend": ExtendForm,
    "cancel": CancelProbationForm,
    "reclassify": ReclassifyForm,
    "suspend-voting": SuspendVotingForm,
    "restore-voting": RestoreVotingForm,
    "lose": LoseForm,
    "find": FindForm,
    "stop": StopForm,
    "restore": RestoreForm,
    "strike-off": StrikeOffForm,
}


class MergeForm(forms.Form):
    """Of each field in which two records differ, which of the two says it right; and why they are one person's."""

    reason = forms.CharField(label="合并理由", max_length=200, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, found: Sequence[Difference], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = list(found)
        for item in found:
            choices = [("first", item.first or "（空）"), ("second", item.second or "（空）")]
            initial = "first" if item.first else "second"
            self.fields[f"take_{item.name}"] = forms.ChoiceField(
                label=item.label, choices=choices, widget=forms.RadioSelect, initial=initial
            )
        self.order_fields([f"take_{item.name}" for item in found])

    def from_second(self) -> list[str]:
        """Names of the fields taken from the second record."""
        return [item.name for item in self.found if self.cleaned_data[f"take_{item.name}"] == "second"]


class LinkForm(forms.Form):
    """An account by its exact name: no directory of accounts is shown."""

    username = forms.CharField(
        label="用户名", max_length=64, help_text="该党员登录用的用户名；账号登记的姓名须与党员姓名一致"
    )
