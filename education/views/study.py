"""A branch's own study: what is asked of it by everybody above, and the logs that did it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.models import Meeting, Organisation
from core.actors import UserRequest
from core.calendar import local_today
from education.forms.plans import LinkForm
from education.models import StudyTask
from education.selectors import study_tasks as selectors
from education.selectors.first_topics import meetings_all
from education.selectors.plans import plan_years
from education.services.study_tasks import study_link as link
from education.views.asked import branch_asked, choose_branch, number_asked
from education.views.study_tabs import study_tabs


@door(Capability.STUDY_VIEW, methods=("GET",))
def own_study(request: UserRequest) -> HttpResponse:
    branch = branch_asked(request, Capability.STUDY_VIEW)
    if branch is None:
        return choose_branch(request, Capability.STUDY_VIEW, "我的学习计划")
    years = plan_years(local_today())
    year = next((each for each in years if str(each) == request.GET.get("year")), local_today().year)
    context = {
        "branch": branch,
        "plans": selectors.own_study(branch, year),
        "year": year,
        "years": years,
        "may_link": request.user.scope(Capability.STUDY_RECORD).covers(branch.path),
        "tabs": study_tabs(request.user, "own_study"),
    }
    return render(request, "education/own_study.html", context)


@door(Capability.STUDY_RECORD)
def study_link(request: UserRequest) -> HttpResponse:
    """One log, all the topics that it did. ?task= begins with the topic and offers the logs of its days."""
    task, meeting = _task(request), _meeting(request)
    branch = task.organisation if task else branch_asked(request, Capability.STUDY_RECORD)
    if meeting and not task and not request.GET.get("branch") and not request.POST.get("branch"):
        branch = _branch_of(request, meeting)
    if branch is None:
        return choose_branch(request, Capability.STUDY_RECORD, "关联学习主题")
    if meeting is None:
        if task is None:
            return redirect(f"{reverse('education:own_study')}?branch={branch.pk}")
        logs = selectors.logs_for_task(task)
        return render(request, "education/link_choose.html", {"task": task, "branch": branch, "logs": logs})
    return _linking(request, branch, meeting, task)


def _linking(request: UserRequest, branch: Organisation, meeting: Meeting, task: StudyTask | None) -> HttpResponse:
    choices = selectors.tasks_for_log(branch, meeting)
    sent = request.POST if request.method == "POST" else None
    form = LinkForm(sent, choices=choices, asked=task.pk if task else None)
    if sent is not None and form.is_valid():
        try:
            count = link(by=request.user, branch=branch, meeting=meeting, task_ids=form.cleaned_data["tasks"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"这次会议关联了{count}个学习主题。" if count else "已解除关联。")
            return redirect(f"{reverse('education:own_study')}?branch={branch.pk}&year={meeting.held_on.year}")
    boxes = list(zip(form["tasks"], choices, strict=True))
    context = {"form": form, "branch": branch, "meeting": meeting, "task": task, "boxes": boxes}
    return render(request, "education/link_form.html", context)


def _task(request: UserRequest) -> StudyTask | None:
    named = number_asked(request, "task")
    if named is None:
        return None
    found: StudyTask = get_visible(
        selectors.tasks_all(), request.user, Capability.STUDY_RECORD, seen_by=Capability.STUDY_VIEW, pk=named
    )
    return found


def _meeting(request: UserRequest) -> Meeting | None:
    named = number_asked(request, "meeting")
    if named is None:
        return None
    found: Meeting = get_visible(
        meetings_all(), request.user, Capability.MEETING_VIEW, seen_by=Capability.MEETING_VIEW, pk=named
    )
    return found


def _branch_of(request: UserRequest, meeting: Meeting) -> Organisation:
    """The branch whose log it is; for a guest of a joint one, the reader's own."""
    within = selectors.study_branches(request.user, Capability.STUDY_RECORD)
    host = within.filter(pk=meeting.organisation_id).first()
    guest = host or within.filter(joint_meetings__meeting=meeting).first()
    if guest is None:
        raise Http404("没有找到，或不在您的范围内。")
    return guest
