"""机关党建分析研判: begun with figures of the records, written, finished; then frozen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.services.measures import obligations_measured
from branches.services.worklists import worklist_create
from core import audit
from core.calendar import local_today
from oversight.choices.analyses import AnalysisHalf, AnalysisState
from oversight.models import Analysis
from oversight.policy.analyses import half_span
from oversight.selectors.analysis_figures import figures_of
from oversight.services.texts import cleaned

SOURCE = "oversight.analysis"
MEASURE = "analyses"
TEXTS = ("host", "situation", "problems", "causes", "measures")
#: What a finished analysis must hold.
NEEDED = {"host": "主持人", "met_on": "研判会议日期", "problems": "存在问题", "causes": "原因分析", "measures": "措施"}
KINDS = (OrganisationKind.WORK_COMMITTEE, OrganisationKind.UNIT)


@transaction.atomic
def analysis_begin(*, by: User, organisation: Organisation, year: int, half: int) -> Analysis:
    """Open the analysis of a half-year with the figures of today; one for each organisation and half-year."""
    if organisation.kind not in KINDS:
        raise ValidationError("分析研判由单位和机关工委开展。")
    today = local_today()
    if half_span(year, half)[0] > today:
        raise ValidationError({"half": "这个半年还没有开始。"})
    if Analysis.objects.filter(organisation=organisation, year=year, half=half).exists():
        raise ValidationError({"half": "这个半年的分析研判已经有了，请直接打开。"})
    row = Analysis(organisation=organisation, year=year, half=half, by=by)
    title = f"{year}年{AnalysisHalf(half).label}分析研判措施"
    row.worklist = worklist_create(by=by, organisation=organisation, source=SOURCE, title=title)
    row.figures, row.figures_on = figures_of(organisation, year, half, today), today
    row.full_clean()
    row.save(force_insert=True)
    _record(by, "analysis.begin", row, after={"title": row.title})
    return row


@transaction.atomic
def analysis_save(*, by: User, row: Analysis, values: Mapping[str, Any], expected_revision: int) -> Analysis:
    """Keep what was written: host, met_on, situation, problems, causes, measures."""
    found = _locked(row)
    if found.revision != expected_revision:
        raise ValidationError("别人刚改过这份分析研判。请打开最新内容再改，您写的还在下面。", code="conflict")
    before = {field: getattr(found, field) for field in TEXTS}
    for field, text in cleaned(**{field: values.get(field, "") for field in TEXTS}).items():
        setattr(found, field, text)
    found.met_on, found.revision = values.get("met_on"), found.revision + 1
    if found.met_on and found.met_on > local_today():
        raise ValidationError({"met_on": "会议日期不能晚于今天，开过之后再登记。"})
    _save(found)
    changed = [field for field in TEXTS if getattr(found, field) != before[field]]
    _record(by, "analysis.save", found, after={"changed": changed, "revision": found.revision})
    return found


@transaction.atomic
def analysis_renew_figures(*, by: User, row: Analysis) -> Analysis:
    """Read the figures of a draft anew."""
    found, today = _locked(row), local_today()
    before = {"figures": found.figures, "figures_on": found.figures_on.isoformat()}
    found.figures, found.figures_on = figures_of(found.organisation, found.year, found.half, today), today
    found.revision += 1
    _save(found)
    after = {"figures": found.figures, "figures_on": today.isoformat()}
    _record(by, "analysis.figures", found, before=before, after=after)
    return found


@transaction.atomic
def analysis_finish(*, by: User, row: Analysis) -> Analysis:
    """Freeze it: complete, with its figures as they stand; counts for the unit's obligation (V14)."""
    found = _locked(row)
    missing = [label for field, label in NEEDED.items() if not getattr(found, field)]
    if missing:
        raise ValidationError(f"定稿之前请先写：{'、'.join(missing)}。")
    found.state, found.finished_on, found.finished_by = AnalysisState.FINISHED, local_today(), by
    _save(found)
    days = half_span(found.year, found.half)
    obligations_measured(measure=MEASURE, organisation_ids=[found.organisation_id], days=days)
    _record(by, "analysis.finish", found, after={"title": found.title, "figures": found.figures})
    return found


def _locked(row: Analysis) -> Analysis:
    found: Analysis = Analysis.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=row.pk)
    if found.state != AnalysisState.DRAFT:
        raise ValidationError("分析研判已定稿，不能再改。")
    return found


def _save(row: Analysis) -> None:
    row.full_clean()
    row.save()


def _record(by: User, action: str, row: Analysis, **what: Any) -> None:
    audit.record(by=by, action=action, target=row, scope_path=row.organisation.path, **what)
