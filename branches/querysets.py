"""Chainable filters of the ground floor. Every row carries one declared path to its organisation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q
from treebeard.mp_tree import MP_NodeManager, MP_NodeQuerySet

from accounts.querysets import ScopedQuerySet
from accounts.roles import Capability
from accounts.scopes import STEP, UNIT_DEPTH, Scope
from branches.choices import (
    COMMITTEE_POSTS,
    ApplicantStatus,
    LetterState,
    MemberCategory,
    OrganisationKind,
    OrganisationStatus,
    WorklistItemState,
)

if TYPE_CHECKING:
    from accounts.models import User


class OrganisationQuerySet(ScopedQuerySet, MP_NodeQuerySet):
    scope_field = "path"

    def active(self) -> Self:
        return self.filter(status=OrganisationStatus.ACTIVE)

    def of_kind(self, *kinds: str) -> Self:
        return self.filter(kind__in=kinds)

    def branches(self) -> Self:
        return self.of_kind(OrganisationKind.BRANCH)

    def standing_on(self, day: date) -> Self:
        """Organisations that existed on ``day``: founded on or before it and not yet ended."""
        return self.filter(founded_on__lte=day).filter(Q(ended_on=None) | Q(ended_on__gt=day))

    def under(self, path: str) -> Self:
        """
        The organisation at ``path`` and everything below it; steps are of fixed width, so a prefix never crosses
        nodes.
        """
        return self.filter(path__startswith=path)

    def groups_of(self, branch: Any) -> Self:
        """The branch's own groups; those of a branch that was merged into it lie deeper."""
        return self.under(branch.path).filter(kind=OrganisationKind.GROUP, depth=branch.depth + 1)


class OrganisationManager(MP_NodeManager.from_queryset(OrganisationQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> OrganisationQuerySet:
        return OrganisationQuerySet(self.model, using=self._db).order_by("path")

    def add_child(self, target: Any, create_kwargs: dict[str, Any] | None = None, *, instance: Any = None) -> Any:
        return self._placed(super().add_child(target, create_kwargs, instance=instance))

    def move(self, node: Any, target: Any, pos: str | None = None) -> None:
        parent, step = node.path[: -node.steplen], node._get_lastpos_in_path()
        super().move(node, target, pos)
        self.filter(path=parent, last_step__lt=step).update(last_step=step)
        self._placed(node)

    def _placed(self, node: Any) -> Any:
        """
        The node at a path that nothing ever had: what is kept by path (audit events, jobs) must not pass to whoever
        comes after. treebeard itself would give a freed last place again.
        """
        parent, step = node.path[: -node.steplen], node._get_lastpos_in_path()
        last = self.filter(path=parent).values_list("last_step", flat=True).get()
        if step <= last:
            old, step = node.path, last + 1
            node.path = self.model._get_path(old, node.depth, step)
            self._set_newpath_in_branches(old, node.path)
        self.filter(path=parent).update(last_step=step)
        return node


class OrganisationRowQuerySet(ScopedQuerySet):
    """Rows that hold ``organisation`` themselves."""

    scope_field = "organisation__path"


class AddressedRowQuerySet(OrganisationRowQuerySet):
    """
    Rows addressed to everything below their organisation, as a city's plan or circular is: read by whoever lies below
    it and by whoever reaches it. Reading goes down with the
    capabilities in ``addressed`` alone; every other one reaches what lies in the scope.
    """

    addressed: frozenset[Capability] = frozenset()

    def visible_to(self, user: User, capability: Capability) -> Self:
        scope = user.scope(capability)
        if scope.everything or capability not in self.addressed:
            return super().visible_to(user, capability)
        above = {path[:end] for path in scope.paths for end in range(STEP, len(path), STEP)}
        inside = self._inside(user, scope)
        return self.filter(inside | Q(organisation__path__in=above)) if inside else self.none()


class OrganisationChangeQuerySet(OrganisationRowQuerySet):
    def in_force(self) -> Self:
        """Changes that hold: neither reversed nor themselves a reversal."""
        return self.filter(reverses=None, reversal=None)


class MeetingQuerySet(OrganisationRowQuerySet):
    """
    Logs. A joint meeting has one log: its host writes it, every branch that took part reads it. All of them lie in one
    unit, so only readers below a unit need to be asked about; a union of two indexed reads, since an OR across two
    tables would walk all logs.
    """

    shared = frozenset({Capability.MEETING_LIST, Capability.MEETING_VIEW, Capability.EXPORT_CREATE})

    def visible_to(self, user: User, capability: Capability) -> Self:
        scope = user.scope(capability)
        below = [path for path in scope.paths if len(path) > STEP * UNIT_DEPTH]
        if not below or capability not in self.shared:
            return super().visible_to(user, capability)
        as_guest = Q()
        for path in below:
            as_guest |= Q(guests__organisation__path__startswith=path)
        logs = self.model._default_manager.using(self.db)
        written, shared = logs.filter(self._inside(user, scope)), logs.filter(as_guest)
        return self.filter(pk__in=written.values("pk").union(shared.values("pk"), all=True))


class MemberQuerySet(OrganisationRowQuerySet):
    self_field = "user"

    def current(self) -> Self:
        return self.filter(left_on=None)

    def full(self) -> Self:
        return self.filter(category=MemberCategory.FULL)


class MembershipQuerySet(OrganisationRowQuerySet):
    self_field = "member__user"

    def on(self, day: date) -> Self:
        """Memberships that held on ``day``; the last day itself no longer counts."""
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))


