"""Worklists (项目清单): all tasks that a reader may see, one list, one task with what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.worklists import ItemForm, NoteForm, SpreadForm
from branches.ledgers.worklists import WorklistItemLedger, WorklistSheet
from branches.models import Worklist, WorklistItem
from branches.selectors import worklists as selectors
from branches.services import worklists as services
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page

VIEW, MANAGE, REPORT, CLOSE = (
    Capability.WORKLIST_VIEW,
    Capability.WORKLIST_MANAGE,
    Capability.WORKLIST_REPORT,
    Capability.WORKLIST_CLOSE,
)
QUERY_LIMIT = 50


@dataclass(frozen=True)
class Act:
    """One act on a task: what it is called, the words that it asks for, and what is said when it is done."""

    name: str
    title: str
    icon: str
    field: str
    label: str
    verb: Callable[..., Any]
    done: str
    hint: str = ""
    required: bool = True
    dated: bool = False
    versioned: bool = True

    @property
    def url_name(self) -> str:
        return f"branches:worklist_item_{self.name}"


ACTS = {
    act.name: act
    for act in (
        Act("close", "同意销号", "check", "text", "意见", services.item_close, "已销号。", "可以不填", required=False),
        Act("return", "退回", "arrow-back-up", "reason", "退回原因", services.item_return, "已退回，并通知报告人。"),
        Act("progress", "登记进展", "pencil", "text", "进展", services.item_progress, "进展已登记。", versioned=False),
        Act("report", "报告完成", "send", "result", "成效", services.item_report, "已报告完成。",
            "做成了什么、有什么变化；会议记录里已有的，写明哪次会议即可"),
        Act("supervise", "督办", "bell", "text", "督办意见", services.item_supervise, "已督办，并通知责任单位。",
            versioned=False),
        Act("extend", "调整时限", "calendar-time", "reason", "原因", services.item_extend, "时限已调整。", dated=True),
        Act("cancel", "取消任务", "circle-minus", "reason", "取消原因", services.item_cancel, "任务已取消。"),
    )
}  # fmt: skip


@door(VIEW, methods=("GET",))
def worklist_item_list(request: UserRequest) -> HttpResponseBase:
    return ledger_page(request, WorklistItemLedger, template="branches/worklist_item_list.html")


@door(Capability.EXPORT_CREATE, methods=("POST",))
def worklist_item_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, WorklistItemLedger)


@door(VIEW, methods=("GET",))
def worklist_autocomplete(request: UserRequest) -> JsonResponse:
    """At most 20 lists. GET: q."""
    text = request.GET.get("q", "").replace("\x00", "")[:QUERY_LIMIT]
    return JsonResponse({"results": selectors.worklists_found(request.user, text)})


@door(VIEW, methods=("GET",))
def worklist_detail(request: UserRequest, pk: int) -> HttpResponse:
    worklist = _worklist(request, pk, VIEW)
    return render(
        request, "branches/worklist_detail.html", {"worklist": selectors.worklist_view(request.user, worklist)}
    )


@door(Capability.EXPORT_CREATE, methods=("POST",))
def worklist_export(request: UserRequest, pk: int) -> HttpResponseBase:
    """One list under the headings with which it is read in again."""
    worklist = _worklist(request, pk, Capability.EXPORT_CREATE)
    return ledger_export(request, WorklistSheet, fixed={"worklist": worklist.pk})


@door(MANAGE)
def worklist_item_create(request: UserRequest, pk: int) -> HttpResponse:
    worklist = _worklist(request, pk, MANAGE)
    form = ItemForm(request.POST or None, worklist=worklist)
    if request.method == "POST" and form.is_valid():
        try:
            item = services.item_add(by=request.user, worklist=worklist, **form.values())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已添加第{item.number}项任务，并列入{item.organisation.short_name}的应做事项。")
            return redirect(selectors.worklist_home(worklist))
    return render(request, "branches/worklist_item_form.html", {"form": form, "worklist": worklist})


@door(MANAGE)
def worklist_spread(request: UserRequest, pk: int) -> HttpResponse:
    """The same task for several organisations of one kind at once."""
    worklist = _worklist(request, pk, MANAGE)
    kinds = selectors.spread_kinds(worklist)
    asked = request.GET.get("kind", "")
    kind = next((each for each in kinds if each[0] == asked), kinds[0] if kinds else ("", "", 0))
    form = SpreadForm(request.POST or None, worklist=worklist, kind=kind[0])
    if request.method == "POST" and form.is_valid():
        try:
            made = services.items_spread(by=request.user, worklist=worklist, **form.values())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已分解为{len(made)}项任务，列入各责任单位的应做事项。")
            return redirect(selectors.worklist_home(worklist))
    context = {"form": form, "worklist": worklist, "kinds": kinds, "kind": kind}
    return render(request, "branches/worklist_spread.html", context)


@door(VIEW, methods=("GET",))
def worklist_item(request: UserRequest, pk: int) -> HttpResponse:
    return _page(request, _item(request, pk, VIEW))


@door(MANAGE)
def worklist_item_update(request: UserRequest, pk: int) -> HttpResponse:
    item = _item(request, pk, MANAGE)
    form = ItemForm(request.POST or None, worklist=item.worklist, item=item)
    if request.method == "POST" and form.is_valid():
        revision = form.cleaned_data["revision"] or 0
        try:
            services.item_update(by=request.user, item=item, values=form.values(), expected_revision=revision)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "任务已修改。")
            return redirect("branches:worklist_item", pk=pk)
    context = {"form": form, "worklist": item.worklist, "item": item}
    return render(request, "branches/worklist_item_form.html", context)


@door(REPORT, methods=("POST",))
def worklist_item_progress(request: UserRequest, pk: int) -> HttpResponse:
    return _act(request, _item(request, pk, REPORT), ACTS["progress"])


@door(REPORT, methods=("POST",))
def worklist_item_report(request: UserRequest, pk: int) -> HttpResponse:
    return _act(request, _item(request, pk, REPORT), ACTS["report"])


@door(CLOSE, methods=("POST",))
def worklist_item_close(request: UserRequest, pk: int) -> HttpResponse:
    return _act(request, _item(request, pk, CLOSE), ACTS["close"])


@door(CLOSE, methods=("POST",))
def worklist_item_return(request: UserRequest, pk: int) -> HttpResponse:
    return _act(request, _item(request, pk, CLOSE), ACTS["return"])


@door(MANAGE, methods=("POST",))
def worklist_item_supervise(request: UserRequest, pk: int) -> HttpResponse:
    return _act(request, _item(request, pk, MANAGE), ACTS["supervise"])


@door(MANAGE, methods=("POST",))
def worklist_item_extend(request: UserRequest, pk: int) -> HttpResponse:
    return _act(request, _item(request, pk, MANAGE), ACTS["extend"])


@door(MANAGE, methods=("POST",))
def worklist_item_cancel(request: UserRequest, pk: int) -> HttpResponse:
    return _act(request, _item(request, pk, MANAGE), ACTS["cancel"])


def _act(request: UserRequest, item: WorklistItem, act: Act) -> HttpResponse:
    """Act with the words given; what was typed stays where it is refused."""
    form = _form(act, item, request.POST)
    if form.is_valid():
        values = form.values()
        if not act.versioned:
            values.pop("expected_revision")
        try:
            act.verb(by=request.user, item=item, **values)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, act.done)
            return redirect("branches:worklist_item", pk=item.pk)
    return _page(request, _item(request, item.pk, VIEW), (act, form))


def _page(request: UserRequest, item: WorklistItem, refused: tuple[Act, NoteForm] | None = None) -> HttpResponse:
    page = selectors.item_page(request.user, item)
    allowed = [ACTS[name] for name in ACTS if name in page.acts]
    forms = [(act, refused[1] if refused and refused[0] is act else _form(act, item)) for act in allowed]
    if refused and refused[0] not in allowed:
        forms.insert(0, refused)
    context = {"page": page, "forms": forms, "open": refused[0].name if refused else page.first_act}
    return render(request, "branches/worklist_item.html", context)


def _form(act: Act, item: WorklistItem, data: Any = None) -> NoteForm:
    given = {"act": act.name, "hint": act.hint, "required": act.required, "dated": act.dated}
    if act.name == "report":
        given["initial"] = item.result
    return NoteForm(data, item=item, field=act.field, label=act.label, **given)


def _worklist(request: UserRequest, pk: int, capability: Capability) -> Worklist:
    found: Worklist = get_visible(selectors.worklists_all(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _item(request: UserRequest, pk: int, capability: Capability) -> WorklistItem:
    found: WorklistItem = get_visible(selectors.items_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found
