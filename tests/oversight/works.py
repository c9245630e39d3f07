"""Rows for the tests of directives, campaigns, visits and research."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from openpyxl import load_workbook

from accounts.roles import Role
from branches.services.worklists import item_add
from core.calendar import local_today
from oversight.models import Directive, DirectiveStage
from oversight.services.directive_stages import stage_finish
from oversight.services.directives import DirectiveData, directive_register

TODAY = local_today()


def directive_data(owner, **values):
    given = {
        "number": "2026-001",
        "source": "city",
        "received_on": TODAY - timedelta(days=10),
        "title": "推进窗口服务提质",
        "summary": "按季度通报办事窗口的服务情况。",
        "owner": owner,
        "is_public": True,
    }
    return DirectiveData(**{**given, **values})


def make_directive(city, owner=None, organisation=None, **values) -> Directive:
    return directive_register(
        by=city.user(Role.CITY_STAFF),
        organisation=organisation or city.root,
        data=directive_data(owner or city.unit, **values),
    )


def stages(directive) -> list[DirectiveStage]:
    return list(directive.stages.select_related("directive__organisation", "directive__owner"))


def finish_all(directive, by) -> None:
    """Every stage but 销号."""
    for stage in stages(directive)[:-1]:
        stage_finish(by=by, stage=stage, done_on=TODAY, meeting_named="单位党组会", note="已经办理完成")


def make_task(city, directive, organisation=None, **values):
    given = {
        "task": "梳理办事窗口清单",
        "organisation": organisation or city.unit,
        "due_on": TODAY + timedelta(days=20),
    }
    return item_add(by=city.user(Role.CITY_STAFF), worklist=directive.worklist, **{**given, **values})


def sheet(answer) -> str:
    """Every cell of the first sheet of an answer."""
    content = b"".join(answer.streaming_content)
    rows = load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True)
    return " ".join(str(cell) for row in rows for cell in row if cell is not None)
