"""What every change of the tree shares: the lock, the checks, the dated row, the audit event, the obligations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    for field, title in (("name", "全称"), ("short_name", "简称")):
        if others.filter(**{field: getattr(organisation, field)}).exists():
            raise ValidationError({field: f"同一范围内已有{title}相同的{organisation.get_kind_display()}。"})


def record_change(
    organisation: Organisation,
    kind: str,
    act: Act,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    touched: Sequence[int] | None = None,
) -> None:
    """History, audit, and the obligations of what was touched (by default the organisation alone)."""
    OrganisationChange.objects.create(
        organisation=organisation,
        kind=kind,
        effective_on=act.effective_on,
        before=dict(before),
        after=dict(after),
        document=act.document,
        note=act.note,
        by=act.by,
    )
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


def subtree_ids(organisation: Organisation) -> list[int]:
    return list(Organisation.objects.under(organisation.path).values_list("pk", flat=True))


def place_facts(organisation: Organisation) -> dict[str, Any]:
    return {"code": organisation.code, "name": organisation.short_name, "path": organisation.path}
