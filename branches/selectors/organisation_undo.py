"""What taking back a change of an organisation would do, and what stands in its way. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from branches.choices import (
    MeetingStatus,
    OrganisationChangeKind,
    OrganisationKind,
    OrganisationStatus,
    OrganisationType,
)
from branches.models import Attendance, Meeting, Member, Membership, Organisation, OrganisationChange, Post

Told = Callable[[OrganisationChange, Organisation], Iterator[str]]
NAMED = 5
#: What an organisation always has, or what its history says itself.
ENDINGS = (OrganisationChangeKind.MERGED, OrganisationChangeKind.ABOLISHED)
OWN_ROWS = ("OrganisationChange", "Obligation", "Organisation")


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What happens when the change is taken back; with ``obstacles`` it cannot be."""

    change: OrganisationChange
    effects: list[str]
    obstacles: list[str]


def last_change(organisation: Organisation) -> OrganisationChange | None:
    """The change that was recorded last and still holds: the only one that can be taken back."""
    found: OrganisationChange | None = organisation.changes.in_force().order_by("-pk").first()
    return found


def undo_plan(change: OrganisationChange) -> UndoPlan:
    """Effects and obstacles, in Chinese, of taking this change back."""
    organisation = change.organisation
    last = last_change(organisation)
    if last is None or last.pk != change.pk:
        return UndoPlan(change, [], ["只能撤回最近一次仍然有效的变动，请刷新后再看。"])
    if change.kind in ENDINGS and not change.carried:
        return UndoPlan(change, [], ["这次变动登记较早，没有留下可供撤回的明细；请重新设立或个别调整。"])
    obstacles, effects = _OBSTACLES.get(change.kind, _none), _EFFECTS.get(change.kind, _status_effects)
    return UndoPlan(change, list(effects(change, organisation)), list(obstacles(change, organisation)))


def old_parent_code(change: OrganisationChange) -> str:
    """Code of what the organisation lay below before it was moved or merged."""
    return str(change.before["code" if change.kind == OrganisationChangeKind.MOVED else "parent"])


def _none(change: OrganisationChange, organisation: Organisation) -> Iterator[str]:
    return iter(())


def _place_obstacles(change: OrganisationChange, organisation: Organisation) -> Iterator[str]:
    if change.kind in (OrganisationChangeKind.MOVED, OrganisationChangeKind.MERGED):
        parent = Organisation.objects.get(code=old_parent_code(change))
    else:
        parent = Organisation.objects.get_parent(organisation)
    if parent is not None and parent.status != OrganisationStatus.ACTIVE:
        yield f"上级党组织“{parent.short_name}”{parent.get_status_display()}，不能再放到其下。"


def _resume_obstacles(change: OrganisationChange, organisation: Organisation) -> Iterator[str]:
    held = _logs(organisation).filter(held_on__gte=change.effective_on).count()
    if held:
        yield f"恢复活动后已有{held}次会议记录。"


def _merge_obstacles(change: OrganisationChange, organisation: Organisation) -> Iterator[str]:
    yield from _place_obstacles(change, organisation)
    into = organisation.merged_into
    if into is None:
        return
    came = _came_over(change)
    present = Member.objects.current().filter(pk__in=came.values("member"), organisation=into)
    held = _logs(into).filter(held_on__gte=change.effective_on)
    attended = Attendance.objects.filter(meeting__in=held, member__in=came.values("member"))
    if count := attended.order_by().values("meeting").distinct().count():
        yield f"“{into.short_name}”合并之后已有{count}次会议记录含转入的党员，这些记录以合并为准。"
    posts = Post.objects.filter(organisation__path__startswith=into.path, ends_on=None, member__in=present)
    for post in posts.select_related("member")[:NAMED]:
        yield f"{post.member.name}现任“{into.short_name}”{post.get_kind_display()}，请先免职。"
    regrouped = present.exclude(pk__in=came.filter(ends_on=None).values("member")).count()
    if regrouped:
        yield f"转入的党员中有{regrouped}人已在“{into.short_name}”重新编组，请先个别调整。"


def _founding_obstacles(change: OrganisationChange, organisation: Organisation) -> Iterator[str]:
    if organisation.kind == OrganisationKind.WORK_COMMITTEE:
        yield "机关工委的成立不能撤回。"
    if found := _depending(organisation):
        yield f"该党组织已有{'、'.join(found)}，不能作为误设撤回；不再需要时请办理撤销。"


