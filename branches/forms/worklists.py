"""The shape of what is said about a task of a worklist."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.forms.organisation_life import Checks
from branches.forms.organisations import OrganisationSelect
from branches.models import Organisation, Worklist, WorklistItem
from branches.selectors.worklists import ANSWERING_KINDS, answering_organisations
from core.forms_ui import DateInput

TEXT_LIMIT = 1000


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class PlaceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Organisation) -> str:
        return obj.short_name


class TaskForm(forms.Form):
    """What a task says, whoever answers for it."""

    task = forms.CharField(label="任务", max_length=120)
    measures = forms.CharField(label="具体措施", required=False, max_length=TEXT_LIMIT, widget=_area(3))
    owner = forms.CharField(
        label="责任人", required=False, max_length=40, help_text="姓名或职务；提醒发给责任单位的书记或党务干部"
    )
    starts_on = forms.DateField(label="开始日期", required=False, widget=DateInput)
    due_on = forms.DateField(label="完成时限", widget=DateInput)


class ItemForm(TaskForm):
    """One task of a list, new or to be reworded; its last day is changed elsewhere, with a reason."""

    organisation = PlaceField(
        None,
        label="责任单位",
        error_messages={"invalid_choice": "没有找到，或不在牵头党组织的范围内。"},
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ["task", "organisation", "owner", "starts_on", "due_on", "measures"]

    def __init__(self, data: Any = None, *, worklist: Worklist, item: WorklistItem | None = None) -> None:
        names = ("task", "measures", "organisation", "owner", "starts_on", "revision")
        initial = {name: getattr(item, name) for name in names} if item else {}
        if item is None and worklist.organisation.is_branch:
            initial["organisation"] = worklist.organisation
        super().__init__(data, initial=initial)
        place = self.fields["organisation"]
        place.widget = OrganisationSelect(kinds=ANSWERING_KINDS, below=worklist.organisation_id)
        place.widget.is_required = True
        place.queryset = answering_organisations(worklist)  # type: ignore[attr-defined]
        if item:
            del self.fields["due_on"]

    def values(self) -> dict[str, Any]:
        """The arguments of the service, without the revision; to be asked only of a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class SpreadForm(TaskForm):
    """The same task for several organisations of one kind."""

    everyone = forms.BooleanField(label="全部", required=False)
    organisations: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        None, label="责任单位", required=False, widget=Checks
    )
    field_order = ["task", "owner", "starts_on", "due_on", "measures", "everyone", "organisations"]

    def __init__(self, data: Any = None, *, worklist: Worklist, kind: str) -> None:
        super().__init__(data)
        places = answering_organisations(worklist).filter(kind=kind).exclude(pk=worklist.organisation_id)
        self.fields["organisations"].queryset = places  # type: ignore[attr-defined]
        self.fields["organisations"].label_from_instance = lambda place: place.short_name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("everyone"):
            data["organisations"] = self.fields["organisations"].queryset  # type: ignore[attr-defined]
        elif not data.get("organisations"):
            self.add_error("organisations", "请选择责任单位，或勾选“全部”。")
        return data

    def values(self) -> dict[str, Any]:
        """The arguments of ``items_spread``."""
        return {name: value for name, value in self.cleaned_data.items() if name != "everyone"}


class NoteForm(forms.Form):
    """Words of one act on a task; which words, the act says."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, item: WorklistItem, field: str, label: str, **given: Any) -> None:
        super().__init__(data, initial={"revision": item.revision}, auto_id=f"{given.get('act', field)}_%s")
        required = given.get("required", True)
        self.fields[field] = forms.CharField(
            label=label,
            max_length=TEXT_LIMIT,
            required=required,
            initial=given.get("initial", ""),
            help_text=given.get("hint", ""),
            widget=_area(3),
        )
        if given.get("dated"):
            self.fields["due_on"] = forms.DateField(label="新的完成时限", widget=DateInput)
            self.order_fields(["due_on", field])

    def values(self) -> dict[str, Any]:
        """The arguments of the act, the revision that was read among them."""
        found = dict(self.cleaned_data)
        found["expected_revision"] = found.pop("revision")
        return found
