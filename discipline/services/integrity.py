"""Project lists, risk points with their reviews, and activities."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.models import Meeting, Organisation
from branches.services.measures import deadlines_refresh
from branches.services.personal_data import refuse_personal_numbers
from branches.services.worklists import worklist_create
from core import audit
from core.calendar import local_today
from discipline.choices import ActivityKind, ProjectKind, RiskOutcome, RiskState
from discipline.models import IntegrityActivity, Project, RiskPoint, RiskReview
from discipline.selectors.integrity import LOG_DAYS, RISK_REVIEW, next_due
from discipline.selectors.places import HEADS

INTEGRITY_SOURCE, FIVE_YEAR_SOURCE = "discipline.integrity", "discipline.five_year"
FIVE_YEARS = 5
RISK_FIELDS = ("post", "level", "description", "controls", "responsible")


@transaction.atomic
def project_create(*, by: User, organisation: Organisation, kind: str, title: str, first_year: int) -> Project:
    """
    Begin a project list of the city or of a unit, with an empty worklist. 五年行动 runs five years from
    ``first_year``, the others one.
    """
    place = _head(organisation)
    is_action = kind == ProjectKind.FIVE_YEAR
    refuse_personal_numbers({"title": title})
    row = Project(
        organisation=place,
        kind=kind,
        title=title.strip(),
        first_year=first_year,
        last_year=first_year + (FIVE_YEARS - 1 if is_action else 0),
        by=by,
    )
    row.full_clean(exclude=["worklist"])
    source = FIVE_YEAR_SOURCE if is_action else INTEGRITY_SOURCE
    row.worklist = worklist_create(by=by, organisation=place, source=source, title=row.title)
    row.full_clean()
    row.save()
    after = {"title": row.title, "kind": kind, "first_year": first_year}
    audit.record(by=by, action="integrity_project.create", target=row, scope_path=place.path, after=after)
    return row


# --- risk points -----------------------------------------------------------------------------------------------------


@transaction.atomic
def risk_create(*, by: User, organisation: Organisation, review_on: date, **values: Any) -> RiskPoint:
    """Register a risk of a post with its first review. ``values``: post, level, description, controls, responsible."""
    place = _head(organisation)
    if review_on < local_today():
        raise ValidationError({"review_on": "复查日期不能早于今天。"})
    row = RiskPoint(organisation=place, by=by)
    _set_risk(row, values)
    _open_review(row, review_on)
    audit.record(by=by, action="risk.create", target=row, scope_path=place.path, after=_risk_told(row))
    return row


@transaction.atomic
def risk_update(*, by: User, risk: RiskPoint, review_on: date | None = None, **values: Any) -> RiskPoint:
    """Change a risk point, and the day of its coming review where one is given."""
    row = _risk_locked(risk)
    before = _risk_told(row)
    _set_risk(row, values)
    review = RiskReview.objects.select_for_update().filter(risk=row, reviewed_on=None).first()
    if review_on is not None and review is not None and review.due_on != review_on:
        if review_on < local_today():
            raise ValidationError({"review_on": "复查日期不能早于今天。"})
        review.due_on = review_on
        review.full_clean()
        review.save()
    _refresh(row)
    path = row.organisation.path
    audit.record(by=by, action="risk.update", target=row, scope_path=path, before=before, after=_risk_told(row))
    return row


@transaction.atomic
def risk_review(
    *, by: User, risk: RiskPoint, reviewed_on: date, outcome: str, next_on: date | None = None
) -> RiskReview:
    """
    Record the outcome of a review; the next one is due on ``next_on`` (a year later where none is given), none where
    the risk is gone, which strikes it off.
    """
    row = _risk_locked(risk)
    review = RiskReview.objects.select_for_update().get(risk=row, reviewed_on=None)
    if not review.opened_on <= reviewed_on <= local_today():
        raise ValidationError({"reviewed_on": f"复查日期须在{review.opened_on:%Y-%m-%d}之后，不晚于今天。"})
    following = next_on or next_due(reviewed_on)
    if outcome != RiskOutcome.GONE and following <= local_today():
        raise ValidationError({"next_on": "下次复查日期须晚于今天。"})
    review.reviewed_on, review.outcome, review.by = reviewed_on, outcome, by
    review.full_clean()
    review.save()
    if outcome == RiskOutcome.GONE:
        row.state, row.removed_on, row.remove_reason = RiskState.REMOVED, local_today(), "复查认定风险消除"
        row.full_clean()
        row.save()
    else:
        _open_review(row, following)
    _refresh(row)
    after = {"reviewed_on": reviewed_on.isoformat(), "outcome": outcome}
    audit.record(by=by, action="risk.review", target=row, scope_path=row.organisation.path, after=after)
    return review


@transaction.atomic
def risk_remove(*, by: User, risk: RiskPoint, reason: str) -> RiskPoint:
    """Strike a risk point off; its reviews stay, and none is due any more."""
    row = _risk_locked(risk)
    if not reason.strip():
        raise ValidationError({"reason": "请写明销号原因。"})
    refuse_personal_numbers({"reason": reason})
    row.state, row.removed_on, row.remove_reason = RiskState.REMOVED, local_today(), reason.strip()
    row.full_clean()
    row.save()
    _refresh(row)
    audit.record(by=by, action="risk.remove", target=row, scope_path=row.organisation.path, reason=reason.strip())
    return row


def _set_risk(row: RiskPoint, values: dict[str, Any]) -> None:
    for name in RISK_FIELDS:
        if name in values:
            setattr(row, name, values[name].strip())
    refuse_personal_numbers({name: getattr(row, name) for name in RISK_FIELDS if name != "level"})
    row.full_clean()
    row.save()


def _open_review(row: RiskPoint, due_on: date) -> None:
    review = RiskReview(risk=row, due_on=due_on, opened_on=local_today())
    review.full_clean()
    review.save()
    deadlines_refresh(source=RISK_REVIEW, subjects=[f"{RISK_REVIEW}:{review.pk}"])


def _refresh(row: RiskPoint) -> None:
    reviews = RiskReview.objects.filter(risk=row).values_list("pk", flat=True)
    deadlines_refresh(source=RISK_REVIEW, subjects=[f"{RISK_REVIEW}:{pk}" for pk in reviews])


def _risk_locked(risk: RiskPoint) -> RiskPoint:
    rows = RiskPoint.objects.select_for_update(of=("self",)).select_related("organisation")
    row: RiskPoint = rows.get(pk=risk.pk)
    if row.state != RiskState.ACTIVE:
        raise ValidationError("这个风险点已经销号。")
    return row


def _risk_told(row: RiskPoint) -> dict[str, Any]:
    return {name: getattr(row, name) for name in RISK_FIELDS}


# --- activities ------------------------------------------------------------------------------------------------------


@transaction.atomic
def activity_record(
    *, by: User, organisation: Organisation, kind: str, title: str = "", held_on: date | None = None,
    headcount: int | None = None, meeting: Meeting | None = None,
) -> IntegrityActivity:  # fmt: skip
    """Register an activity. A log that is named gives day, attendance and, where none is typed, the title."""
    place = _head(organisation)
    if meeting is not None:
        if not meeting.organisation.path.startswith(place.path):
            raise ValidationError({"meeting": "这份会议记录不在本党组织范围内。"})
        held_on, headcount, title = meeting.held_on, meeting.present, title or meeting.title[:80]
    if held_on is None or not title.strip():
        raise ValidationError({"title": "没有关联会议记录的，请填写活动名称和日期。"})
    if not local_today() - timedelta(days=3 * LOG_DAYS) <= held_on <= local_today():
        raise ValidationError({"held_on": "日期须在最近一年内，不晚于今天。"})
    refuse_personal_numbers({"title": title})
    row = IntegrityActivity(
        organisation=place, kind=ActivityKind(kind), title=title.strip(), held_on=held_on, headcount=headcount,
        meeting=meeting, by=by,
    )  # fmt: skip
    row.full_clean()
    row.save()
    after = {"title": row.title, "held_on": held_on.isoformat(), "meeting": meeting.pk if meeting else None}
    audit.record(by=by, action="integrity_activity.record", target=row, scope_path=place.path, after=after)
    return row


@transaction.atomic
def activity_remove(*, by: User, activity: IntegrityActivity, reason: str) -> None:
    """Take out an activity entered by mistake."""
    rows = IntegrityActivity.objects.select_for_update(of=("self",)).select_related("organisation")
    row: IntegrityActivity = rows.get(pk=activity.pk)
    if not reason.strip():
        raise ValidationError({"reason": "请写明删除原因。"})
    refuse_personal_numbers({"reason": reason})
    before = {"title": row.title, "held_on": row.held_on.isoformat(), "kind": row.kind}
    audit.record(
        by=by, action="integrity_activity.remove", target=row, scope_path=row.organisation.path, before=before,
        reason=reason.strip(),
    )  # fmt: skip
    row.delete()


def _head(organisation: Organisation) -> Organisation:
    place = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=organisation.pk)
    if place.kind not in HEADS:
        raise ValidationError("由工委或单位登记。")
    return place
