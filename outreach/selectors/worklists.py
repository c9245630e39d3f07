"""The mechanisms of this wing that run a worklist: creation plans of brands, plans of postings, fusion projects."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from branches.services.worklists import WorklistSource
from outreach.models import Brand, FusionProject, VillagePosting


def _page(model: type[Any], url_name: str, list_name: str, worklist: int) -> str:
    pk = model.objects.filter(worklist=worklist).values_list("pk", flat=True).first()
    return reverse(url_name, args=[pk]) if pk else reverse(list_name)


WORKLISTS = (
    WorklistSource(
        name="outreach.brand",
        label="品牌创建计划",
        rule="S01",
        url=lambda worklist: _page(Brand, "outreach:brand_detail", "outreach:brand_list", worklist),
    ),
    WorklistSource(
        name="outreach.posting",
        label="驻村帮扶计划",
        rule="S05",
        url=lambda worklist: _page(VillagePosting, "outreach:posting_detail", "outreach:posting_list", worklist),
    ),
    WorklistSource(
        name="outreach.fusion",
        label="融合项目清单",
        rule="S07",
        url=lambda worklist: _page(FusionProject, "outreach:fusion_detail", "outreach:fusion_list", worklist),
    ),
)
