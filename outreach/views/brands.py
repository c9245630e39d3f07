"""党建品牌: declared, planned, reviewed, recognised with a basis, re-checked, ended."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.selectors.worklists import worklist_view
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers import ledger_export
from outreach.choices import BrandState
from outreach.forms.brands import BrandForm, BrandKeepForm, BrandTextForm, DecisionForm
from outreach.forms.rows import DayForm
from outreach.ledgers.brands import BrandLedger
from outreach.models import Brand
from outreach.policy.brands import GATE, REWORDED
from outreach.selectors.brands import brand_page, brands_in_full
from outreach.selectors.places import BRANCH_OR_UNIT
from outreach.services import brands as services
from outreach.views.pages import Crumbs, answer, choose_place, listing, place_asked, posted

VIEW, WRITE, REVIEW = Capability.BRAND_VIEW, Capability.BRAND_WRITE, Capability.BRAND_REVIEW
NOTE = "一支部一特色、一单位一品牌：申报、培育、中期指导、验收、认定、推广，每年复核，可以退出。"


@door(VIEW, methods=("GET",))
def brand_list(request: UserRequest) -> HttpResponse:
    actions = [("申报品牌", "outreach:brand_create", "plus", WRITE)]
    return listing(request, BrandLedger, actions=actions, note=NOTE)


@door(VIEW, methods=("POST",))
def brand_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, BrandLedger)


@door(WRITE)
def brand_create(request: UserRequest) -> HttpResponse:
    place = place_asked(request, WRITE, BRANCH_OR_UNIT)
    if place is None:
        return choose_place(request, WRITE, BRANCH_OR_UNIT, "申报品牌")
    form = BrandForm(posted(request))
    return answer(
        request,
        form,
        lambda: services.brand_declare(
            by=request.user,
            organisation=place,
            declared_year=form.cleaned_data["declared_year"],
            values=form.values,
        ),
        done="已申报。接着把创建计划逐项列入项目清单。",
        to=_url,
        title="申报品牌",
        crumbs=_crumbs(),
        place=place,
        submit="申报",
    )


@door(VIEW, methods=("GET",))
def brand_detail(request: UserRequest, pk: int) -> HttpResponse:
    brand = _brand(request, pk, VIEW)
    context = {
        "brand": brand,
        "page": brand_page(request.user, brand),
        "worklist": worklist_view(request.user, brand.worklist),
        "gate": GATE,
    }
    return render(request, "outreach/brand_detail.html", context)


@door(WRITE)
def brand_update(request: UserRequest, pk: int) -> HttpResponse:
    brand = _brand(request, pk, WRITE)
    shape = BrandTextForm if brand.state in REWORDED else BrandKeepForm
    form = shape(posted(request), row=brand)
    return answer(
        request,
        form,
        lambda: services.brand_update(
            by=request.user, brand=brand, values=form.values, expected_revision=form.revision
        ),
        done="已再次申报。" if brand.state == BrandState.RETURNED else "已保存。",
        to=_url,
        title="修改品牌",
        crumbs=_crumbs(brand),
        place=brand.organisation,
        note="" if brand.state in REWORDED else "验收之后，名称和内涵不再修改，只更新成效和存在问题。",
    )


@door(REVIEW)
def brand_decide(request: UserRequest, pk: int, state: str) -> HttpResponse:
    brand = _brand(request, pk, REVIEW)
    if state not in BrandState.values:
        raise Http404("没有这种办理。")
    form = DecisionForm(posted(request), state=state)
    label = BrandState(state).label
    return answer(
        request,
        form,
        lambda: services.brand_decide(
            by=request.user,
            brand=brand,
            state=state,
            held_on=form.cleaned_data["held_on"],
            opinion=form.cleaned_data["opinion"],
            basis=form.basis,
        ),
        done=f"已办理：{label}。",
        to=_url,
        title=f"{brand.name}：{label}",
        crumbs=_crumbs(brand),
        place=brand.organisation,
        submit=label,
        note=f"依据{GATE}，认定须有批准机关和文号，或属于除外情形。" if state == BrandState.RECOGNISED else "",
    )


@door(REVIEW)
def brand_recheck(request: UserRequest, pk: int) -> HttpResponse:
    brand = _brand(request, pk, REVIEW)
    year = brand_page(request.user, brand).check_year or local_today().year
    form = DayForm(posted(request), day=("held_on", "复核日期"), text=("opinion", "复核意见"), length=500)
    return answer(
        request,
        form,
        lambda: services.brand_recheck(by=request.user, brand=brand, year=year, **form.cleaned_data),
        done=f"已登记{year}年复核。",
        to=lambda check: _url(brand),
        title=f"{year}年复核：{brand.name}",
        crumbs=_crumbs(brand),
        place=brand.organisation,
        note="复核不再够条件的，办理退出并写明原因。",
    )


@door(WRITE, REVIEW)
def brand_exit(request: UserRequest, pk: int) -> HttpResponse:
    capability = WRITE if request.user.can(WRITE) else REVIEW
    brand = _brand(request, pk, capability)
    form = DayForm(posted(request), day=("exited_on", "退出日期"), text=("exit_reason", "退出原因"))
    return answer(
        request,
        form,
        lambda: services.brand_exit(
            by=request.user,
            brand=brand,
            held_on=form.cleaned_data["exited_on"],
            reason=form.cleaned_data["exit_reason"],
        ),
        done="品牌已退出。",
        to=_url,
        title=f"退出：{brand.name}",
        crumbs=_crumbs(brand),
        place=brand.organisation,
        submit="退出",
        note="创建计划里没有完成的任务一并取消。",
    )


def _brand(request: UserRequest, pk: int, capability: Capability) -> Brand:
    found: Brand = get_visible(brands_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _url(brand: Brand) -> str:
    return reverse("outreach:brand_detail", args=[brand.pk])


def _crumbs(brand: Brand | None = None) -> Crumbs:
    found = [("党建品牌", reverse("outreach:brand_list"))]
    return [*found, (brand.name, _url(brand))] if brand else found
