"""专项行动: prepared, started, ended with a summary. Its projects are the tasks of its worklist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.models import Organisation
from branches.services.obligations import organisations_lock
from branches.services.worklists import worklist_create, worklist_rename
from core import audit
from core.calendar import local_today
from oversight.choices import CampaignState
from oversight.models import Campaign
from oversight.services.texts import cleaned, written

WORKLIST_SOURCE = "oversight.campaign"
FIELDS = ("title", "basis", "goals", "starts_on", "ends_on")
LINKS = ["worklist", "by"]
SUMMARY_MINIMUM = 20


@transaction.atomic
def campaign_create(*, by: User, organisation: Organisation, values: Mapping[str, Any]) -> Campaign:
    """Prepare a campaign with an empty list of projects; nobody below sees it before it starts."""
    organisations_lock([organisation.pk])
    campaign = Campaign(organisation=organisation, by=by)
    _describe(campaign, values)
    campaign.full_clean(exclude=LINKS)
    campaign.worklist = worklist_create(by=by, organisation=organisation, source=WORKLIST_SOURCE, title=campaign.title)
    campaign.save(force_insert=True)
    _record(by, "campaign.create", campaign)
    return campaign


@transaction.atomic
def campaign_update(
    *, by: User, campaign: Campaign, values: Mapping[str, Any], expected_revision: int | None = None
) -> Campaign:
    """Reword or prolong a campaign that has not ended. ValidationError by field."""
    held = _locked(campaign, (CampaignState.DRAFT, CampaignState.RUNNING), expected_revision)
    before = _told(held)
    _describe(held, values)
    _save(held)
    worklist_rename(by=by, worklist=held.worklist, title=held.title)
    _record(by, "campaign.update", held, before=before)
    return held


@transaction.atomic
def campaign_start(*, by: User, campaign: Campaign) -> Campaign:
    """From now on everybody below sees it."""
    held = _locked(campaign, (CampaignState.DRAFT,))
    held.state = CampaignState.RUNNING
    _save(held)
    _record(by, "campaign.start", held)
    return held


@transaction.atomic
def campaign_end(*, by: User, campaign: Campaign, summary: str, expected_revision: int | None = None) -> Campaign:
    """End it with a summary; every project is closed or cancelled before. ValidationError by field."""
    held = _locked(campaign, (CampaignState.RUNNING,), expected_revision)
    summary = cleaned(summary=summary)["summary"]
    if len(summary) < SUMMARY_MINIMUM:
        raise ValidationError({"summary": f"请写明取得的成效，至少{SUMMARY_MINIMUM}个字。"})
    unfinished = held.worklist.items.exclude(state__in=["closed", "cancelled"]).count()
    if unfinished:
        raise ValidationError(f"还有{unfinished}个项目没有销号或取消，不能结束。")
    held.state, held.summary, held.ended_on = CampaignState.ENDED, summary, local_today()
    _save(held)
    _record(by, "campaign.end", held, reason=summary[:200])
    return held


@transaction.atomic
def campaign_reopen(*, by: User, campaign: Campaign, reason: str) -> Campaign:
    """Take the end back, with a reason; the summary is written anew."""
    held = _locked(campaign, (CampaignState.ENDED,))
    reason = written("reason", reason, "原因")
    held.state, held.ended_on = CampaignState.RUNNING, None
    _save(held)
    _record(by, "campaign.reopen", held, reason=reason)
    return held


def _locked(campaign: Campaign, states: tuple[str, ...], expected_revision: int | None = None) -> Campaign:
    organisations_lock([campaign.organisation_id])
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("organisation", "worklist")
    held: Campaign = rows.get(pk=campaign.pk)
    if held.state not in states:
        raise ValidationError(f"这个专项行动{held.get_state_display()}，不能这样办理。", code="conflict")
    if expected_revision is not None and held.revision != expected_revision:
        raise ValidationError("这个专项行动刚被改过，请看过新内容再保存。", code="conflict")
    return held


def _describe(campaign: Campaign, values: Mapping[str, Any]) -> None:
    texts = cleaned(**{name: str(values.get(name) or "") for name in ("title", "basis", "goals")})
    for name in FIELDS:
        setattr(campaign, name, texts.get(name, values.get(name)))


def _save(campaign: Campaign) -> None:
    campaign.revision += 1
    campaign.full_clean(exclude=LINKS)
    campaign.save()


def _told(campaign: Campaign) -> dict[str, Any]:
    return {
        "title": campaign.title,
        "basis": campaign.basis,
        "starts_on": campaign.starts_on.isoformat(),
        "ends_on": campaign.ends_on.isoformat(),
        "state": campaign.state,
    }


def _record(by: User, action: str, campaign: Campaign, **facts: Any) -> None:
    path = campaign.organisation.path
    audit.record(by=by, action=action, target=campaign, scope_path=path, after=_told(campaign), **facts)