class MemberChangeQuerySet(OrganisationRowQuerySet):
    """Changes belong to the branch in which they happened."""

    self_field = "member__user"


class TransferLetterQuerySet(OrganisationRowQuerySet):
    """Letters are seen from both ends."""

    self_field = "member__user"

    def _inside(self, user: User, scope: Scope) -> Q:
        condition = super()._inside(user, scope)
        for path in scope.paths:
            condition |= Q(target__path__startswith=path)
        return condition

    def overdue(self, day: date) -> Self:
        """Waiting beyond their validity on ``day`` (R25)."""
        return self.filter(state=LetterState.ISSUED, valid_until__lt=day)


class PostQuerySet(OrganisationRowQuerySet):
    def on(self, day: date) -> Self:
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))

    def committee(self) -> Self:
        return self.filter(kind__in=COMMITTEE_POSTS)


class AttendanceQuerySet(ScopedQuerySet):
    scope_field = "meeting__organisation__path"
    self_field = "member__user"

    def _inside(self, user: User, scope: Scope) -> Q:
        """The host of a joint meeting has all lines, each other branch its own."""
        condition = super()._inside(user, scope)
        for path in scope.paths:
            condition |= Q(guest__organisation__path__startswith=path)
        return condition


class MeetingPartQuerySet(ScopedQuerySet):
    """Rows that belong to a meeting: votes, decisions, versions."""

    scope_field = "meeting__organisation__path"


class ObligationPartQuerySet(ScopedQuerySet):
    scope_field = "obligation__organisation__path"


class ClosingEventQuerySet(ScopedQuerySet):
    """Steps are added, never changed or deleted."""

    scope_field = "closing__organisation__path"

    def update(self, **kwargs: Any) -> int:
        raise TypeError("the history of a closing is never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("the history of a closing is never deleted")


class AppraisalMarkQuerySet(ScopedQuerySet):
    scope_field = "appraisal__organisation__path"
    self_field = "member__user"


class ApplicantQuerySet(OrganisationRowQuerySet):
    def ongoing(self) -> Self:
        return self.filter(status=ApplicantStatus.ONGOING)


class AdmissionPartQuerySet(ScopedQuerySet):
    """Rows that belong to an applicant: steps, reviews, helpers, changes, dues."""

    scope_field = "applicant__organisation__path"


class MemberRowQuerySet(OrganisationRowQuerySet):
    """Rows that hold ``organisation`` themselves and are about one member."""

    self_field = "member__user"


class DuesPaymentQuerySet(MemberRowQuerySet):
    """Payments are added and reversed, never changed or deleted."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError("payments are never changed: reverse them")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("payments are never deleted: reverse them")


class TermQuerySet(OrganisationRowQuerySet):
    def open(self) -> Self:
        """The present terms: not followed by another one."""
        return self.filter(closed_on=None)


class TermExtensionQuerySet(ScopedQuerySet):
    scope_field = "term__organisation__path"


class ElectionPartQuerySet(ScopedQuerySet):
    """Rows that belong to an election: contests, members left out."""

    scope_field = "election__organisation__path"


class ContestPartQuerySet(ScopedQuerySet):
    """Rows that belong to a contest: candidates, rounds."""

    scope_field = "contest__election__organisation__path"


class WorklistQuerySet(OrganisationRowQuerySet):
    """
    Lists are read by whoever reaches the organisation that runs them, and by whoever answers for one of their items; a
    union of two indexed reads, as with the logs of joint meetings. They are run, and their items closed, from the first
    of these alone.
    """

    leading = frozenset({Capability.WORKLIST_MANAGE, Capability.WORKLIST_CLOSE})
    below = "items__organisation__path"
    above = "organisation__path"

    def visible_to(self, user: User, capability: Capability) -> Self:
        scope = user.scope(capability)
        if scope.everything:
            return self.all()
        if not scope.paths:
            return self.none()
        run = self._reached(self.above, scope)
        if capability in self.leading:
            return self.filter(run)
        answered = self._reached(self.below, scope)
        if capability == Capability.WORKLIST_REPORT:
            return self.filter(pk__in=self._rows().filter(answered).values("pk"))
        both = self._rows().filter(run).values("pk").union(self._rows().filter(answered).values("pk"), all=True)
        return self.filter(pk__in=both)

    def _rows(self) -> Self:
        return self.model._default_manager.using(self.db).order_by()

    @staticmethod
    def _reached(field: str, scope: Scope) -> Q:
        condition = Q()
        for path in scope.paths:
            condition |= Q(**{f"{field}__startswith": path})
        return condition


class WorklistItemQuerySet(WorklistQuerySet):
    """Items are run from their list's organisation; progress and result are reported by the one that answers."""

    below = "organisation__path"
    above = "worklist__organisation__path"

    def to_do(self) -> Self:
        """Neither reported, closed nor cancelled."""
        return self.filter(state__in=[WorklistItemState.OPEN, WorklistItemState.RETURNED])

    def overdue(self, day: date) -> Self:
        """Still to be done on ``day`` and beyond their last day."""
        return self.to_do().filter(due_on__lt=day)


class WorklistNoteQuerySet(WorklistQuerySet):
    """Steps of an item: added, never changed or deleted."""

    below = "item__organisation__path"
    above = "item__worklist__organisation__path"

    def update(self, **kwargs: Any) -> int:
        raise TypeError("the history of a task is never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("the history of a task is never deleted")
