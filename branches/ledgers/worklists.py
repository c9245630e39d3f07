"""The ledgers of worklists: every task that a reader may see, and one list as a sheet that can be read in again."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from branches.models import Organisation, Worklist, WorklistItem
from branches.models.worklists import IS_OVER
from branches.policy.worklists import LABELS, TONES, source_label, standing_of
from branches.selectors.worklists import in_standing, latest_note, source_choices
from core.calendar import local_today
from core.ledgers import AutocompleteFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter

_STATE = ("state", "starts_on", "due_on")
_STANDINGS = [(standing.value, label) for standing, label in LABELS.items()]


def _in_standing(queryset: QuerySet[Any], standing: str) -> QuerySet[Any]:
    return in_standing(queryset, standing, local_today())


def _words(state: str, starts_on: date | None, due_on: date) -> str:
    return LABELS[standing_of(state, starts_on, due_on, local_today())]


def _tone(state: str, starts_on: date | None, due_on: date) -> str:
    return TONES[standing_of(state, starts_on, due_on, local_today())]


class WorklistItemLedger(Ledger):
    slug = "worklist-items"
    title = "任务清单"
    empty = "还没有清单任务"
    capability = Capability.WORKLIST_VIEW
    export_url = "branches:worklist_item_export"
    columns = (
        Column("task", "任务", link="branches:worklist_item", width=40),
        Column("worklist", "清单", "worklist__title", width=30, hidden_on_phone=True),
        Column("organisation", "责任单位", "organisation__short_name", width=24),
        Column("owner", "责任人", width=14),
        Column("due_on", "时限", kind="date", sortable=True, width=12),
        Column("state", "状态", _STATE, text=_words, badge=_tone, width=10),
        Column("latest", "最近进展", wrap=True, width=40, hidden_on_phone=True),
        Column("result", "成效", page=False, wrap=True, width=40),
        Column("measures", "具体措施", page=False, wrap=True, width=40),
        Column("starts_on", "开始日期", kind="date", page=False, width=12),
        Column("closed_on", "销号日期", kind="date", page=False, width=12),
        Column("source", "所属工作", "worklist__source", text=source_label, page=False, width=16),
        Column("leader", "牵头党组织", "worklist__organisation__short_name", page=False, width=24),
    )
    filters = (
        ChoiceFilter("source", "所属工作", "worklist__source", source_choices),
        ChoiceFilter("state", "状态", choices=_STANDINGS, where=_in_standing),
        DateRangeFilter("due", "时限", "due_on"),
        AutocompleteFilter(
            "org",
            "责任单位",
            url="branches:organisation_autocomplete",
            source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
            path_field="organisation__path",
            label_field="short_name",
        ),
        AutocompleteFilter(
            "list",
            "清单",
            "worklist",
            url="branches:worklist_autocomplete",
            source=lambda user: Worklist.objects.visible_to(user, Capability.WORKLIST_VIEW),
            label_field="title",
        ),
        TextFilter("q", "搜索", ("task", "owner", "measures"), placeholder="任务、责任人、措施中的字词"),
    )
    order = ("is_over", "due_on", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        """What is still to be done or closed stands first."""
        rows = WorklistItem.objects.visible_to(user, cls.capability)
        return rows.annotate(latest=latest_note(), is_over=IS_OVER)


class WorklistSheet(Ledger):
    """One list, under the headings with which a sheet is read in (branches/ledgers/worklist_import.py)."""

    slug = "worklist-sheet"
    title = "项目清单"
    capability = Capability.WORKLIST_VIEW
    columns = (
        Column("number", "序号", kind="number", width=8),
        Column("task", "任务", width=40, wrap=True),
        Column("measures", "具体措施", width=40, wrap=True),
        Column("organisation", "责任单位", "organisation__name", width=40),
        Column("owner", "责任人", width=14),
        Column("starts_on", "开始日期", kind="date", width=12),
        Column("due_on", "完成时限", kind="date", width=12),
        Column("state", "状态", _STATE, text=_words, width=10),
        Column("latest", "最近进展", wrap=True, width=40),
        Column("result", "成效", wrap=True, width=40),
    )
    order = ("number",)

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return WorklistItemLedger.base(user)
