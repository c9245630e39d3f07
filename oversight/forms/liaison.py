"""Forms of 分片区联系指导."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.choices import OrganisationKind
from branches.querysets import OrganisationQuerySet
from core.calendar import local_today
from core.forms_ui import DateInput
from oversight.choices import VisitForm
from oversight.forms.places import PlaceField, PlacesField
from oversight.models import LiaisonArea, LiaisonVisit


class AreaForm(forms.Form):
    name = forms.CharField(label="片区", max_length=40, help_text="如：第一片区")
    leader_post = forms.CharField(label="联系领导职务", required=False, max_length=40)
    leader = forms.CharField(label="联系领导", max_length=40)
    office = forms.CharField(label="联系科室", required=False, max_length=40)
    starts_on = forms.DateField(label="开始日期", widget=DateInput)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, area: LiaisonArea | None = None) -> None:
        given = {name: getattr(area, name) for name in self.base_fields} if area else {"starts_on": local_today()}
        super().__init__(data, initial=given)

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class UnitsForm(forms.Form):
    starts_on = forms.DateField(label="从哪天起", widget=DateInput)

    def __init__(self, data: Any = None, *, units: OrganisationQuerySet) -> None:
        super().__init__(data, initial={"starts_on": local_today()})
        self.fields["units"] = PlacesField(units, label="单位（只列出不在片区的）")


class EndForm(forms.Form):
    ends_on = forms.DateField(label="从哪天起", widget=DateInput)

    def __init__(self, data: Any = None, *, reasoned: bool = False) -> None:
        super().__init__(data, initial={"ends_on": local_today()})
        if reasoned:
            self.fields["reason"] = forms.CharField(label="停用原因", max_length=200)


class VisitsRuleForm(forms.Form):
    valid_from = forms.DateField(label="启用日期", widget=DateInput, help_text="已经开始的半年仍按原来的次数")
    visits = forms.IntegerField(label="每个片区每半年至少走访次数", min_value=1, max_value=50)


class LiaisonVisitForm(forms.Form):
    """What the visitors write, once; nothing is asked of the visited."""

    held_on = forms.DateField(label="日期", widget=DateInput)
    form = forms.ChoiceField(label="方式", choices=VisitForm.choices)
    visitors = forms.CharField(label="走访人", max_length=80)
    suggestions = forms.CharField(label="意见建议", required=False, max_length=2000, widget=forms.Textarea({"rows": 3}))
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, visit: LiaisonVisit | None = None, **initial: Any) -> None:
        given = {name: getattr(visit, name) for name in LiaisonVisitForm.base_fields} if visit else {}
        super().__init__(data, initial={"held_on": local_today(), **given, **initial})

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name in LiaisonVisitForm.base_fields}


class VisitRecordForm(LiaisonVisitForm):
    """A new visit: where, and what was found."""

    findings = forms.CharField(
        label="发现的问题",
        required=False,
        max_length=2500,
        widget=forms.Textarea({"rows": 4}),
        help_text="每行一个；列入清单，由被走访的党组织解决，销号为止",
    )
    due_on = forms.DateField(label="解决时限", required=False, widget=DateInput, help_text="没有问题的不用填")

    def __init__(self, data: Any = None, *, places: OrganisationQuerySet, **initial: Any) -> None:
        super().__init__(data, **initial)
        kinds = (OrganisationKind.UNIT.value, OrganisationKind.BRANCH.value)
        self.fields["organisation"] = PlaceField(places, label="走访单位或党支部", kinds=kinds)
        self.order_fields(["organisation", "held_on", "form", "visitors", "findings", "due_on", "suggestions"])
