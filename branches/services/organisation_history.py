"""What every change of the tree shares: the lock, the checks, the dated row, the audit event, the obligations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from branches.choices import OrganisationChangeKind, OrganisationKind, OrganisationStatus
from branches.models import Organisation, OrganisationChange
from branches.services.obligations import obligations_reopen_for
from core import audit
from core.calendar import local_today

TREE_FIELDS = ("path", "depth", "numchild")
STANDING = (OrganisationStatus.ACTIVE, OrganisationStatus.SUSPENDED)
ENDED = (OrganisationStatus.MERGED, OrganisationStatus.ABOLISHED)
VERBS = {
    OrganisationChangeKind.FOUNDED: "create",
    OrganisationChangeKind.RENAMED: "rename",
    OrganisationChangeKind.MOVED: "move",
    OrganisationChangeKind.MERGED: "merge",
    OrganisationChangeKind.SUSPENDED: "suspend",
    OrganisationChangeKind.RESUMED: "resume",
    OrganisationChangeKind.ABOLISHED: "abolish",
    OrganisationChangeKind.UPDATED: "update",
    OrganisationChangeKind.REVERSED: "undo",
}


@dataclass(frozen=True, slots=True)
class Act:
    """Who changes something, from which day on, by which document."""

    by: User | None
    effective_on: date
    document: str = ""
    note: str = ""

    def check(self, organisation: Organisation) -> None:
        if self.effective_on > local_today():
            raise ValidationError({"effective_on": "生效日期不能晚于今天。"})
        if self.effective_on < organisation.founded_on:
            raise ValidationError({"effective_on": f"生效日期不能早于成立日期{organisation.founded_on}。"})

    def check_order(self, organisation: Organisation, *kinds: str) -> None:
        """Changes of one sort follow each other in time, or the tree of a past day could not be told."""
        last = organisation.changes.in_force().filter(kind__in=kinds).order_by("-effective_on").first()
        if last and self.effective_on < last.effective_on:
            text = f"{last.effective_on}已{last.get_kind_display()}，生效日期不能更早。"
            raise ValidationError({"effective_on": text})


@dataclass(slots=True)
class Carried:
    """Ids of what a change took along, by which it can be taken back."""

    #: (stay closed, stay opened instead)
    stays: list[tuple[int, int]] = field(default_factory=list)
    #: stays begun on the very day, that lost their group in place
    ungrouped: list[int] = field(default_factory=list)
    posts: list[int] = field(default_factory=list)
    waivers: list[int] = field(default_factory=list)
    applicants: list[int] = field(default_factory=list)
    plans: list[int] = field(default_factory=list)
    #: tasks of worklists, and lists that were run
    tasks: list[int] = field(default_factory=list)
    worklists: list[int] = field(default_factory=list)
    #: changes of other organisations that came with this one
    changes: list[int] = field(default_factory=list)


def locked(organisation: Organisation) -> Organisation:
    """The organisation as it stands, with the root's row locked: changes of the tree come one after another."""
    list(Organisation.objects.filter(depth=1).select_for_update(no_key=True))
    return Organisation.objects.get(pk=organisation.pk)


def check_names(organisation: Organisation, parent: Organisation | None) -> None:
    """Names must tell organisations apart: within the unit, or within the branch for groups."""
    if parent is None:
        return
    reach = parent.path if organisation.kind in (OrganisationKind.GROUP, OrganisationKind.UNIT) else parent.unit_path
    others = Organisation.objects.under(reach).filter(status__in=STANDING, kind=organisation.kind)
    others = others.exclude(pk=organisation.pk)
    for name, title in (("name", "全称"), ("short_name", "简称")):
        if others.filter(**{name: getattr(organisation, name)}).exists():
            raise ValidationError({name: f"同一范围内已有{title}相同的{organisation.get_kind_display()}。"})


def record_change(
    organisation: Organisation,
    kind: str,
    act: Act,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    touched: Sequence[int] | None = None,
    carried: Carried | None = None,
    reverses: OrganisationChange | None = None,
) -> OrganisationChange:
    """History, audit, and the obligations of what was touched (by default the organisation alone)."""
    change = OrganisationChange(
        organisation=organisation,
        kind=kind,
        effective_on=act.effective_on,
        before=dict(before),
        after=dict(after),
        document=act.document,
        note=act.note,
        by=act.by,
        carried=asdict(carried) if carried else {},
        reverses=reverses,
    )
    change.full_clean(exclude=("by", "before", "after", "carried"))
    change.save(force_insert=True)
    audit.record(
        by=act.by,
        action=f"organisation.{VERBS[OrganisationChangeKind(kind)]}",
        target=organisation,
        scope_path=organisation.path,
        before=before,
        after={**after, "effective_on": str(act.effective_on), "document": act.document},
        reason=act.note,
    )
    ids = [organisation.pk] if touched is None else list(touched)
    if ids:
        obligations_reopen_for(organisation_ids=ids)
    return change


def subtree_ids(organisation: Organisation) -> list[int]:
    return list(Organisation.objects.under(organisation.path).values_list("pk", flat=True))


def place_facts(organisation: Organisation) -> dict[str, Any]:
    return {"code": organisation.code, "name": organisation.short_name, "path": organisation.path}
