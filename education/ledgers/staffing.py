"""Full-time Party staff by unit beside the rule (R16), from the figures that the organisations hold already (N6)."""

from __future__ import annotations

from typing import Any

from django.db.models import F, FloatField, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, NullIf

from accounts.roles import Capability
from branches.choices import OrganisationKind, OrganisationStatus
from branches.models import Organisation
from core.calendar import local_today
from core.ledgers import ChoiceFilter, Column, Ledger, TextFilter
from education.policy.staffing import Share
from education.selectors.staffing import staffing_rule

VERDICTS = [("within", "符合规定"), ("low", "低于规定"), ("high", "高于规定"), ("unknown", "未登记")]
TONES = {"符合规定": "done", "低于规定": "info", "高于规定": "info", "未登记": "due"}


def _percent(*figures: int | None) -> str:
    share = Share(*figures).percent
    return "" if share is None else f"{share:.2f}%"


def _verdict(*figures: int | None) -> str:
    return Share(*figures).verdict


def _tone(*figures: int | None) -> str:
    return TONES[Share(*figures).verdict]


def _with_verdict(queryset: QuerySet[Any], verdict: str) -> QuerySet[Any]:
    unknown = Q(staff_count=None) | Q(party_staff_count=None) | Q(staff_count=0)
    low = Q(share__lt=F("low"))
    high = Q(share__gt=F("high"))
    return {
        "unknown": queryset.filter(unknown),
        "low": queryset.exclude(unknown).filter(low),
        "high": queryset.exclude(unknown).filter(high),
        "within": queryset.exclude(unknown).exclude(low).exclude(high),
    }[verdict]


FIGURES = ("staff_count", "party_staff_count", "low", "high")


class StaffingLedger(Ledger):
    slug = "party-staffing"
    title = "专职党务工作人员"
    empty = "没有单位"
    capability = Capability.TRAINING_RECORD
    export_url = "education:staffing_export"
    columns = (
        Column("name", "单位", "short_name", link="branches:organisation_detail", width=28),
        Column("staff_count", "工作人员数", kind="number", width=12),
        Column("party_staff_count", "专职党务工作人员数", kind="number", width=18),
        Column("share", "占比", FIGURES, text=_percent, width=10),
        Column("verdict", "情况", FIGURES, text=_verdict, badge=_tone, width=12),
    )
    filters = (
        ChoiceFilter("verdict", "情况", choices=VERDICTS, where=_with_verdict),
        TextFilter("q", "搜索", ("short_name", "name"), placeholder="单位名称"),
    )
    order = ("path",)

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        rule = staffing_rule(local_today())
        rows = Organisation.objects.visible_to(user, cls.capability).order_by()
        units = rows.filter(kind=OrganisationKind.UNIT, status=OrganisationStatus.ACTIVE)
        staff = NullIf(F("staff_count"), Value(0))
        share = Cast("party_staff_count", FloatField()) * 100.0 / staff
        return units.annotate(
            low=Value(rule.minimum if rule else None, output_field=IntegerField()),
            high=Value(rule.maximum if rule else None, output_field=IntegerField()),
            share=share,
        )
