"""A ledger over meetings with one column of each sort, and the paths to its page and its export."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import include, path

from accounts.doors import door
from accounts.roles import Capability
from branches.choices import MeetingKind
from branches.models import Meeting, Organisation
from core.ledgers import (
    AutocompleteFilter,
    BooleanFilter,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Ledger,
    TextFilter,
    ledger_export,
    ledger_page,
)


class ProbeLedger(Ledger):
    slug = "probe"
    title = "试验台账"
    empty = "还没有试验记录"
    empty_action = ("probe_list", "从这里开始")
    capability = Capability.MEETING_LIST
    export_url = "probe_export"
    columns = (
        Column("title", "主题", link="probe_detail", sortable=True, width=40),
        Column("held_on", "日期", kind="date", sortable=True, width=12),
        Column("starts_at", "开始", kind="time", sortable=True),
        Column("kind", "类型", choices=MeetingKind.choices, badge={"assembly": "done"}),
        Column("organisation", "党支部", "organisation__name", sort=("organisation__path", "-held_on"), sortable=True),
        Column("attendance", "实到/应到", ("present", "expected"), text="{}/{}".format),
        Column("present", "实到", kind="number", hidden_on_phone=True),
        Column("late", "补记", "is_late_entry", kind="bool", page=False),
        Column("place", "地点", page=False, sortable=True),
        Column("submitted_at", "提交时间", kind="datetime", page=False),
        Column("edit", "操作", "pk", text=lambda pk: "修改", link="probe_detail", sheet=False),
    )
    filters = (
        ChoiceFilter("kind", "类型", "kind", MeetingKind.choices),
        DateRangeFilter("held", "日期", "held_on"),
        DateRangeFilter("sent", "提交", "submitted_at", moment=True),
        TextFilter("q", "搜索", ("title", "place")),
        BooleanFilter("late", "补记", "is_late_entry"),
        AutocompleteFilter(
            "org",
            "党组织",
            url="probe_list",
            source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
            path_field="organisation__path",
        ),
    )
    order = ("-held_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Meeting.objects.visible_to(user, cls.capability)


class EmptyLedger(ProbeLedger):
    slug = "probe-empty"
    empty_action = None
    filters = ()
    export_url = ""


@door(Capability.MEETING_LIST, methods=("GET",))
def probe_list(request: HttpRequest) -> HttpResponseBase:
    return ledger_page(request, ProbeLedger)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def probe_export(request: HttpRequest) -> HttpResponseBase:
    return ledger_export(request, ProbeLedger)


@door(Capability.MEETING_LIST, methods=("GET",))
def probe_fixed(request: HttpRequest, kind: str) -> HttpResponseBase:
    return ledger_page(request, ProbeLedger, fixed={"kind": kind}, hide=("kind",), export_url=f"/probe/{kind}/export/")


@door(Capability.EXPORT_CREATE, methods=("POST",))
def probe_fixed_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    return ledger_export(request, ProbeLedger, fixed={"kind": kind})


@door(Capability.MEETING_LIST, methods=("GET",))
def probe_plain(request: HttpRequest) -> HttpResponseBase:
    return ledger_page(request, EmptyLedger)


urlpatterns = [
    path("", include("config.urls")),
    path("probe/", probe_list, name="probe_list"),
    path("probe/plain/", probe_plain, name="probe_plain"),
    path("probe/export/", probe_export, name="probe_export"),
    path("probe/<int:pk>/", probe_list, name="probe_detail"),
    path("probe/<str:kind>/", probe_fixed, name="probe_fixed"),
    path("probe/<str:kind>/export/", probe_fixed_export, name="probe_fixed_export"),
]
