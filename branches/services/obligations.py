"""Every write of obligations: opened ahead, rewritten with their cause, waived with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Obligation, Organisation, Waiver
from branches.policy.measures import MEETINGS, MeasureSpan, measure_names, measure_of
from branches.services import obligation_sql as sql
from branches.services.closing_guard import refuse_closed
from branches.services.obligation_facts import derived, facts_gather, run
from core import audit
from core.periods import parse_period

REASON_MINIMUM = 4
REASON_LIMIT = 200


def obligations_refresh(*, organisation_id: int, days: Iterable[date]) -> None:
    """
    Rewrite ``done`` of every obligation of the branch whose period touches the span of ``days``, from the counted logs:
    one statement. To be called in the transaction that changed those logs, with the branch's row locked by the caller
    (two saves would each count without the other) and with the old and the new day where a log moved.
    """
    touched = sorted(days)
    if touched:
        with connection.cursor() as cursor:
            cursor.execute(sql.REFRESH, [organisation_id, touched[0], touched[-1]])


def obligations_measured(*, measure: str, organisation_ids: Iterable[int], days: Iterable[date]) -> None:
    """
    Rewrite ``done`` of the rules of one measure other than meetings (branches/policy/measures.py) for these
    organisations, in every period that touches the span of ``days``. To be called like ``obligations_refresh``, by
    whoever writes its records. Two queries and those of the measure, one more where a figure changed.
    """
    asked, touched, known = sorted(set(organisation_ids)), sorted(days), measure_of(measure)
    if not (asked and touched and known):
        return
    rows = Obligation.objects.filter(organisation__in=asked, requirement__measure=measure)
    found = list(rows.filter(ends_on__gte=touched[0], starts_on__lte=touched[-1]))
    spans = sorted({(row.requirement_id, row.period) for row in found})
    figures = known.done(asked, [MeasureSpan(rule, parse_period(period)) for rule, period in spans])
    done = {(branch, rule, period): count for branch, rule, period, count in figures}
    changed = [row for row in found if row.done != done.get((row.organisation_id, row.requirement_id, row.period), 0)]
    for row in changed:
        row.done = done.get((row.organisation_id, row.requirement_id, row.period), 0)
    if changed:
        Obligation.objects.bulk_update(changed, ["done"], batch_size=500)


@transaction.atomic
def obligations_open(
    *, through: date | None = None, since: date | None = None, organisations: Iterable[int] | None = None
) -> int:
    """
    Make the rows what the rules, branches, posts and groups ask for: missing ones are opened, for everyone and ahead of
    time; those that no longer apply are removed unless there is work or a waiver in them. Returns how many were opened.

    ``through``: open periods that begin up to this day (default: end of the next quarter). ``since``: an earlier year
    from which to keep obligations. ``organisations``: their ids (default: all of them). Safe to run twice.
    """
    among = None if organisations is None else sorted(set(organisations))
    if among == []:
        return 0
    facts = facts_gather(since=since, through=through, among=among)
    rows = Obligation.objects.all() if among is None else Obligation.objects.filter(organisation__in=among)
    before = rows.count()  # SQLite does not tell how many rows such a statement inserts
    with derived(facts):
        run(facts, sql.OPEN)
        opened = rows.count() - before
        for ids in _batches([pk for (pk,) in run(facts, sql.EXTRA)]):
            Obligation.objects.filter(pk__in=ids, done=0).delete()
        run(facts, sql.NEEDED)
    return opened


@transaction.atomic
def obligations_reopen_for(*, organisation_ids: Iterable[int]) -> None:
    """
    Derive the obligations of these organisations anew after they were founded, changed, moved, merged or ended. A group
    stands for its branch; what holds branches stands for itself alone: a change of place changes no obligation.
    """
    asked = _asked_of(organisation_ids)
    organisations_lock(asked)
    with connection.cursor() as cursor:
        for organisation in asked:
            cursor.execute(sql.REFRESH, [organisation, date.min, date.max])
            cursor.execute(sql.WAIVED, [organisation])
    for measure in sorted(measure_names() - {MEETINGS}):
        obligations_measured(measure=measure, organisation_ids=asked, days=[date.min, date.max])
    obligations_open(organisations=asked)


@transaction.atomic
def obligation_waive(*, by: User, obligation: Obligation, reason: str) -> Waiver:
    """Ask this once nothing of the branch. ValidationError without a reason, or where it is met or waived already."""
    obligation = _locked(obligation.pk)
    _refuse_closed(obligation)
    text = _checked_reason(reason)
    if obligation.waived:
        raise ValidationError("该事项已经减免。")
    if obligation.done >= obligation.needed:
        raise ValidationError("该事项已经完成，不需要减免。")
    waiver = Waiver.objects.create(obligation=obligation, reason=text, by=by)
    Obligation.objects.filter(pk=obligation.pk).update(waived=True)
    _record(by, "obligation.waive", obligation, text)
    return waiver


@transaction.atomic
def waiver_revoke(*, by: User, waiver: Waiver) -> Waiver:
    """Ask it again. The waiver stays on record with who revoked it. ValidationError where it was revoked before."""
    obligation = _locked(waiver.obligation_id)
    _refuse_closed(obligation)
    waiver = Waiver.objects.get(pk=waiver.pk)
    if waiver.revoked_at is not None:
        raise ValidationError("该减免已经撤销。")
    waiver.revoked_at, waiver.revoked_by = timezone.now(), by
    waiver.save(update_fields=["revoked_at", "revoked_by"])
    Obligation.objects.filter(pk=obligation.pk).update(waived=False)
    _record(by, "waiver.revoke", obligation, waiver.reason)
    return waiver


def _asked_of(organisation_ids: Iterable[int]) -> list[int]:
    """Ids of these organisations, of which something can be asked, and in place of groups those of their branches."""
    found: set[int] = set()
    for ids in _batches(sorted(set(organisation_ids))):
        rows = Organisation.objects.filter(pk__in=ids).values_list("pk", "kind", "path")
        found |= {pk for pk, kind, _ in rows if kind != OrganisationKind.GROUP}
        above = {path[: -Organisation.steplen] for _, kind, path in rows if kind == OrganisationKind.GROUP}
        found |= set(Organisation.objects.branches().filter(path__in=above).values_list("pk", flat=True))
    return sorted(found)


def organisations_lock(organisations: Sequence[int]) -> None:
    """Let this transaction alone write what belongs to these organisations; always taken in the order of ids."""
    for ids in _batches(organisations):
        list(Organisation.objects.order_by("pk").filter(pk__in=ids).select_for_update(no_key=True).values_list("pk"))


def _locked(obligation_id: int) -> Obligation:
    """The obligation with its branch, whose row is locked as in every other write that concerns it."""
    obligation = Obligation.objects.select_related("organisation", "requirement").get(pk=obligation_id)
    organisations_lock([obligation.organisation_id])
    obligation.refresh_from_db(fields=["done", "waived"])
    return obligation


def _refuse_closed(obligation: Obligation) -> None:
    """What is due once does not lock with the quarter in which it ended (docs/adr/0010)."""
    if not obligation.subject:
        refuse_closed(branches=[obligation.organisation_id], days=[obligation.ends_on])


def _checked_reason(reason: str) -> str:
    text = reason.strip()
    if len(text) < REASON_MINIMUM:
        raise ValidationError({"reason": f"请写明减免原因，至少{REASON_MINIMUM}个字。"})
    if len(text) > REASON_LIMIT:
        raise ValidationError({"reason": f"减免原因不能超过{REASON_LIMIT}字。"})
    return text


def _record(by: User, action: str, obligation: Obligation, reason: str) -> None:
    waived = action == "obligation.waive"
    audit.record(
        by=by,
        action=action,
        target=obligation,
        scope_path=obligation.organisation.path,
        before={"waived": not waived},
        after={"waived": waived, "rule": obligation.requirement.code, "period": obligation.period},
        reason=reason,
    )


def _batches(ids: Sequence[int], size: int = 500) -> Iterable[Sequence[int]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]
