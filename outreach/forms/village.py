"""Forms of service activities, pairings and village postings."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.models import Meeting
from core.calendar import local_today
from core.forms_ui import DateInput
from outreach.choices import Satisfaction
from outreach.forms.rows import Checks, People, RowForm, member_field
from outreach.models import (
    Pairing,
    PairingNeed,
    PairingVisit,
    PostingYear,
    ReportedCommunity,
    ServiceActivity,
    VillagePosting,
)


class CommunityForm(RowForm):
    model = ReportedCommunity
    names = ("name", "starts_on")


class CommunityEndForm(forms.Form):
    ends_on = forms.DateField(label="结束日期", widget=DateInput, initial=local_today)


class ServiceForm(RowForm):
    """Of a linked log the day is not asked, and who attended is taken from it."""

    model = ServiceActivity
    names = ("held_on", "community", "purpose", "participants", "result", "hours")

    def __init__(
        self,
        data: Any = None,
        *,
        people: People,
        meeting: Meeting | None = None,
        row: ServiceActivity | None = None,
        **initial: Any,
    ) -> None:
        if row is not None:
            initial["people"] = list(row.people.values_list("pk", flat=True))
        super().__init__(data, row=row, **initial)
        if meeting is not None:
            del self.fields["held_on"]
        if meeting is None or row is not None:
            self.fields["people"] = forms.TypedMultipleChoiceField(
                label="参加的党员（可不选）", coerce=int, required=False, widget=Checks, choices=list(people)
            )
        self.fields["participants"].widget.attrs["inputmode"] = "numeric"

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.names if name in self.cleaned_data}


class PairingForm(RowForm):
    model = Pairing
    names = ("kind", "village", "label", "starts_on")

    def __init__(self, data: Any = None, *, people: People, **initial: Any) -> None:
        super().__init__(data, **initial)
        self.fields["member"] = member_field("联系党员", people, required=False, hint="党员联户时选。")
        self.order_fields(("kind", "village", "member", "label", "starts_on"))


class NeedForm(RowForm):
    model = PairingNeed
    names = ("need", "deed", "noted_on", "due_on")


class NeedDoneForm(forms.Form):
    done_on = forms.DateField(label="办结日期", widget=DateInput, initial=local_today)
    deed = forms.CharField(label="办了什么实事", max_length=200)
    result = forms.CharField(label="办理结果", max_length=200, widget=forms.Textarea({"rows": 2, "maxlength": 200}))
    satisfaction = forms.ChoiceField(
        label="群众评价", required=False, choices=[("", "没有征求"), *Satisfaction.choices]
    )


class VisitForm(RowForm):
    model = PairingVisit
    names = ("held_on", "form")


class PostingForm(RowForm):
    model = VillagePosting
    names = ("village", "role", "starts_on", "ends_on")
    order = ("member",)

    def __init__(self, data: Any = None, *, people: People = (), row: VillagePosting | None = None) -> None:
        super().__init__(data, row=row)
        if row is None:
            self.fields["member"] = member_field("选派党员", people)
            self.order_fields(self.order)


class PostingYearForm(RowForm):
    model = PostingYear
    names = ("plan", "funds", "half_grade", "year_grade", "graded_by")

    def __init__(self, data: Any = None, *, posting: VillagePosting, row: PostingYear | None, year: int) -> None:
        super().__init__(data, row=row, year=year)
        years = range(posting.starts_on.year, max(posting.ends_on, posting.finished_on or posting.ends_on).year + 1)
        self.fields["year"] = forms.TypedChoiceField(
            label="年度", coerce=int, choices=[(each, f"{each}年") for each in years], widget=forms.HiddenInput
        )
