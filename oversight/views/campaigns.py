"""专项行动: the list, one campaign with its projects by unit, its start and end."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.selectors.worklists import worklist_view
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page
from oversight.forms.campaigns import CampaignForm, SummaryForm
from oversight.forms.directives import NoteForm
from oversight.ledgers.campaigns import CampaignLedger
from oversight.models import Campaign
from oversight.selectors.campaigns import campaign_progress, campaigns_in_full
from oversight.services import campaigns as services
from oversight.views.paper_acts import act_now, act_on, choose_place
from oversight.views.running import running_place, running_places_of, work_sections

SECTION = ("专项行动", "oversight:campaign_list")
VIEW, WRITE = Capability.CAMPAIGN_VIEW, Capability.CAMPAIGN_WRITE


@door(VIEW, methods=("GET",))
def campaign_list(request: UserRequest) -> HttpResponse:
    context = {"may_write": request.user.can(WRITE), "sections": work_sections(request.user)}
    return ledger_page(request, CampaignLedger, template="oversight/campaign_list.html", context=context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def campaign_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, CampaignLedger)


@door(VIEW, methods=("GET",))
def campaign_detail(request: UserRequest, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk, VIEW)
    context = {
        "campaign": campaign,
        "progress": campaign_progress(request.user, campaign),
        "worklist": worklist_view(request.user, campaign.worklist),
        "may_write": request.user.scope(WRITE).covers(campaign.organisation.path),
        "is_over": campaign.state == "running" and campaign.ends_on < local_today(),
    }
    return render(request, "oversight/campaign_detail.html", context)


@door(WRITE)
def campaign_create(request: UserRequest) -> HttpResponseBase:
    organisation = running_place(request, WRITE)
    if organisation is None:
        return choose_place(request, running_places_of(request, WRITE), "筹备专项行动")
    form = CampaignForm(request.POST or None)

    def act(data: dict[str, Any]) -> str:
        made = services.campaign_create(by=request.user, organisation=organisation, values=form.values())
        return reverse("oversight:campaign_detail", args=[made.pk])

    return act_on(
        request, form, act,
        title="筹备专项行动", back=reverse("oversight:campaign_list"), section=SECTION, place=organisation,
        subtitle=f"{organisation.short_name}主办", done="已保存。接着列项目清单，启动之前下级看不到。",
    )  # fmt: skip


@door(WRITE)
def campaign_update(request: UserRequest, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk, WRITE)
    form = CampaignForm(request.POST or None, campaign=campaign)

    def act(data: dict[str, Any]) -> None:
        services.campaign_update(
            by=request.user, campaign=campaign, values=form.values(), expected_revision=data["revision"]
        )

    return _acted(request, campaign, form, act, title="修改专项行动")


@door(WRITE, methods=("POST",))
def campaign_start(request: UserRequest, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk, WRITE)
    back = reverse("oversight:campaign_detail", args=[pk])
    return act_now(
        request, lambda: services.campaign_start(by=request.user, campaign=campaign), back=back,
        done="已启动，下级党组织可以看到。",
    )  # fmt: skip


@door(WRITE)
def campaign_end(request: UserRequest, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk, WRITE)
    form = SummaryForm(request.POST or None, campaign=campaign)
    return _acted(
        request, campaign, form,
        lambda data: services.campaign_end(
            by=request.user, campaign=campaign, summary=data["summary"], expected_revision=data["revision"]
        ),
        title="结束专项行动", submit="写好总结并结束", done="专项行动已结束。",
    )  # fmt: skip


@door(WRITE)
def campaign_reopen(request: UserRequest, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk, WRITE)
    form = NoteForm(request.POST or None, name="reason", label="原因", limit=200)
    return _acted(
        request, campaign, form,
        lambda data: services.campaign_reopen(by=request.user, campaign=campaign, reason=data["reason"]),
        title="重新开启专项行动", submit="重新开启", done="已重新开启。",
    )  # fmt: skip


def _campaign(request: UserRequest, pk: int, capability: Capability) -> Campaign:
    found: Campaign = get_visible(campaigns_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _acted(request: UserRequest, campaign: Campaign, form: Any, act: Any, **words: Any) -> HttpResponse:
    back = reverse("oversight:campaign_detail", args=[campaign.pk])
    return act_on(request, form, act, back=back, section=SECTION, subtitle=campaign.title, **words)
