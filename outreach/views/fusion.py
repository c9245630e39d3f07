"""党建业务融合: projects, their figures before and after, and the tags they serve."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.selectors.worklists import worklist_view
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers import ledger_export
from outreach.choices import FusionState
from outreach.forms.fusion import FigureForm, MoveForm, ProjectForm, TagForm
from outreach.ledgers.fusion import FigureLedger, FusionLedger
from outreach.models import FusionFigure, FusionProject, FusionTag
from outreach.policy.fusion import states_after
from outreach.selectors.fusion import (
    TONES,
    figures_in_full,
    figures_of,
    projects_in_full,
    tag_choices,
    tag_rows,
    tags_by_id,
)
from outreach.selectors.places import BRANCH_OR_UNIT
from outreach.services import fusion as services
from outreach.views.pages import Crumbs, Tab, act_or_tell, answer, choose_place, listing, may, place_asked, posted

VIEW, WRITE, SETTINGS = Capability.FUSION_VIEW, Capability.FUSION_WRITE, Capability.SYS_PARAM_UPDATE
TABS: list[Tab] = [
    ("融合项目", "outreach:fusion_list", VIEW),
    ("前后对比指标", "outreach:figure_list", VIEW),
    ("服务方向", "outreach:tag_list", VIEW),
]


@door(VIEW, methods=("GET",))
def fusion_list(request: UserRequest) -> HttpResponse:
    actions = [("登记融合项目", "outreach:fusion_create", "plus", WRITE)]
    return listing(request, FusionLedger, tabs=TABS, actions=actions)


@door(VIEW, methods=("POST",))
def fusion_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, FusionLedger)


@door(WRITE)
def fusion_create(request: UserRequest) -> HttpResponse:
    place = place_asked(request, WRITE, BRANCH_OR_UNIT)
    if place is None:
        return choose_place(request, WRITE, BRANCH_OR_UNIT, "登记融合项目")
    form = ProjectForm(posted(request), groups=tag_choices(), starts_on=local_today())
    return answer(
        request,
        form,
        lambda: services.project_create(
            by=request.user, organisation=place, values=form.values, tags=tags_by_id(form.cleaned_data["tags"])
        ),
        done="已登记。接着登记基期指标，把任务列入项目清单。",
        to=_url,
        title="登记融合项目",
        crumbs=_crumbs(),
        place=place,
    )


@door(VIEW, methods=("GET",))
def fusion_detail(request: UserRequest, pk: int) -> HttpResponse:
    project = _project(request, pk, VIEW)
    may_write = may(request.user, WRITE, project.organisation.path)
    context = {
        "project": project,
        "tone": TONES[FusionState(project.state)],
        "figures": figures_of(project),
        "may_write": may_write and project.state != FusionState.STOPPED,
        "moves": [(state, FusionState(state).label) for state in states_after(project.state)] if may_write else [],
        "worklist": worklist_view(request.user, project.worklist),
    }
    return render(request, "outreach/fusion_detail.html", context)


@door(WRITE)
def fusion_update(request: UserRequest, pk: int) -> HttpResponse:
    project = _project(request, pk, WRITE)
    form = ProjectForm(posted(request), groups=tag_choices(project), row=project)
    return answer(
        request,
        form,
        lambda: services.project_update(
            by=request.user,
            project=project,
            values=form.values,
            tags=tags_by_id(form.cleaned_data["tags"]),
            expected_revision=form.revision,
        ),
        done="已保存。",
        to=_url,
        title="修改融合项目",
        crumbs=_crumbs(project),
        place=project.organisation,
    )


@door(WRITE)
def fusion_move(request: UserRequest, pk: int, state: str) -> HttpResponse:
    project = _project(request, pk, WRITE)
    if state not in FusionState.values:
        raise Http404("没有这种状态。")
    form = MoveForm(posted(request), project=project, state=state)
    label = FusionState(state).label
    return answer(
        request,
        form,
        lambda: services.project_move(
            by=request.user, project=project, state=state, result=form.cleaned_data["result"]
        ),
        done=f"项目状态：{label}。",
        to=_url,
        title=f"{project.title}：{label}",
        crumbs=_crumbs(project),
        place=project.organisation,
        submit=label,
    )


@door(WRITE)
def figure_create(request: UserRequest, pk: int) -> HttpResponse:
    project = _project(request, pk, WRITE)
    form = FigureForm(posted(request))
    return answer(
        request,
        form,
        lambda: services.figure_save(by=request.user, project=project, values=form.values),
        done="已登记指标。",
        to=lambda figure: _url(project),
        title="登记指标",
        crumbs=_crumbs(project),
        place=project.organisation,
        note="先填基期值，有了现值再补。",
    )


@door(WRITE)
def figure_update(request: UserRequest, pk: int) -> HttpResponse:
    figure = _figure(request, pk)
    form = FigureForm(posted(request), row=figure)
    return answer(
        request,
        form,
        lambda: services.figure_save(by=request.user, project=figure.project, values=form.values, figure=figure),
        done="已保存。",
        to=lambda found: _url(figure.project),
        title=f"修改指标：{figure.name}",
        crumbs=_crumbs(figure.project),
        place=figure.project.organisation,
    )


@door(WRITE, methods=("POST",))
def figure_remove(request: UserRequest, pk: int) -> HttpResponse:
    figure = _figure(request, pk)
    page = _url(figure.project)
    return act_or_tell(
        request,
        lambda: services.figure_remove(by=request.user, figure=figure),
        done="已删除这个指标。",
        to=page,
        back=page,
    )


@door(VIEW, methods=("GET",))
def figure_list(request: UserRequest) -> HttpResponse:
    actions = [("从Excel导入", "outreach:figure_import", "file-import", WRITE)]
    return listing(request, FigureLedger, tabs=TABS, actions=actions)


@door(VIEW, methods=("POST",))
def figure_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, FigureLedger)


@door(VIEW, SETTINGS, methods=("GET",))
def tag_list(request: UserRequest) -> HttpResponse:
    """The ledger by tag: how many projects serve what; each number opens to them."""
    context = {
        "rows": tag_rows(request.user),
        "tabs": [(label, name, name == "outreach:tag_list") for label, name, right in TABS if request.user.can(right)],
        "may_edit": request.user.can(SETTINGS),
        "may_open": request.user.can(VIEW),
    }
    return render(request, "outreach/tag_list.html", context)


@door(SETTINGS)
def tag_create(request: UserRequest) -> HttpResponse:
    return _tag_saved(request, None)


@door(SETTINGS)
def tag_update(request: UserRequest, pk: int) -> HttpResponse:
    return _tag_saved(request, get_object_or_404(FusionTag, pk=pk))


def _tag_saved(request: UserRequest, tag: FusionTag | None) -> HttpResponse:
    form = TagForm(posted(request), row=tag)
    return answer(
        request,
        form,
        lambda: services.tag_save(by=request.user, values=form.values, tag=tag),
        done="已保存。",
        to=lambda found: reverse("outreach:tag_list"),
        title="修改服务方向" if tag else "增加服务方向",
        crumbs=[*_crumbs(), ("服务方向", reverse("outreach:tag_list"))],
        note="停用的不再供选择，已选用的项目照旧。",
    )


def _project(request: UserRequest, pk: int, capability: Capability) -> FusionProject:
    found: FusionProject = get_visible(projects_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _figure(request: UserRequest, pk: int) -> FusionFigure:
    found: FusionFigure = get_visible(figures_in_full(), request.user, WRITE, seen_by=VIEW, pk=pk)
    return found


def _url(project: FusionProject) -> str:
    return reverse("outreach:fusion_detail", args=[project.pk])


def _crumbs(project: FusionProject | None = None) -> Crumbs:
    found = [("党建业务融合", reverse("outreach:fusion_list"))]
    return [*found, (project.title, _url(project))] if project else found
