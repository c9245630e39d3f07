"""党建业务融合: projects with their figures before and after, and the tags that the city keeps."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.services.worklists import worklist_create, worklist_rename, worklist_stop
from core import audit
from outreach.choices import FusionState
from outreach.models import FusionFigure, FusionProject, FusionTag
from outreach.policy.fusion import TOLD, states_after
from outreach.services.rows import filled, locked, not_ahead, standing, told

WORKLIST = "outreach.fusion"
FIELDS = ("title", "problem", "means", "starts_on", "ends_on")
FIGURE = ("name", "unit", "base_value", "base_on", "now_value", "now_on")
KINDS = (OrganisationKind.BRANCH, OrganisationKind.UNIT)


@transaction.atomic
def project_create(
    *, by: User, organisation: Organisation, values: Mapping[str, Any], tags: Collection[FusionTag] = ()
) -> FusionProject:
    """A project of a branch or unit, with an empty list of tasks. ``values`` by FIELDS. ValidationError by field."""
    held = standing(organisation, KINDS)
    title = f"{str(values['title']).strip()[:60]}项目清单"
    worklist = worklist_create(by=by, organisation=held, source=WORKLIST, title=title)
    row = FusionProject(organisation=held, worklist=worklist, by=by)
    filled(row, _given(values), by=by, action="fusion.create", path=held.path)
    row.tags.set(tags)
    return row


@transaction.atomic
def project_update(
    *,
    by: User,
    project: FusionProject,
    values: Mapping[str, Any],
    tags: Collection[FusionTag] = (),
    expected_revision: int | None = None,
) -> FusionProject:
    held = locked(project)
    _refuse_stopped(held)
    path = held.organisation.path
    before = _tagged(held)
    filled(held, _given(values), by=by, action="fusion.update", path=path, expected_revision=expected_revision)
    held.tags.set(tags)
    if _tagged(held) != before:
        after = {"tags": _tagged(held)}
        audit.record(by=by, action="fusion.update", target=held, scope_path=path, before={"tags": before}, after=after)
    worklist_rename(by=by, worklist=held.worklist, title=f"{held.title}项目清单")
    return held


@transaction.atomic
def project_move(*, by: User, project: FusionProject, state: str, result: str = "") -> FusionProject:
    """The next state; what is finished, offered as a case or stopped tells its result. ValidationError by field."""
    held = locked(project)
    if state not in states_after(held.state):
        raise ValidationError({"state": f"“{held.get_state_display()}”的项目不能改为这个状态。"})
    given = {"state": state, "result": result.strip() or held.result}
    if state in TOLD and not given["result"]:
        raise ValidationError({"result": "请写明结果。"})
    if state == FusionState.STOPPED:
        worklist_stop(by=by, worklist=held.worklist, reason=given["result"])
    return filled(held, given, by=by, action="fusion.state", path=held.organisation.path)


@transaction.atomic
def figure_save(
    *,
    by: User,
    project: FusionProject,
    values: Mapping[str, Any],
    figure: FusionFigure | None = None,
    action: str = "fusion.figure",
) -> FusionFigure:
    """One indicator before and after, new or corrected. ValidationError by field."""
    held = locked(project)
    _refuse_stopped(held)
    not_ahead(base_on=values.get("base_on"), now_on=values.get("now_on"))
    row = locked(figure, "project") if figure else FusionFigure(project=held)
    given = {name: values[name] for name in FIGURE if name in values}
    if (given.get("now_value") is None) != (given.get("now_on") is None):
        missing = "now_on" if given.get("now_on") is None else "now_value"
        raise ValidationError({missing: "现值和现值日期要一起填。"})
    return filled(row, given, by=by, action=action, path=held.organisation.path)


@transaction.atomic
def figure_remove(*, by: User, figure: FusionFigure) -> None:
    held = locked(figure, "project__organisation")
    _refuse_stopped(held.project)
    path = held.project.organisation.path
    audit.record(by=by, action="fusion.figure_remove", target=held, scope_path=path, before=told(held, FIGURE))
    held.delete()


@transaction.atomic
def tag_save(*, by: User, values: Mapping[str, Any], tag: FusionTag | None = None) -> FusionTag:
    """A tag of the city, new or changed; one that is used is switched off, never deleted."""
    row = FusionTag.objects.select_for_update().get(pk=tag.pk) if tag else FusionTag()
    given = {name: values[name] for name in ("group", "name", "source", "is_active") if name in values}
    return filled(row, given, by=by, action="fusion_tag.save", path="")


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in FIELDS if name in values}


def _tagged(project: FusionProject) -> list[str]:
    return list(project.tags.values_list("name", flat=True))


def _refuse_stopped(project: FusionProject) -> None:
    if project.state == FusionState.STOPPED:
        raise ValidationError("已终止的项目不再修改。")
