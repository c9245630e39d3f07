"""调研式推进: the list, one topic on one page, its result and what became of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.selectors.worklists import worklist_view
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page
from oversight.forms.directives import NoteForm
from oversight.forms.research import ApplyForm, ResultForm, TopicForm
from oversight.ledgers.research import ResearchLedger
from oversight.models import ResearchTopic
from oversight.selectors.research import topic_page, topics_in_full
from oversight.services import research as services
from oversight.views.paper_acts import act_on, choose_place
from oversight.views.running import running_place, running_places_of, work_sections

SECTION = ("调研推进", "oversight:research_list")
VIEW, WRITE = Capability.RESEARCH_VIEW, Capability.RESEARCH_WRITE


@door(VIEW, methods=("GET",))
def research_list(request: UserRequest) -> HttpResponse:
    context = {
        "sections": work_sections(request.user),
        "may_write": request.user.can(WRITE),
        "import_place": running_place(request, WRITE) if request.user.can(WRITE) else None,
    }
    return ledger_page(request, ResearchLedger, template="oversight/research_list.html", context=context)


@door(VIEW, methods=("POST",))
def research_export(request: UserRequest) -> HttpResponseBase:
    """The right to export is asked by the ledger; not everybody who holds it may see topics."""
    return ledger_export(request, ResearchLedger)


@door(VIEW, methods=("GET",))
def research_detail(request: UserRequest, pk: int) -> HttpResponse:
    topic = topic_seen(request, pk, VIEW)
    context = {
        "page": topic_page(request.user, topic),
        "topic": topic,
        "worklist": worklist_view(request.user, topic.worklist),
    }
    return render(request, "oversight/research_detail.html", context)


@door(WRITE)
def research_create(request: UserRequest) -> HttpResponseBase:
    organisation = running_place(request, WRITE)
    if organisation is None:
        return choose_place(request, running_places_of(request, WRITE), "登记调研课题")
    form = TopicForm(request.POST or None)

    def act(data: dict[str, Any]) -> str:
        made = services.topic_create(by=request.user, organisation=organisation, values=form.values())
        return reverse("oversight:research_detail", args=[made.pk])

    return act_on(
        request, form, act,
        title="登记调研课题", back=reverse("oversight:research_list"), section=SECTION, place=organisation,
        subtitle=organisation.short_name, done="课题已登记。",
    )  # fmt: skip


@door(WRITE)
def research_update(request: UserRequest, pk: int) -> HttpResponse:
    topic = topic_seen(request, pk, WRITE)
    form = TopicForm(request.POST or None, topic=topic)

    def act(data: dict[str, Any]) -> None:
        services.topic_update(by=request.user, topic=topic, values=form.values(), expected_revision=data["revision"])

    return topic_acted(request, topic, form, act, title="修改课题")


@door(WRITE)
def research_conclude(request: UserRequest, pk: int) -> HttpResponse:
    topic = topic_seen(request, pk, WRITE)
    form = ResultForm(request.POST or None, topic=topic)
    return topic_acted(
        request, topic, form,
        lambda data: services.topic_conclude(by=request.user, topic=topic, result=data["result"]),
        title="形成调研成果", done="已形成成果；转化为文件或做法之后再登记。",
    )  # fmt: skip


@door(WRITE)
def research_apply(request: UserRequest, pk: int) -> HttpResponse:
    topic = topic_seen(request, pk, WRITE)
    form = ApplyForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        services.topic_apply(
            by=request.user, topic=topic, kind=data["kind"], name=data["result_name"], applied_on=data["applied_on"]
        )

    return topic_acted(request, topic, form, act, title="成果转化", done="已登记转化。")


@door(WRITE)
def research_reopen(request: UserRequest, pk: int) -> HttpResponse:
    topic = topic_seen(request, pk, WRITE)
    form = NoteForm(request.POST or None, name="reason", label="原因", limit=200)
    return topic_acted(
        request, topic, form,
        lambda data: services.topic_reopen(by=request.user, topic=topic, reason=data["reason"]),
        title="继续调研", submit="继续调研", done="课题已重新打开。",
    )  # fmt: skip


def topic_seen(request: UserRequest, pk: int, capability: Capability) -> ResearchTopic:
    found: ResearchTopic = get_visible(topics_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def topic_acted(request: UserRequest, topic: ResearchTopic, form: Any, act: Any, **words: Any) -> HttpResponse:
    back = reverse("oversight:research_detail", args=[topic.pk])
    return act_on(request, form, act, back=back, section=SECTION, subtitle=topic.title, **words)
