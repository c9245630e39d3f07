"""Field visits, problems and measures of a topic."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.models import Meeting
from core.actors import UserRequest
from oversight.forms.research import FieldVisitForm, MeasureForm, ProblemForm
from oversight.models import ResearchProblem, ResearchTopic
from oversight.selectors.places import answering_places, logs_offered
from oversight.selectors.research import problems_in_full
from oversight.services import research as services
from oversight.views.paper_acts import act_now
from oversight.views.research import topic_acted, topic_seen

VIEW, WRITE = Capability.RESEARCH_VIEW, Capability.RESEARCH_WRITE


@door(WRITE)
def field_visit_create(request: UserRequest, pk: int) -> HttpResponse:
    topic = topic_seen(request, pk, WRITE)
    logs = logs_offered(request.user, topic.organisation.path, topic.starts_on)
    form = FieldVisitForm(request.POST or None, places=answering_places(request.user, WRITE), logs=logs)

    def act(data: dict[str, Any]) -> None:
        named = data.pop("meeting")
        rows = Meeting.objects.visible_to(request.user, Capability.MEETING_VIEW).select_related("organisation")
        meeting = rows.get(pk=named) if named else None
        services.field_visit_record(by=request.user, topic=topic, meeting=meeting, **data)

    return topic_acted(request, topic, form, act, title="登记调研点位", submit="登记", done="已登记。")


@door(WRITE)
def problem_create(request: UserRequest, pk: int) -> HttpResponse:
    topic = topic_seen(request, pk, WRITE)
    form = ProblemForm(request.POST or None, places=_places(request, topic), below=topic.organisation_id)

    def act(data: dict[str, Any]) -> None:
        measure = _measure(data) if data["task"] else None
        services.problem_add(by=request.user, topic=topic, text=data["text"], measure=measure)

    return topic_acted(request, topic, form, act, title="列入问题", submit="列入", done="已列入问题清单。")


@door(WRITE)
def problem_measure(request: UserRequest, pk: int) -> HttpResponse:
    problem = _problem(request, pk)
    form = MeasureForm(
        request.POST or None, places=_places(request, problem.topic), below=problem.topic.organisation_id
    )
    return topic_acted(
        request, problem.topic, form,
        lambda data: services.problem_measure(by=request.user, problem=problem, measure=_measure(data)),
        title="提出对策措施", submit="列入清单", done="已列入对策措施清单。", source=f"针对问题：{problem.text}",
    )  # fmt: skip


@door(WRITE, methods=("POST",))
def problem_remove(request: UserRequest, pk: int) -> HttpResponse:
    problem = _problem(request, pk)
    back = reverse("oversight:research_detail", args=[problem.topic_id])
    return act_now(
        request, lambda: services.problem_remove(by=request.user, problem=problem), back=back, done="已删除这个问题。"
    )


def _problem(request: UserRequest, pk: int) -> ResearchProblem:
    found: ResearchProblem = get_visible(problems_in_full(), request.user, WRITE, seen_by=VIEW, pk=pk)
    return found


def _places(request: UserRequest, topic: ResearchTopic) -> Any:
    return answering_places(request.user, WRITE).under(topic.organisation.path)


def _measure(data: dict[str, Any]) -> services.Measure:
    return services.Measure(data["task"], data["organisation"], data["due_on"], data["owner"])
