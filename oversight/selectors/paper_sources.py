"""What the papers of the wing register with the ground floor: deadlines and worklists, with the pages they open."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.urls import reverse

from accounts.roles import Capability
from branches.services.measures import DeadlineSource
from branches.services.worklists import WorklistSource
from oversight.models import Analysis, Inspection
from oversight.selectors.filings import filing_of_review, filings_deadlines, reviews_deadlines
from oversight.selectors.requests import requests_deadlines


def _key(subject: str) -> int:
    return int(subject.partition(":")[2])


def _holder(model: type[Model], name: str, worklist: int) -> str:
    rows: Any = model._default_manager
    return reverse(name, args=[rows.values_list("pk", flat=True).get(worklist=worklist)])


DEADLINES = (
    DeadlineSource(
        name="filing",
        label="规范性文件报备",
        hint="提交备案后自动计入。",
        rows=filings_deadlines,
        url=lambda subject: reverse("oversight:filing_detail", args=[_key(subject)]),
        capability=Capability.FILING_VIEW,
    ),
    DeadlineSource(
        name="filing_review",
        label="规范性文件备案审查",
        hint="作出审查意见、报告纠正情况后自动计入。",
        rows=reviews_deadlines,
        url=lambda subject: reverse("oversight:filing_detail", args=[filing_of_review(subject)]),
        capability=Capability.FILING_VIEW,
    ),
    DeadlineSource(
        name="request",
        label="答复请示",
        hint="答复或退回后自动计入。",
        rows=requests_deadlines,
        url=lambda subject: reverse("oversight:request_detail", args=[_key(subject)]),
        capability=Capability.REQUEST_VIEW,
    ),
)
WORKLISTS = (
    WorklistSource(
        name="oversight.analysis",
        label="分析研判措施",
        rule="V13",
        url=lambda worklist: _holder(Analysis, "oversight:analysis_detail", worklist),
    ),
    WorklistSource(
        name="oversight.inspection",
        label="督查检查考核发现问题",
        rule="V15",
        needs_second=True,
        url=lambda worklist: _holder(Inspection, "oversight:inspection_detail", worklist),
    ),
)
