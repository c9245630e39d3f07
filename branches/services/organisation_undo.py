"""Taking back the last change of an organisation: the row stays, a new one says that it no longer holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationChangeKind, OrganisationStatus
from branches.models import Organisation, OrganisationChange
from branches.selectors.organisation_undo import old_parent_code, undo_plan
from branches.services.obligations import organisations_lock
from branches.services.organisation_carry import carried_back
from branches.services.organisation_history import Act, Carried, check_names, locked, record_change, subtree_ids
from branches.services.organisations import check_facts, check_place

REASON_MINIMUM = 4


@transaction.atomic
def organisation_undo(*, by: User, change: OrganisationChange, reason: str) -> OrganisationChange:
    """
    Take back ``change``, the last of its organisation, as if it had never been: the tree of every day, members, posts
    and obligations are again as before it. Returns the new row of the history. ValidationError without a reason, or
    where later facts depend on the change.
    """
    text = reason.strip()
    if len(text) < REASON_MINIMUM:
        raise ValidationError({"reason": f"请写明撤回原因，至少{REASON_MINIMUM}个字。"})
    organisation = locked(change.organisation)
    organisations_lock(sorted({organisation.pk, organisation.merged_into_id or organisation.pk}))
    found = OrganisationChange.objects.select_related("organisation").get(pk=change.pk)
    if obstacles := undo_plan(found).obstacles:
        raise ValidationError(obstacles)
    touched = _UNDOERS[OrganisationChangeKind(found.kind)](organisation, found, by)
    return _reverse(found, by, text, touched)


def _reverse(change: OrganisationChange, by: User, reason: str, touched: list[int]) -> OrganisationChange:
    organisation = Organisation.objects.get(pk=change.organisation_id)
    return record_change(
        organisation,
        OrganisationChangeKind.REVERSED,
        Act(by, change.effective_on, note=reason),
        before=change.after,
        after=change.before,
        touched=touched,
        reverses=change,
    )


def _values_back(organisation: Organisation, change: OrganisationChange, by: User) -> list[int]:
    for name, value in change.before.items():
        setattr(organisation, name, organisation._meta.get_field(name).to_python(value))
    check_facts(organisation, Organisation.objects.get_parent(organisation))
    organisation.save(update_fields=[*change.before, "name_pinyin", "initials"])
    return [organisation.pk]


def _place_back(organisation: Organisation, change: OrganisationChange, by: User) -> list[int]:
    parent = Organisation.objects.get(code=old_parent_code(change))
    check_place(parent, organisation.kind)
    check_names(organisation, parent)
    Organisation.objects.move(organisation, parent, pos="last-child")
    return subtree_ids(Organisation.objects.get(pk=organisation.pk))


def _status_back(organisation: Organisation, change: OrganisationChange, by: User) -> list[int]:
    check_names(organisation, Organisation.objects.get_parent(organisation))
    organisation.status, organisation.ended_on, organisation.merged_into = change.before["status"], None, None
    organisation.full_clean(exclude=("path", "depth", "numchild"))
    organisation.save(update_fields=["status", "ended_on", "merged_into"])
    return [organisation.pk]


def _end_back(organisation: Organisation, change: OrganisationChange, by: User) -> list[int]:
    carried = Carried(**change.carried)
    carried_back(carried, organisation, by)
    _status_back(organisation, change, by)
    _dependents_back(carried, change, by)
    return [organisation.pk]


def _merge_back(organisation: Organisation, change: OrganisationChange, by: User) -> list[int]:
    into = organisation.merged_into_id
    carried = Carried(**change.carried)
    _place_back(organisation, change, by)
    organisation = Organisation.objects.get(pk=organisation.pk)
    carried_back(carried, organisation, by)
    _status_back(organisation, change, by)
    _dependents_back(carried, change, by)
    return [*subtree_ids(Organisation.objects.get(pk=organisation.pk)), into]


def _dependents_back(carried: Carried, main: OrganisationChange, by: User) -> None:
    """Groups that ended and children that moved with the organisation, as far as they are still as it left them."""
    reason = f"随{main.organisation.short_name}撤回{main.get_kind_display()}"
    changes = OrganisationChange.objects.in_force().filter(pk__in=carried.changes).order_by("pk")
    for change in changes.select_related("organisation"):
        child = Organisation.objects.get(pk=change.organisation_id)
        if change.kind == OrganisationChangeKind.ABOLISHED:
            _end_back(child, change, by)
        elif not _is_where_it_came(child, change):
            continue
        else:
            _place_back(child, change, by)
        _reverse(change, by, reason, [])


def _is_where_it_came(child: Organisation, change: OrganisationChange) -> bool:
    last = child.changes.in_force().filter(kind=OrganisationChangeKind.MOVED).order_by("-pk").first()
    return last is not None and last.pk == change.pk and child.ended_on is None


def _founding_back(organisation: Organisation, change: OrganisationChange, by: User) -> list[int]:
    """It stood on no day: ended on the day on which it began."""
    organisation.status, organisation.ended_on = OrganisationStatus.ABOLISHED, organisation.founded_on
    organisation.save(update_fields=["status", "ended_on"])
    return [organisation.pk]


_UNDOERS: dict[str, Callable[[Organisation, OrganisationChange, User], Any]] = {
    OrganisationChangeKind.FOUNDED: _founding_back,
    OrganisationChangeKind.RENAMED: _values_back,
    OrganisationChangeKind.UPDATED: _values_back,
    OrganisationChangeKind.MOVED: _place_back,
    OrganisationChangeKind.SUSPENDED: _status_back,
    OrganisationChangeKind.RESUMED: _status_back,
    OrganisationChangeKind.ABOLISHED: _end_back,
    OrganisationChangeKind.MERGED: _merge_back,
}
