"""The organisation tree: the list, the tree, a page per organisation, and what changes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.organisations import CHANGE_FORMS, OrganisationForm, OrganisationUpdateForm, UndoForm
from branches.ledgers.organisations import OrganisationLedger, past_day
from branches.models import Organisation
from branches.selectors import organisation_rights as rights
from branches.selectors import organisations as selectors
from branches.selectors.organisation_past import past_children
from branches.selectors.organisation_undo import last_change, undo_plan
from branches.selectors.terms import term_facts
from branches.services import organisation_status, organisations
from branches.services.organisation_undo import organisation_undo as undo_service
from core.actors import UserRequest
from core.ledgers import FilterError
from core.ledgers.views import ledger_export, ledger_page

#: Rights by which the autocomplete may narrow what it offers.
REACHES = {
    "list": Capability.ORG_UNIT_LIST,
    "create": Capability.BRANCH_CREATE,
    "disable": Capability.BRANCH_DISABLE,
    "unit_disable": Capability.ORG_UNIT_DISABLE,
    "member_create": Capability.MEMBER_CREATE,
    "admission": Capability.ADMISSION_RECORD,
    "transfer": Capability.MEMBER_TRANSFER,
    "import": Capability.IMPORT_UPLOAD,
}
QUERY_LIMIT = 50
CHANGERS: dict[str, Callable[..., Organisation]] = {
    "move": lambda *, target, **act: organisations.organisation_move(new_parent=target, **act),
    "merge": organisation_status.organisation_merge,
    "suspend": organisation_status.organisation_suspend,
    "resume": organisation_status.organisation_resume,
    "abolish": organisation_status.organisation_abolish,
}


@door(Capability.ORG_UNIT_LIST, methods=("GET",))
def organisation_list(request: UserRequest) -> HttpResponse:
    parent = selectors.default_parent(request.user)
    context = {"may_create": parent is not None and bool(rights.creatable_kinds(request.user, parent))}
    return ledger_page(request, OrganisationLedger, "branches/organisation_list.html", context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def organisation_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, OrganisationLedger)


@door(Capability.ORG_UNIT_LIST, methods=("GET",))
def organisation_tree(request: UserRequest) -> HttpResponse:
    day, error = _day(request)
    roots = past_children(request.user, None, day) if day else selectors.tree_roots(request.user)
    context = {"nodes": roots, "day": day, "error": error, "text": request.GET.get("on", "")}
    return render(request, "branches/organisation_tree.html", context)


@door(Capability.ORG_UNIT_LIST, methods=("GET",))
def organisation_children(request: UserRequest, pk: int) -> HttpResponse:
    """The branches of the tree below one node, as it is opened."""
    node = _listed(request, pk)
    day, _ = _day(request)
    nodes = past_children(request.user, node.pk, day) if day else selectors.tree_children(request.user, node)
    return render(request, "branches/_organisation_nodes.html", {"nodes": nodes, "day": day})


@door(Capability.BRANCH_VIEW, methods=("GET",))
def organisation_detail(request: UserRequest, pk: int) -> HttpResponse:
    rows, view = selectors.organisations_all(), Capability.BRANCH_VIEW
    organisation = get_visible(rows, request.user, view, seen_by=Capability.ORG_UNIT_LIST, pk=pk)
    page = selectors.organisation_page(request.user, organisation)
    context = {
        "organisation": organisation,
        "page": page,
        "creatable": rights.creatable_kinds(request.user, organisation),
        "changes": rights.possible_changes(request.user, organisation),
        "may_update": rights.may(request.user, rights.right_to_update(organisation.kind), organisation),
        "may_undo": rights.may_undo(request.user, page.undoable, organisation),
        "may_appoint": rights.may(request.user, Capability.BRANCH_UPDATE, organisation),
        "term": term_facts(request.user, organisation),
        "may_handbook": organisation.is_branch and rights.may(request.user, Capability.HANDBOOK_GENERATE, organisation),
    }
    return render(request, "branches/organisation_detail.html", context)


@door(Capability.ORG_UNIT_CREATE, Capability.BRANCH_CREATE, Capability.BRANCH_UPDATE)
def organisation_create(request: UserRequest) -> HttpResponse:
    parent = _parent(request)
    kinds = rights.creatable_kinds(request.user, parent)
    if not kinds:
        raise PermissionDenied("您不能在这个党组织之下新设党组织。")
    form = OrganisationForm(request.POST or None, parent=parent, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        try:
            made = organisations.organisation_create(by=request.user, parent=parent, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已设立{made.short_name}，代码 {made.code}。")
            return redirect("branches:organisation_detail", pk=made.pk)
    return render(request, "branches/organisation_form.html", {"form": form, "parent": parent})


@door(Capability.ORG_UNIT_UPDATE, Capability.BRANCH_UPDATE)
def organisation_update(request: UserRequest, pk: int) -> HttpResponse:
    organisation = _changeable(request, pk, rights.right_to_update)
    initial = {name: getattr(organisation, name) for name in ("name", "short_name", *organisations.FACT_FIELDS)}
    form = OrganisationUpdateForm(request.POST or None, initial=initial, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in initial if name in form.fields}
        act = {name: form.cleaned_data[name] for name in ("effective_on", "document", "note")}
        try:
            organisations.organisation_revise(by=request.user, organisation=organisation, values=values, **act)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已变更，历史中留有记录。")
            return redirect("branches:organisation_detail", pk=pk)
    return render(request, "branches/organisation_update.html", {"form": form, "organisation": organisation})


@door(Capability.ORG_UNIT_DISABLE, Capability.BRANCH_DISABLE, Capability.BRANCH_UPDATE)
def organisation_change(request: UserRequest, pk: int, change: str) -> HttpResponse:
    organisation = _changeable(request, pk, rights.right_to_change)
    words = rights.possible_changes(request.user, organisation).get(change)
    if words is None:
        raise Http404("这个党组织不能办理此项变动。")
    form = CHANGE_FORMS[change](request.POST or None, user=request.user, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        try:
            CHANGERS[change](by=request.user, organisation=organisation, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已办理：{words}。")
            return redirect("branches:organisation_detail", pk=pk)
    context = {"form": form, "organisation": organisation, "words": words, "change": change}
    return render(request, "branches/organisation_change.html", context)


@door(
    Capability.ORG_UNIT_UPDATE,
    Capability.ORG_UNIT_DISABLE,
    Capability.BRANCH_CREATE,
    Capability.BRANCH_UPDATE,
    Capability.BRANCH_DISABLE,
)
def organisation_undo(request: UserRequest, pk: int) -> HttpResponse:
    """Take back the last change, by whoever may make one of its sort; the page says beforehand what will happen."""
    organisation = _listed(request, pk)
    change = last_change(organisation)
    if change is None:
        raise Http404("没有可以撤回的变动。")
    if not rights.may(request.user, rights.right_to_undo(change, organisation), organisation):
        raise PermissionDenied("您没有撤回这次变动的权限。")
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            undo_service(by=request.user, change=change, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已撤回：{change.get_kind_display()}。历史中两条记录都保留。")
            return redirect("branches:organisation_detail", pk=pk)
    context = {"form": form, "organisation": organisation, "plan": undo_plan(change)}
    return render(request, "branches/organisation_undo.html", context)


@door(Capability.ORG_UNIT_LIST, methods=("GET",))
def organisation_autocomplete(request: UserRequest) -> JsonResponse:
    """At most 20 standing organisations. GET: q, right (a key of REACHES), kind (several by comma), below (an id)."""
    capability = REACHES.get(request.GET.get("right", "list"))
    if capability is None:
        raise BadRequest("不认识的范围。")
    kinds = [kind for kind in request.GET.get("kind", "").split(",") if kind]
    text = request.GET.get("q", "").replace("\x00", "")[:QUERY_LIMIT]
    below = selectors.path_within(request.user, capability, request.GET.get("below", ""))
    found = selectors.organisations_found(request.user, capability, text, kinds=kinds, below=below)
    return JsonResponse({"results": found})


def _day(request: UserRequest) -> tuple[date | None, str]:
    """The past day asked for, None for today; and what is wrong with it."""
    text = request.GET.get("on", "").strip()
    if not text:
        return None, ""
    try:
        return past_day(text), ""
    except FilterError as error:
        return None, str(error)


def _listed(request: UserRequest, pk: Any) -> Organisation:
    seen = Capability.ORG_UNIT_LIST
    found: Organisation = get_visible(selectors.organisations_all(), request.user, seen, seen_by=seen, pk=pk)
    return found


def _changeable(request: UserRequest, pk: int, right: Callable[[str], Capability]) -> Organisation:
    """An organisation that the reader sees listed and has the right to; which right, its kind tells."""
    organisation = _listed(request, pk)
    if not rights.may(request.user, right(organisation.kind), organisation):
        raise PermissionDenied("您没有办理此事项的权限。")
    return organisation


def _parent(request: UserRequest) -> Organisation:
    wanted = request.GET.get("parent", "")
    if wanted:
        return _listed(request, int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else 0)
    parent = selectors.default_parent(request.user)
    if parent is None:
        raise Http404("没有可以在其下新设的党组织。")
    return parent
