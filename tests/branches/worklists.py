"""Worklists for tests: mechanisms of their own, since those of the wings stand above this floor."""

from __future__ import annotations

from datetime import timedelta

from accounts.roles import Role
from branches.policy import worklists
from branches.services.requirements import requirements_load
from branches.services.worklists import (
    WorklistSource,
    item_add,
    item_report,
    register_worklist_source,
    worklist_create,
)
from core.calendar import local_today

TODAY = local_today()
#: Closed by a second person, and due by a rule; closed at once, and no obligation.
CAMPAIGN = WorklistSource("test.campaign", "专项行动", rule="T90", needs_second=True, url=lambda pk: f"/campaign/{pk}/")
PLAIN = WorklistSource("test.plain", "工作台账")
RULE = {
    "code": "T90", "title": "专项行动任务", "frequency": "once", "needed": 1, "condition": "always",
    "measure": "worklist", "audience": "unit", "source": "本级工作要求", "article": "第一条", "label": "本级默认",
    "valid_from": "2020-01-01", "kinds": [],
}  # fmt: skip


def register(monkeypatch):
    """The mechanisms of this module until the test ends, and the rule of the first."""
    monkeypatch.setattr(worklists, "_sources", dict(worklists._sources))
    register_worklist_source(CAMPAIGN)
    register_worklist_source(PLAIN)
    requirements_load(rows=[RULE])


def day(days):
    return TODAY + timedelta(days=days)


def make_worklist(city, place=None, source=CAMPAIGN, title="基层减负专项行动"):
    by = city.user(Role.CITY_STAFF)
    return worklist_create(by=by, organisation=place or city.root, source=source.name, title=title)


def make_item(city, worklist, place=None, **fields):
    values = {"task": "清理多余的台账", "organisation": place or city.branch, "due_on": day(30), **fields}
    return item_add(by=city.user(Role.CITY_STAFF), worklist=worklist, **values)


def make_reported(city, worklist, place=None, role=Role.BRANCH_SECRETARY, **fields):
    return item_report(by=city.user(role), item=make_item(city, worklist, place, **fields), result="台账由9本减到3本")
