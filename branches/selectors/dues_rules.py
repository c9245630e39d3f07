"""Reads of the dues rules: which is in force on a day, and as a tariff to compute with."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from branches.models import DuesRule
from branches.policy.dues import Band, Tariff


def rules_in_force(day: date) -> dict[str, DuesRule]:
    """The rule of each category on that day, by category, with its bands. Two queries."""
    rows = DuesRule.objects.filter(valid_from__lte=day).filter(Q(valid_until=None) | Q(valid_until__gt=day))
    return {rule.payer: rule for rule in rows.prefetch_related("bands").order_by("valid_from", "pk")}


def rules_all() -> list[DuesRule]:
    """Every rule with its bands, as the page of rules shows them."""
    return list(DuesRule.objects.prefetch_related("bands").order_by("-valid_from", "pk"))


def tariff_of(rule: DuesRule) -> Tariff:
    """The rule as a tariff; bands by rate, which is their order."""
    bands = sorted(rule.bands.all(), key=lambda band: band.rate)
    return Tariff(tuple(Band(band.up_to, band.rate) for band in bands), rule.lowest, rule.highest)


def tariff_words(rule: DuesRule) -> list[str]:
    """The tariff in words, a line a band."""
    tariff = tariff_of(rule)
    if not tariff.bands:
        low, high = tariff.lowest, tariff.highest
        return [f"每月{low:f}元" if low == high else f"每月{low:f}元至{high:f}元"]
    lines, below = [], None
    for band in tariff.bands:
        over = f"超过{below:.0f}元" if below is not None else ""
        upto = f"{band.up_to:.0f}元（含）以下" if band.up_to is not None else ""
        lines.append(f"{'、'.join(part for part in (over, upto) if part)}：{percent_words(band.rate)}")
        below = band.up_to
    return lines


def percent_words(rate: object) -> str:
    """0.0050 as 0.5%."""
    return f"{float(str(rate)) * 100:.2f}".rstrip("0").rstrip(".") + "%"
