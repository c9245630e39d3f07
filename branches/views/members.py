"""Members: the roster, a page per member, and what changes one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.members import (
    ContactForm,
    DisableForm,
    MemberCreateForm,
    MemberUpdateForm,
    NumberForm,
    TransferForm,
)
from branches.ledgers.members import ComradeLedger, FormerMemberLedger, MemberLedger
from branches.models import Member
from branches.selectors import members as selectors
from branches.selectors.organisations import organisations_all
from branches.services import members as services
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page

QUERY_LIMIT = 50


@door(Capability.MEMBER_LIST, methods=("GET",))
def member_list(request: UserRequest) -> HttpResponse:
    if not selectors.sees_whole_roster(request.user):
        own = {"own": selectors.own_member(request.user)}
        return ledger_page(request, ComradeLedger, "branches/member_comrades.html", own)
    context = {
        "may_create": request.user.can(Capability.MEMBER_CREATE),
        "may_import": request.user.can(Capability.IMPORT_UPLOAD),
        "may_merge": request.user.can(Capability.MEMBER_DISABLE),
        "waiting": selectors.batches_waiting(request.user).count(),
    }
    return ledger_page(request, MemberLedger, "branches/member_list.html", context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def member_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, MemberLedger)


@door(Capability.MEMBER_LIST, methods=("GET",))
def member_former_list(request: UserRequest) -> HttpResponse:
    return ledger_page(request, FormerMemberLedger, "branches/member_former.html")


@door(Capability.EXPORT_CREATE, methods=("POST",))
def member_former_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, FormerMemberLedger)


@door(Capability.MEMBER_VIEW_MASKED, methods=("GET",))
def member_detail(request: UserRequest, pk: int) -> HttpResponse:
    member = _member(request, pk, Capability.MEMBER_VIEW_MASKED)
    return _page(request, member)


@door(Capability.MEMBER_CREATE)
def member_create(request: UserRequest) -> HttpResponse:
    form = MemberCreateForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        place = {name: data[name] for name in ("organisation", "id_number", "phone", "since", "entry_reason")}
        try:
            member = services.member_create(by=request.user, values=form.values(), **place)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已录入{member.name}。")
            return redirect("branches:member_detail", pk=member.pk)
    return render(request, "branches/member_form.html", {"form": form})


@door(Capability.MEMBER_UPDATE)
def member_update(request: UserRequest, pk: int) -> HttpResponse:
    member = _member(request, pk, Capability.MEMBER_UPDATE)
    form = MemberUpdateForm(request.POST or None, instance=member)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        numbers = {name: data[name] or None for name in ("id_number", "phone")}
        change = {"revision": data["revision"], "group": data["group"], "values": form.values(), **numbers}
        try:
            services.member_update(by=request.user, member=member, **change)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已保存。")
            return redirect("branches:member_detail", pk=pk)
    return render(request, "branches/member_update.html", {"form": form, "member": member})


@door(Capability.MEMBER_UPDATE_OWN_CONTACT)
def member_contact(request: UserRequest) -> HttpResponse:
    """One's own phone and e-mail."""
    member = selectors.own_member(request.user)
    if member is None:
        raise Http404("您的账号没有对应的党员信息。")
    form = ContactForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        contact = {"phone": data["phone"] or None, "work_phone": data["work_phone"], "email": data["email"]}
        try:
            services.member_contact_update(by=request.user, member=member, **contact)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "联系方式已保存。")
            return redirect("branches:member_contact")
    return render(request, "branches/member_contact.html", {"form": form, "member": member})


@door(Capability.MEMBER_DISABLE)
def member_disable(request: UserRequest, pk: int) -> HttpResponse:
    member = _member(request, pk, Capability.MEMBER_DISABLE)
    form = DisableForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.member_disable(by=request.user, member=member, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已办理{member.name}减员。")
            return redirect("branches:member_detail", pk=pk)
    return render(request, "branches/member_disable.html", {"form": form, "member": member})


@door(Capability.MEMBER_TRANSFER)
def member_transfer(request: UserRequest, pk: int) -> HttpResponse:
    """To another branch within reach; for a member who left, back into one."""
    member = _member(request, pk, Capability.MEMBER_TRANSFER)
    form = TransferForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        target, day = form.cleaned_data["target"], form.cleaned_data["moved_on"]
        try:
            if member.left_on is None:
                services.member_transfer(by=request.user, member=member, target=target, moved_on=day)
            else:
                services.member_return(by=request.user, member=member, target=target, returned_on=day)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{member.name}已编入{target.short_name}。")
            return redirect("branches:member_detail", pk=pk)
    return render(request, "branches/member_transfer.html", {"form": form, "member": member})


@door(Capability.MEMBER_PII_REVEAL, methods=("POST",))
def member_reveal(request: UserRequest, pk: int) -> HttpResponse:
    """The member's page with the full numbers on it, this once: never by GET, never kept by the browser."""
    rows, right = selectors.members_in_full(), Capability.MEMBER_PII_REVEAL
    member = get_visible(rows, request.user, right, seen_by=Capability.MEMBER_LIST, pk=pk)
    try:
        revealed = services.member_reveal(by=request.user, member=member, reason=request.POST.get("reason", "")[:200])
    except ValidationError as error:
        return _page(request, member, reveal_error="；".join(error.messages))
    return _page(request, member, revealed=revealed)


@door(Capability.MEMBER_VIEW_MASKED)
def member_search(request: UserRequest) -> HttpResponse:
    """By a whole ID number or phone, which travels in the body alone."""
    form, found = NumberForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        found = services.member_lookup(by=request.user, number=form.cleaned_data["number"])
        form = NumberForm()
    response = render(request, "branches/member_search.html", {"form": form, "found": found})
    response["Cache-Control"] = "no-store"
    return response


@door(Capability.MEMBER_LIST, methods=("GET",))
def member_autocomplete(request: UserRequest) -> JsonResponse:
    """At most 20 present members. GET: q, org (members at or below that organisation)."""
    wanted, organisation = request.GET.get("org", ""), None
    if wanted:
        pk, seen = (
            int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else 0,
            Capability.ORG_UNIT_LIST,
        )
        organisation = get_visible(organisations_all(), request.user, seen, seen_by=seen, pk=pk)
    text = request.GET.get("q", "").replace("\x00", "")[:QUERY_LIMIT]
    return JsonResponse({"results": selectors.members_found(request.user, text, organisation)})


def _member(request: UserRequest, pk: int, capability: Capability) -> Member:
    rows = selectors.members_in_full()
    found: Member = get_visible(rows, request.user, capability, seen_by=Capability.MEMBER_LIST, pk=pk)
    return found


def _page(request: UserRequest, member: Member, **context: Any) -> HttpResponse:
    page = selectors.member_page(request.user, member)
    response = render(request, "branches/member_detail.html", {"member": member, "page": page, **context})
    response["Cache-Control"] = "no-store"
    return response
