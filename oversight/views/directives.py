"""第一遵循 / 第一政治要件: the list, one item on one page, and what its supervisor does with it."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.models import Organisation
from branches.selectors.worklists import worklist_view
from core import audit
from core.actors import UserRequest
from core.calendar import local_today
from core.documents import DOCX_TYPE, write_docx
from core.ledgers.views import ledger_export, ledger_page
from oversight.exports.directives import TITLE, report
from oversight.forms.directives import DirectiveForm, DirectiveRegisterForm, NoteForm, ReopenForm, SchemeForm
from oversight.ledgers.directives import DirectiveLedger
from oversight.models import Directive
from oversight.selectors import directives as selectors
from oversight.selectors.places import answering_places
from oversight.services import directives as services
from oversight.services.stage_schemes import scheme_save
from oversight.views.paper_acts import act_on, choose_place, refuse_unless
from oversight.views.running import running_place, running_places_of, work_sections

SECTION = ("贯彻落实", "oversight:directive_list")
VIEW, WRITE = Capability.DIRECTIVE_VIEW, Capability.DIRECTIVE_WRITE


@door(VIEW, methods=("GET",))
def directive_list(request: UserRequest) -> HttpResponse:
    context = {
        "sections": work_sections(request.user),
        "may_write": request.user.can(WRITE),
        "may_set": request.user.scope(WRITE).everything,
        "import_place": running_place(request, WRITE) if request.user.can(WRITE) else None,
    }
    return ledger_page(request, DirectiveLedger, template="oversight/directive_list.html", context=context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def directive_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, DirectiveLedger)


@door(WRITE)
def directive_create(request: UserRequest) -> HttpResponseBase:
    organisation = running_place(request, WRITE)
    if organisation is None:
        return choose_place(request, running_places_of(request, WRITE), "登记贯彻落实事项")
    form = DirectiveRegisterForm(
        request.POST or None,
        organisation=organisation,
        owners=answering_places(request.user, WRITE),
        stages=selectors.stages_on(local_today()),
        number=selectors.next_number(organisation, local_today().year),
    )

    def act(data: dict[str, Any]) -> str:
        values = services.DirectiveData(
            **form.values_of(data), owner=data["owner"], is_public=data["is_public"], planned=form.planned()
        )
        made = services.directive_register(by=request.user, organisation=organisation, data=values)
        return reverse("oversight:directive_detail", args=[made.pk])

    return act_on(
        request, form, act,
        title="登记贯彻落实事项", submit="登记", back=reverse("oversight:directive_list"), section=SECTION,
        subtitle=f"{organisation.short_name}督办", done="已登记。接着添加任务，分解到各党组织。", place=organisation,
    )  # fmt: skip


@door(VIEW, methods=("GET",))
def directive_detail(request: UserRequest, pk: int) -> HttpResponse:
    directive = directive_seen(request, pk)
    page = selectors.directive_page(request.user, directive)
    context = {
        "page": page,
        "directive": directive,
        "worklist": worklist_view(request.user, directive.worklist),
        "may_export": request.user.can(Capability.EXPORT_CREATE),
    }
    return render(request, "oversight/directive_detail.html", context)


@door(WRITE)
def directive_update(request: UserRequest, pk: int) -> HttpResponse:
    directive = directive_run(request, pk)
    form = DirectiveForm(request.POST or None, directive=directive)

    def act(data: dict[str, Any]) -> None:
        services.directive_update(
            by=request.user, directive=directive, values=form.values_of(data), expected_revision=data["revision"]
        )

    return _acted(request, directive, form, act, title="修改登记")


@door(WRITE)
def directive_supervise(request: UserRequest, pk: int) -> HttpResponse:
    directive = directive_run(request, pk)
    form = NoteForm(request.POST or None, name="text", label="督办意见", limit=1000)
    return _acted(
        request, directive, form,
        lambda data: services.directive_supervise(by=request.user, directive=directive, text=data["text"]),
        title="督办", submit="发出督办", done="已督办，责任党组织会收到通知。",
    )  # fmt: skip


@door(WRITE)
def directive_close(request: UserRequest, pk: int) -> HttpResponse:
    directive = directive_run(request, pk)
    form = NoteForm(request.POST or None, name="note", label="销号意见", revision=directive.revision)
    return _acted(
        request, directive, form,
        lambda data: services.directive_close(
            by=request.user, directive=directive, note=data["note"], expected_revision=data["revision"]
        ),
        title="销号", submit="销号", done="已销号。",
        source="各阶段都已完成、任务都已销号或取消，才能销号；由没有办理过这一事项的人办理。",
    )  # fmt: skip


@door(WRITE)
def directive_reopen(request: UserRequest, pk: int) -> HttpResponse:
    directive = directive_run(request, pk)
    form = ReopenForm(request.POST or None)
    return _acted(
        request, directive, form,
        lambda data: services.directive_reopen(by=request.user, directive=directive, **data),
        title="回头看", submit="重新办理", done="已重新打开，责任党组织会收到通知。",
    )  # fmt: skip


@door(WRITE)
def directive_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    directive = directive_run(request, pk)
    form = NoteForm(request.POST or None, name="reason", label="撤销原因", limit=200)
    return _acted(
        request, directive, form,
        lambda data: services.directive_withdraw(by=request.user, directive=directive, reason=data["reason"]),
        title="撤销登记", submit="撤销", done="已撤销，没有完成的任务同时取消。",
    )  # fmt: skip


@door(Capability.EXPORT_CREATE, methods=("POST",))
def directive_document(request: UserRequest, pk: int) -> HttpResponseBase:
    """The whole trace as a Word report."""
    directive = get_visible(
        selectors.directives_in_full(), request.user, Capability.EXPORT_CREATE, seen_by=Capability.EXPORT_CREATE, pk=pk
    )
    refuse_unless(request.user.can(VIEW), "您没有查看贯彻落实事项的权限。")
    page = selectors.directive_page(request.user, directive)
    file = TemporaryFile()  # noqa: SIM115  # FileResponse closes it
    write_docx(report(page, worklist_view(request.user, directive.worklist)), file)
    file.seek(0)
    path = directive.organisation.path
    audit.record(by=request.user, action="directive.document", target=directive, scope_path=path)
    return FileResponse(file, as_attachment=True, filename=f"{directive.number}{TITLE}.docx", content_type=DOCX_TYPE)


@door(WRITE)
def scheme_edit(request: UserRequest) -> HttpResponse:
    """The stages as dated versions; set by the work committee's staff for the whole city."""
    roots = Organisation.objects.filter(depth=1)
    get_visible(roots, request.user, WRITE, seen_by=WRITE)
    form = SchemeForm(request.POST or None, stages=selectors.stages_on(local_today()))
    back = reverse("oversight:scheme_edit")
    return act_on(
        request, form, lambda data: scheme_save(by=request.user, **data),
        title="闭环阶段设置", submit="存为新版本", back=back, section=SECTION, done="已存为新版本。",
        template="oversight/scheme_form.html", schemes=selectors.schemes_all(),
        source="“四位一体”的阶段名称没有统一规定，由机关工委设置；最后一个阶段固定为销号。",
    )  # fmt: skip


def directive_seen(request: UserRequest, pk: int, capability: Capability = VIEW) -> Directive:
    rows = selectors.directives_in_full()
    found: Directive = get_visible(rows, request.user, capability, seen_by=VIEW, pk=pk)
    return found


def directive_run(request: UserRequest, pk: int) -> Directive:
    """The item for its supervisor: the owner sees it, and is told that this is not the owner's to do."""
    directive = directive_seen(request, pk, WRITE)
    runs = request.user.scope(WRITE).covers(directive.organisation.path)
    refuse_unless(runs, "由督办党组织办理，责任党组织不能办理。")
    return directive


def _acted(request: UserRequest, directive: Directive, form: Any, act: Any, **words: Any) -> HttpResponse:
    back = reverse("oversight:directive_detail", args=[directive.pk])
    return act_on(request, form, act, back=back, section=SECTION, subtitle=str(directive), **words)
