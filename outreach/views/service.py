"""志愿服务、双报到: activities and the communities where branches reported."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.choices import MeetingKind
from branches.models import Meeting, Organisation
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers import ledger_export
from outreach.forms.village import CommunityEndForm, CommunityForm, ServiceForm
from outreach.ledgers.village import CommunityLedger, ServiceLedger
from outreach.models import ReportedCommunity, ServiceActivity
from outreach.selectors.places import BRANCH, BRANCH_OR_UNIT, logs_of, people_by_id, people_of
from outreach.selectors.village import activities_in_full, communities_in_full, community_now, logs_used
from outreach.services import service as services
from outreach.views.pages import Crumbs, Tab, act_or_tell, answer, choose_place, listing, may, place_asked, posted

VIEW, RECORD = Capability.VOLUNTEER_VIEW, Capability.VOLUNTEER_RECORD
TABS: list[Tab] = [
    ("服务活动", "outreach:service_list", VIEW),
    ("报到社区", "outreach:community_list", VIEW),
    ("联村联户", "outreach:pairing_list", Capability.PAIRING_VIEW),
    ("群众需求", "outreach:need_list", Capability.PAIRING_VIEW),
    ("驻村选派", "outreach:posting_list", Capability.VILLAGE_POSTING_VIEW),
]
THEME_DAYS_SHOWN = 6


@door(VIEW, methods=("GET",))
def service_list(request: UserRequest) -> HttpResponse:
    actions = [
        ("从Excel导入", "outreach:service_import", "file-import", RECORD),
        ("登记服务活动", "outreach:service_create", "plus", RECORD),
    ]
    return listing(
        request, ServiceLedger, tabs=TABS, actions=actions, note="记做了什么、成效怎样；不签到、不计个人时长、不排名。"
    )


@door(VIEW, methods=("POST",))
def service_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, ServiceLedger)


@door(RECORD)
def service_create(request: UserRequest) -> HttpResponse:
    place = place_asked(request, RECORD, BRANCH_OR_UNIT)
    if place is None:
        return choose_place(request, RECORD, BRANCH_OR_UNIT, "登记服务活动")
    meeting = _log(request, place)
    form = ServiceForm(
        posted(request), people=[] if meeting else people_of(place), meeting=meeting, **_known(place, meeting)
    )
    return answer(
        request,
        form,
        lambda: services.activity_record(
            by=request.user,
            organisation=place,
            values=form.values,
            meeting=meeting,
            people=people_by_id(place, form.cleaned_data.get("people") or ()),
        ),
        done="已登记服务活动。",
        to=_url,
        title="登记服务活动",
        crumbs=_crumbs(),
        template="outreach/service_form.html",
        place=place,
        meeting=meeting,
        offered=[] if meeting else _offered(place),
    )


@door(VIEW, methods=("GET",))
def service_detail(request: UserRequest, pk: int) -> HttpResponse:
    activity = _activity(request, pk, VIEW)
    context = {
        "activity": activity,
        "people": activity.people.order_by("name_pinyin"),
        "may_record": may(request.user, RECORD, activity.organisation.path),
        "may_open_log": activity.meeting and may(request.user, Capability.MEETING_VIEW, activity.organisation.path),
    }
    return render(request, "outreach/service_detail.html", context)


@door(RECORD)
def service_update(request: UserRequest, pk: int) -> HttpResponse:
    activity = _activity(request, pk, RECORD)
    place = activity.organisation
    people = dict(people_of(place)) | {person.pk: person.name for person in activity.people.all()}
    form = ServiceForm(posted(request), people=people.items(), meeting=activity.meeting, row=activity)
    return answer(
        request,
        form,
        lambda: services.activity_update(
            by=request.user,
            activity=activity,
            values=form.values,
            people=people_by_id(place, form.cleaned_data.get("people") or ()),
            expected_revision=form.revision,
        ),
        done="已保存。",
        to=_url,
        title="修改服务活动",
        crumbs=_crumbs(activity),
        place=place,
    )


@door(RECORD, methods=("POST",))
def service_remove(request: UserRequest, pk: int) -> HttpResponse:
    activity = _activity(request, pk, RECORD)
    return act_or_tell(
        request,
        lambda: services.activity_remove(by=request.user, activity=activity),
        done="已删除这条登记。",
        to=reverse("outreach:service_list"),
        back=_url(activity),
    )


@door(VIEW, methods=("GET",))
def community_list(request: UserRequest) -> HttpResponse:
    actions = [("登记报到社区", "outreach:community_create", "plus", RECORD)]
    return listing(request, CommunityLedger, tabs=TABS, actions=actions)


@door(VIEW, methods=("POST",))
def community_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, CommunityLedger)


@door(RECORD)
def community_create(request: UserRequest) -> HttpResponse:
    branch = place_asked(request, RECORD, BRANCH)
    if branch is None:
        return choose_place(request, RECORD, BRANCH, "登记报到社区")
    form = CommunityForm(posted(request), starts_on=local_today())
    return answer(
        request,
        form,
        lambda: services.community_report(by=request.user, branch=branch, **form.values),
        done="已登记报到社区，登记服务活动时自动带出。",
        to=lambda row: reverse("outreach:community_list"),
        title="登记报到社区",
        crumbs=[*_crumbs(), ("报到社区", reverse("outreach:community_list"))],
        place=branch,
    )


@door(RECORD)
def community_end(request: UserRequest, pk: int) -> HttpResponse:
    row: ReportedCommunity = get_visible(communities_in_full(), request.user, RECORD, seen_by=VIEW, pk=pk)
    form = CommunityEndForm(posted(request))
    return answer(
        request,
        form,
        lambda: services.community_end(by=request.user, community=row, **form.cleaned_data),
        done="已结束。",
        to=lambda row: reverse("outreach:community_list"),
        title=f"结束在{row.name}的报到",
        crumbs=[*_crumbs(), ("报到社区", reverse("outreach:community_list"))],
        place=row.organisation,
    )


def _log(request: UserRequest, place: Organisation) -> Meeting | None:
    """The log in ?meeting=, if it is one of those offered."""
    named = request.POST.get("meeting") or request.GET.get("meeting") or ""
    return next((log for log in _offered(place, all_of_them=True) if str(log.pk) == named), None) if named else None


def _offered(place: Organisation, *, all_of_them: bool = False) -> list[Meeting]:
    """Theme days of which no activity was made yet."""
    used = logs_used(place)
    logs = [log for log in logs_of(place, MeetingKind.THEME_DAY) if log.pk not in used]
    return logs if all_of_them else logs[:THEME_DAYS_SHOWN]


def _known(place: Organisation, meeting: Meeting | None) -> dict[str, Any]:
    """What the portal holds already, so that nobody types it again (N6)."""
    community = community_now(place)
    if meeting is None:
        return {"held_on": local_today(), "community": community}
    return {"community": meeting.place[:40] or community, "purpose": meeting.title, "participants": meeting.present}


def _activity(request: UserRequest, pk: int, capability: Capability) -> ServiceActivity:
    found: ServiceActivity = get_visible(activities_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _url(activity: ServiceActivity) -> str:
    return reverse("outreach:service_detail", args=[activity.pk])


def _crumbs(activity: ServiceActivity | None = None) -> Crumbs:
    found = [("服务和结对", reverse("outreach:service_list"))]
    return [*found, (activity.purpose, _url(activity))] if activity else found
