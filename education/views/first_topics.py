"""第一议题: the list, one of them with its measures, and registering it from a log or for a meeting without one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.models import Meeting
from branches.selectors.worklists import worklist_view
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page
from education.forms.first_topics import FirstTopicForm, document_rows
from education.ledgers.first_topics import FirstTopicLedger
from education.models import FirstTopic
from education.selectors import first_topics as selectors
from education.selectors.materials import materials_offered, places_of
from education.services import first_topics as services
from education.services.first_topics import DocumentData


@door(Capability.STUDY_VIEW, methods=("GET",))
def first_topic_list(request: UserRequest) -> HttpResponseBase:
    context = {"may_record": request.user.can(Capability.STUDY_RECORD)}
    return ledger_page(request, FirstTopicLedger, template="education/first_topic_list.html", context=context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def first_topic_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, FirstTopicLedger)


@door(Capability.STUDY_VIEW, methods=("GET",))
def first_topic_detail(request: UserRequest, pk: int) -> HttpResponse:
    row = _first_topic(request, pk, Capability.STUDY_VIEW)
    context = {
        "row": row,
        "documents": row.documents.select_related("material").order_by("number"),
        "may_write": request.user.scope(Capability.STUDY_RECORD).covers(row.organisation.path),
        "may_open": row.meeting_id and request.user.scope(Capability.MEETING_VIEW).covers(row.organisation.path),
        "worklist": worklist_view(request.user, row.worklist),
    }
    return render(request, "education/first_topic_detail.html", context)


@door(Capability.STUDY_RECORD)
def first_topic_create(request: UserRequest) -> HttpResponse:
    """Which log; or, where the reader acts for a unit or the committee, a meeting that has none in the portal."""
    places = places_of(request.user, Capability.STUDY_RECORD).exclude(kind=OrganisationKind.BRANCH)
    logs = list(selectors.logs_offered(request.user))
    if not places:
        return render(request, "education/first_topic_choose.html", {"logs": logs})
    form = FirstTopicForm(request.POST or None, materials=list(materials_offered(request.user)), places=places)
    rows = document_rows(request.POST or None)
    if request.method == "POST" and _are_valid(form, rows):
        given = {name: form.cleaned_data[name] for name in ("meeting_name", "held_on", "leader")}
        answer = _recorded(request, form, rows, organisation=form.cleaned_data["organisation"], **given)
        if answer:
            return answer
    return render(request, "education/first_topic_form.html", {"form": form, "rows": rows, "logs": logs})


@door(Capability.STUDY_RECORD)
def first_topic_from_log(request: UserRequest, pk: int) -> HttpResponse:
    """The study at the head of this log: what the log holds is ticked, not typed."""
    meeting: Meeting = get_visible(
        selectors.meetings_all(), request.user, Capability.STUDY_RECORD, seen_by=Capability.MEETING_VIEW, pk=pk
    )
    known = selectors.first_topic_of(meeting)
    if known:
        return redirect("education:first_topic_detail", pk=known.pk)
    log = selectors.from_log(meeting)
    form = FirstTopicForm(request.POST or None, materials=list(materials_offered(request.user)), log=log)
    rows = document_rows(request.POST or None)
    if request.method == "POST" and _are_valid(form, rows):
        answer = _recorded(
            request, form, rows, organisation=meeting.organisation, meeting=meeting,
            leader=form.cleaned_data["leader"], decision_ids=form.cleaned_data.get("decisions", []),
        )  # fmt: skip
        if answer:
            return answer
    context = {"form": form, "rows": rows, "meeting": meeting, "log": log}
    return render(request, "education/first_topic_form.html", context)


@door(Capability.STUDY_RECORD)
def first_topic_update(request: UserRequest, pk: int) -> HttpResponse:
    row = _first_topic(request, pk, Capability.STUDY_RECORD)
    log = selectors.from_log(row.meeting) if row.meeting else None
    materials = list(materials_offered(request.user))
    materials += [each.material for each in row.documents.select_related("material") if each.material]
    form = FirstTopicForm(request.POST or None, materials=materials, first_topic=row)
    rows = document_rows(request.POST or None, row)
    if request.method == "POST" and _are_valid(form, rows):
        try:
            services.first_topic_update(
                by=request.user, first_topic=row, leader=form.cleaned_data["leader"],
                documents=_documents(form, rows), expected_revision=form.cleaned_data["revision"] or 0,
            )  # fmt: skip
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已更正。")
            return redirect("education:first_topic_detail", pk=pk)
    context = {"form": form, "rows": rows, "row": row, "log": log, "meeting": row.meeting}
    return render(request, "education/first_topic_form.html", context)


def _recorded(request: UserRequest, form: FirstTopicForm, rows: Any, **given: Any) -> HttpResponse | None:
    """The way to the new record; None where it was refused, which then stands on the form."""
    try:
        row = services.first_topic_record(by=request.user, documents=_documents(form, rows), **given)
    except ValidationError as error:
        refuse(form, error)
        return None
    messages.success(request, "已登记第一议题。贯彻措施在下面添加，到期会提醒。")
    return redirect("education:first_topic_detail", pk=row.pk)


def _are_valid(form: FirstTopicForm, rows: Any) -> bool:
    """Both are judged, so that everything wrong is told at once."""
    fine = form.is_valid()
    return bool(rows.is_valid()) and fine


def _documents(form: FirstTopicForm, rows: Any) -> list[DocumentData]:
    """Titles of the log first, then materials, then what was typed; each once."""
    data = form.cleaned_data
    named = dict(form.fields["materials"].choices) if "materials" in form.fields else {}  # type: ignore[attr-defined]
    found = [DocumentData(title) for title in data.get("log_titles", [])]
    found += [DocumentData(named[pk], material_id=pk) for pk in data.get("materials", [])]
    found += [
        DocumentData(row["title"], row["source"], row["issued_on"]) for row in rows.cleaned_data if row.get("title")
    ]
    return list({each.title: each for each in reversed(found)}.values())[::-1]


def _first_topic(request: UserRequest, pk: int, capability: Capability) -> FirstTopic:
    found: FirstTopic = get_visible(
        selectors.first_topics_in_full(), request.user, capability, seen_by=Capability.STUDY_VIEW, pk=pk
    )
    return found