def _depending(organisation: Organisation) -> list[str]:
    """What the portal already keeps about the organisation: any table whatever that points to it."""
    found = []
    if Organisation.objects.under(organisation.path).exclude(pk=organisation.pk).exists():
        found.append("下级党组织")
    for relation in organisation._meta.related_objects:
        model: Any = relation.related_model
        if (
            model.__name__ not in OWN_ROWS
            and model._base_manager.filter(**{relation.field.name: organisation}).exists()
        ):
            found.append(str(model._meta.verbose_name))
    if organisation.obligations.exclude(done=0, waivers=None).exists():
        found.append("应做事项记录")
    return list(dict.fromkeys(found))


_OBSTACLES: dict[str, Told] = {
    OrganisationChangeKind.MOVED: _place_obstacles,
    OrganisationChangeKind.RESUMED: _resume_obstacles,
    OrganisationChangeKind.MERGED: _merge_obstacles,
    OrganisationChangeKind.ABOLISHED: _place_obstacles,
    OrganisationChangeKind.FOUNDED: _founding_obstacles,
}


def _value_effects(change: OrganisationChange, organisation: Organisation) -> Iterator[str]:
    for name, value in change.before.items():
        title = Organisation._meta.get_field(name).verbose_name
        yield f"{title}由“{_shown(name, change.after.get(name))}”改回“{_shown(name, value)}”。"


def _shown(name: str, value: Any) -> str:
    if name == "type_code" and value:
        return str(OrganisationType(value).label)
    return "空" if value in (None, "") else str(value)


def _move_effects(change: OrganisationChange, organisation: Organisation) -> Iterator[str]:
    yield f"连同下级改回隶属于“{_parent_name(change)}”，会议记录、党员和应做事项随之回去。"


def _status_effects(change: OrganisationChange, organisation: Organisation) -> Iterator[str]:
    yield f"状态由“{organisation.get_status_display()}”改回“{_status_before(change)}”。"


def _abolish_effects(change: OrganisationChange, organisation: Organisation) -> Iterator[str]:
    yield from _status_effects(change, organisation)
    if count := len(change.carried.get("posts", ())):
        yield f"随撤销免去的{count}个职务恢复（人已离开的除外）。"
    if count := len(change.carried.get("changes", ())):
        yield f"随之撤销的{count}个党小组恢复。"


def _merge_effects(change: OrganisationChange, organisation: Organisation) -> Iterator[str]:
    into = organisation.merged_into
    yield f"恢复为“{_status_before(change)}”，仍隶属于“{_parent_name(change)}”。"
    came = _came_over(change)
    still, gone = came.filter(ends_on=None).count(), came.exclude(ends_on=None).count()
    if still:
        yield f"现在仍在“{into}”的{still}名党员转回原来的党支部和党小组。"
    if gone:
        yield f"合并后又有变动的{gone}名党员不动。"
    if count := len(change.carried.get("posts", ())):
        yield f"随合并免去的{count}个职务恢复（人已离开的除外）。"
    moved = OrganisationChange.objects.in_force().filter(pk__in=change.carried.get("changes", ()))
    if count := moved.filter(kind=OrganisationChangeKind.ABOLISHED).count():
        yield f"随合并撤销的{count}个党小组恢复。"
    if count := moved.filter(kind=OrganisationChangeKind.MOVED).count():
        yield f"随合并调走、现在仍在“{into}”的下级党组织（至多{count}个）调回。"
    if count := len(change.carried.get("waivers", ())):
        yield f"合并时不再要求的{count}项应做事项重新要求。"


def _founding_effects(change: OrganisationChange, organisation: Organisation) -> Iterator[str]:
    yield "该党组织作为误设撤回，任何一天的组织树上都不再有它；代码不再使用。"


_EFFECTS: dict[str, Told] = {
    OrganisationChangeKind.RENAMED: _value_effects,
    OrganisationChangeKind.UPDATED: _value_effects,
    OrganisationChangeKind.MOVED: _move_effects,
    OrganisationChangeKind.ABOLISHED: _abolish_effects,
    OrganisationChangeKind.MERGED: _merge_effects,
    OrganisationChangeKind.FOUNDED: _founding_effects,
}


def _status_before(change: OrganisationChange) -> str:
    return str(OrganisationStatus(change.before["status"]).label)


def _parent_name(change: OrganisationChange) -> str:
    return str(Organisation.objects.get(code=old_parent_code(change)).short_name)


def _came_over(change: OrganisationChange) -> Any:
    """The stays that the merger opened."""
    return Membership.objects.filter(pk__in=[opened for _, opened in change.carried.get("stays", ())])


def _logs(organisation: Organisation) -> Any:
    return Meeting.objects.filter(organisation=organisation).exclude(status=MeetingStatus.VOID)
