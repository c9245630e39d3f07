"""The shape of what is said about an organisation; rights and dates are judged by the services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import Capability
from branches.choices import TYPES_BY_KIND, OrganisationKind, OrganisationStatus, OrganisationType, PostKind
from branches.models import Member, Organisation, Post
from branches.policy.organisations import suggested_name
from branches.selectors.organisation_rights import right_to_change, right_to_create
from branches.validators import validate_plain_text
from core.calendar import local_today
from core.forms_ui import AutocompleteSelect, DateInput

DEFAULT_TYPE = ("", "按层级确定")


def types_of(*kinds: str) -> list[tuple[str, str]]:
    """The types that fit one of these kinds."""
    return [(code, OrganisationType(code).label) for kind in kinds for code in TYPES_BY_KIND.get(kind, ())]


class OrganisationSelect(AutocompleteSelect):
    """A search for an organisation: of some kinds, within reach of a right (a key of ``organisation_autocomplete``)."""

    def __init__(self, *, right: str = "list", kinds: tuple[str, ...] = (), below: int | None = None) -> None:
        super().__init__("branches:organisation_autocomplete")
        asked = {"right": right, "kind": ",".join(kinds), "below": below or ""}
        self.query = urlencode({name: value for name, value in asked.items() if value})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-autocomplete-url"] += f"?{self.query}"
        return context


class OrganisationField(forms.ModelChoiceField):
    """An organisation within the reader's reach; anything else is no choice."""

    def __init__(
        self, *, user: User, capability: Capability, right: str, kinds: tuple[str, ...], **kwargs: Any
    ) -> None:
        queryset = Organisation.objects.visible_to(user, capability).filter(
            kind__in=kinds, status=OrganisationStatus.ACTIVE
        )
        self.reach: QuerySet[Any] = queryset
        kwargs.setdefault("error_messages", {"invalid_choice": "没有找到，或不在您的范围内。"})
        super().__init__(queryset, widget=OrganisationSelect(right=right, kinds=kinds), **kwargs)

    def label_from_instance(self, obj: Organisation) -> str:
        return obj.short_name


class DocumentForm(forms.Form):
    """What every dated change carries."""

    document = forms.CharField(label="依据文号", max_length=80, required=False, help_text="如：市直工发〔2026〕3号")
    note = forms.CharField(label="说明", max_length=200, required=False, widget=forms.Textarea({"rows": 2}))


