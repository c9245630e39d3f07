"""Topics of a plan: written while it is a draft, put off or cancelled once it is published."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from core.actors import UserRequest
from education.forms.materials import ReasonForm
from education.forms.plans import PostponeForm, TopicForm
from education.models import StudyTopic
from education.selectors.materials import materials_offered
from education.selectors.plans import topics_in_full
from education.services import topics as services
from education.views.plans import plan_of


@door(Capability.STUDY_RECORD)
def topic_create(request: UserRequest, pk: int) -> HttpResponse:
    plan = plan_of(request, pk, Capability.STUDY_RECORD)
    form = TopicForm(request.POST or None, materials=list(materials_offered(request.user)))
    if request.method == "POST" and form.is_valid():
        try:
            services.topic_add(by=request.user, plan=plan, values=form.values())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已添加主题。")
            again = "more" in request.POST
            return redirect("education:topic_create" if again else "education:plan_detail", pk=pk)
    return render(request, "education/topic_form.html", {"form": form, "plan": plan})


@door(Capability.STUDY_RECORD)
def topic_update(request: UserRequest, pk: int) -> HttpResponse:
    topic = _topic(request, pk)
    form = TopicForm(request.POST or None, materials=list(materials_offered(request.user)), topic=topic)
    if request.method == "POST" and form.is_valid():
        try:
            services.topic_update(by=request.user, topic=topic, values=form.values())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已修改主题。")
            return redirect("education:plan_detail", pk=topic.plan_id)
    return render(request, "education/topic_form.html", {"form": form, "plan": topic.plan, "topic": topic})


@door(Capability.STUDY_RECORD, methods=("POST",))
def topic_remove(request: UserRequest, pk: int) -> HttpResponse:
    topic = _topic(request, pk)
    try:
        services.topic_remove(by=request.user, topic=topic)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已删除主题。")
    return redirect("education:plan_detail", pk=topic.plan_id)


@door(Capability.STUDY_RECORD)
def topic_change(request: UserRequest, pk: int) -> HttpResponse:
    """Put a topic of a published plan off, or cancel it."""
    topic = _topic(request, pk)
    cancelling = "cancel" in request.POST
    sent = request.POST if request.method == "POST" else None
    postpone, cancel = PostponeForm(None if cancelling else sent), ReasonForm(sent if cancelling else None)
    form = cancel if cancelling else postpone
    if sent is not None and form.is_valid():
        verb = services.topic_cancel if cancelling else services.topic_postpone
        try:
            verb(by=request.user, topic=topic, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "主题已取消，不再要求。" if cancelling else "时限已延长。")
            return redirect("education:plan_detail", pk=topic.plan_id)
    context = {"topic": topic, "postpone": postpone, "cancel": cancel, "form": form}
    return render(request, "education/topic_change.html", context)


def _topic(request: UserRequest, pk: int) -> StudyTopic:
    found: StudyTopic = get_visible(
        topics_in_full(), request.user, Capability.STUDY_RECORD, seen_by=Capability.STUDY_VIEW, pk=pk
    )
    return found
