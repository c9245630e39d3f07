"""Tasks of worklists as deadlines (branches/policy/deadlines.py): each is due once, by the rule of its mechanism."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.urls import reverse
from django.utils import timezone

from accounts.roles import Capability
from branches.choices import WorklistItemState
from branches.models import WorklistItem
from branches.policy.deadlines import Deadline, DeadlineSource
from branches.policy.worklists import DEADLINES, worklist_sources

_DONE = (WorklistItemState.REPORTED, WorklistItemState.CLOSED)


def item_subject(item_id: int) -> str:
    return f"{DEADLINES}:{item_id}"


def item_of_subject(subject: str) -> int:
    return int(subject.partition(":")[2])


def worklist_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """Every task that is not cancelled, of the mechanisms that name a rule. One query."""
    rules = {source.name: source.rule for source in worklist_sources() if source.rule}
    items = WorklistItem.objects.order_by().filter(worklist__source__in=rules)
    items = items.exclude(state=WorklistItemState.CANCELLED)
    if subjects is not None:
        items = items.filter(pk__in=[item_of_subject(subject) for subject in subjects])
    rows = items.values_list(
        "pk", "worklist__source", "organisation_id", "task", "starts_on", "created_at", "due_on", "state"
    )
    for pk, source, organisation, task, starts_on, created_at, due_on, state in rows.iterator(2000):
        yield Deadline(
            rule=rules[source],
            organisation_id=organisation,
            subject=item_subject(pk),
            title=task,
            starts_on=starts_on or timezone.localdate(created_at),
            ends_on=due_on,
            done=state in _DONE,
        )


DEADLINE_SOURCE = DeadlineSource(
    name=DEADLINES,
    label="清单任务",
    hint="报告完成后自动计入；被退回的重新计为未完成。",
    rows=worklist_deadlines,
    url=lambda subject: reverse("branches:worklist_item", args=[item_of_subject(subject)]),
    capability=Capability.WORKLIST_VIEW,
)