class EffectiveForm(DocumentForm):
    effective_on = forms.DateField(label="生效日期", widget=DateInput())

    field_order = ["target", "effective_on", "document", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_on"].initial = local_today()


class FactsForm(forms.Form):
    """Names and facts of an organisation."""

    name = forms.CharField(label="党组织名称（全称）", max_length=120, validators=[validate_plain_text])
    short_name = forms.CharField(
        label="简称",
        max_length=60,
        help_text="页面和台账上显示的名称，同一单位内不能重复",
        validators=[validate_plain_text],
    )
    type_code = forms.ChoiceField(
        label="党组织类别", required=False, help_text="改为临时党组织后，不再产生应做事项；改回后从下一期间起恢复"
    )
    uscc = forms.CharField(label="统一社会信用代码", max_length=18, required=False, help_text="18位；一般只有单位填写")
    staff_count = forms.IntegerField(label="工作人员数", min_value=0, max_value=1_000_000, required=False)
    party_staff_count = forms.IntegerField(
        label="专职党务工作人员数",
        min_value=0,
        max_value=1_000_000,
        required=False,
        help_text="一般占工作人员总数的1%至2%（《中国共产党党和国家机关基层组织工作条例》第三十条）",
    )
    discipline_since = forms.DateField(
        label="机关纪委设立日期", widget=DateInput(), required=False, help_text="没有设立的不填"
    )

    def clean_uscc(self) -> str:
        return str(self.cleaned_data["uscc"]).upper()


class OrganisationForm(FactsForm, DocumentForm):
    """A new organisation under ``parent``; the kinds offered are those that the reader may found there."""

    founded_on = forms.DateField(label="成立日期", widget=DateInput())

    field_order = [
        "kind", "name", "short_name", "type_code", "founded_on", "uscc", "staff_count", "party_staff_count",
        "discipline_since", "document", "note",
    ]  # fmt: skip

    def __init__(self, *args: Any, parent: Organisation, kinds: list[OrganisationKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(label="层级", choices=[(kind.value, kind.label) for kind in kinds])
        self.fields["founded_on"].initial = local_today()
        set_types(self, [DEFAULT_TYPE, *types_of(*kinds)])
        for name in _needless(kinds):
            del self.fields[name]
        if kinds[0] not in (OrganisationKind.UNIT, OrganisationKind.GROUP):
            unit = Organisation.objects.get(path=parent.unit_path)
            example = suggested_name(unit.short_name, OrganisationType.BRANCH)
            self.fields["name"].help_text = f"一般写成「中共＋单位名称＋党组织类型」，如：{example}"
        self.order_fields(self.field_order)


#: Who has which fact; what is not named here, everything but a group has.
FACT_KINDS: dict[str, tuple[str, ...]] = {
    "type_code": tuple(TYPES_BY_KIND),
    "party_staff_count": (OrganisationKind.UNIT,),
    "discipline_since": (OrganisationKind.ORGAN_COMMITTEE,),
}
EVERYTHING_ELSE = tuple(kind for kind in OrganisationKind if kind != OrganisationKind.GROUP)


def _needless(kinds: Sequence[str]) -> list[str]:
    """Facts that nothing of these kinds has."""
    facts = ("type_code", "uscc", "staff_count", "party_staff_count", "discipline_since")
    return [name for name in facts if not set(FACT_KINDS.get(name, EVERYTHING_ELSE)) & set(kinds)]


def set_types(form: FactsForm, choices: list[tuple[str, str]]) -> None:
    field = form.fields["type_code"]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


class OrganisationUpdateForm(FactsForm, EffectiveForm):
    """What changes from a day on; of the facts, those that its kind has."""

    field_order = [
        "name", "short_name", "type_code", "uscc", "staff_count", "party_staff_count", "discipline_since",
        "effective_on", "document", "note",
    ]  # fmt: skip

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unset = [] if organisation.type_code else [("", "未登记")]
        set_types(self, [*unset, *types_of(organisation.kind)])
        self.fields["type_code"].required = bool(organisation.type_code)
        for name in _needless([organisation.kind]):
            del self.fields[name]


class UndoForm(forms.Form):
    """Why the last change is taken back; length and the rest are judged by the service."""

    reason = forms.CharField(
        label="撤回原因",
        max_length=200,
        widget=forms.Textarea({"rows": 3}),
        help_text="写明原因，如“登记错了单位，文号应为……”。原因会留在历史和审计中。",
    )


class MoveForm(EffectiveForm):
    """Where the organisation goes: whatever may hold its kind."""

    def __init__(self, *args: Any, user: User, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        capability = right_to_create(organisation.kind)
        kinds = (OrganisationKind.UNIT, OrganisationKind.ORGAN_COMMITTEE, OrganisationKind.GENERAL_BRANCH)
        self.fields["target"] = OrganisationField(
            user=user, capability=capability, right="create", kinds=kinds, label="调整到哪个党组织之下"
        )
        self.order_fields(self.field_order)


class MergeForm(EffectiveForm):
    """What the organisation is merged into: another of its kind."""

    def __init__(self, *args: Any, user: User, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        capability = right_to_change(organisation.kind)
        right = "unit_disable" if capability == Capability.ORG_UNIT_DISABLE else "disable"
        self.fields["target"] = OrganisationField(
            user=user, capability=capability, right=right, kinds=(organisation.kind,), label="并入哪个党组织"
        )
        self.order_fields(self.field_order)


class StatusForm(EffectiveForm):
    """Suspending, resuming, abolishing: a date will do."""

    def __init__(self, *args: Any, user: User, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


CHANGE_FORMS: dict[str, type[EffectiveForm]] = {
    "move": MoveForm,
    "merge": MergeForm,
    "suspend": StatusForm,
    "resume": StatusForm,
    "abolish": StatusForm,
}


class MemberSelect(AutocompleteSelect):
    """A search for a present member at or below an organisation."""

    def __init__(self, organisation: Organisation) -> None:
        super().__init__("branches:member_autocomplete")
        self.organisation = organisation

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-autocomplete-url"] += f"?org={self.organisation.pk}"
        return context


class PostForm(forms.Form):
    """Who gets which post from when. A group offers the members of its branch."""

    starts_on = forms.DateField(label="任职日期", widget=DateInput())

    field_order = ["member", "kind", "starts_on"]

    def __init__(self, *args: Any, user: User, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_group = organisation.kind == OrganisationKind.GROUP
        home = Organisation.objects.get_parent(organisation) if in_group else organisation
        members = Member.objects.visible_to(user, Capability.MEMBER_LIST).current()
        self.fields["member"] = forms.ModelChoiceField(
            members.filter(organisation__path__startswith=home.path),
            label="党员",
            widget=MemberSelect(home),
            error_messages={"invalid_choice": "只能选择本党组织的党员。"},
        )
        kinds = [kind for kind in PostKind if (kind == PostKind.GROUP_LEADER) == in_group]
        if organisation.kind != OrganisationKind.ORGAN_COMMITTEE:
            kinds = [kind for kind in kinds if kind != PostKind.DISCIPLINE_SECRETARY]
        self.fields["kind"] = forms.ChoiceField(label="职务", choices=[(kind.value, kind.label) for kind in kinds])
        self.fields["starts_on"].initial = local_today()
        self.order_fields(self.field_order)


class PostEndForm(forms.Form):
    """The first day without the post."""

    ends_on = forms.DateField(label="免职日期", widget=DateInput())

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].initial = local_today()
        self.fields["ends_on"].help_text = f"任职日期是{post.starts_on}"
