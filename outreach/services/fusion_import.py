"""Figures of fusion projects from Excel: new ones, and the present value of those that are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from accounts.roles import Capability
from core.imports import ImportColumn, Row, RowError, SheetImport, refused_at
from outreach.choices import FusionState
from outreach.models import FusionFigure, FusionProject
from outreach.services.fusion import FIGURE, figure_save


class FigureImport(SheetImport):
    slug = "fusion-figures"
    title = "前后对比指标导入"
    hint = "每行一个指标；项目里已有的同名指标按表更新。"
    capability = Capability.FUSION_WRITE
    seen_by = Capability.FUSION_VIEW
    columns = (
        ImportColumn("project", "融合项目", ("项目", "项目名称"), required=True, kind="choice"),
        ImportColumn("name", "指标名称", ("指标",), required=True, max_length=40, example="窗口平均等候时间"),
        ImportColumn("unit", "单位", required=True, max_length=10, example="分钟"),
        ImportColumn("base_value", "基期值", required=True, kind="number", example="20"),
        ImportColumn("base_on", "基期日期", required=True, kind="date", minimum=date(2000, 1, 1), example="2026-01-01"),
        ImportColumn("now_value", "现值", kind="number", example="8"),
        ImportColumn("now_on", "现值日期", kind="date", minimum=date(2000, 1, 1), example="2026-06-30"),
    )
    unique = ("project", "name")
    ignored = ("序号", "变化", "党组织", "项目状态")

    @classmethod
    def done_url(cls, place: Any) -> str:
        return reverse("outreach:figure_list")

    @classmethod
    def choices(cls, user: Any, place: Any) -> Mapping[str, Any]:
        rows = FusionProject.objects.visible_to(user, Capability.FUSION_WRITE).exclude(state=FusionState.STOPPED)
        found = list(rows.order_by("pk").values_list("pk", "title", "organisation__short_name"))
        titles = [title for _, title, _ in found]
        return {
            "project": [(pk, f"{title}（{place}）" if titles.count(title) > 1 else title) for pk, title, place in found]
        }

    @classmethod
    def check(cls, user: Any, place: Any, rows: Sequence[Row]) -> Iterator[RowError]:
        for row in rows:
            if (row["now_value"] is None) != (row["now_on"] is None):
                yield RowError(row, "now_on", "现值和现值日期要一起填")

    @classmethod
    def compare(cls, user: Any, place: Any, rows: Sequence[Row]) -> dict[int, Any]:
        known = _known(rows)
        found = {}
        for row in rows:
            figure = known.get((row["project"], row["name"]))
            same = figure is not None and all(getattr(figure, name) == row[name] for name in FIGURE)
            found[row.number] = "new" if figure is None else "same" if same else "changed"
        return found

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        known = _known(rows)
        projects = FusionProject.objects.in_bulk({row["project"] for row in rows})
        for row in rows:
            with refused_at(row):
                figure_save(
                    by=by,
                    project=projects[row["project"]],
                    values=row.values,
                    figure=known.get((row["project"], row["name"])),
                    action="fusion.import",
                )
        return len(rows)


def _known(rows: Sequence[Row]) -> dict[tuple[int, str], FusionFigure]:
    figures = FusionFigure.objects.filter(project__in={row["project"] for row in rows})
    return {(figure.project_id, figure.name): figure for figure in figures}
