"""Full-time Party staff as a share of the staff (机关基层组织工作条例 art. 30; R16)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """``low`` and ``high`` in percent of the staff, None where the rule sets no bound."""

    staff: int | None
    party_staff: int | None
    low: int | None
    high: int | None

    @property
    def percent(self) -> float | None:
        """None where a figure is missing or there is no staff."""
        if not self.staff or self.party_staff is None:
            return None
        return self.party_staff * 100 / self.staff

    @property
    def verdict(self) -> str:
        if self.percent is None:
            return "未登记"
        if self.low is not None and self.percent < self.low:
            return "低于规定"
        if self.high is not None and self.percent > self.high:
            return "高于规定"
        return "符合规定"
