"""The filters of the matrix, and the reason of a waiver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django import forms

from accounts.models import User
from accounts.roles import Capability
from branches.models import Organisation
from branches.selectors.obligation_matrix import MatrixQuery, periods_to_choose, places_within
from branches.selectors.obligation_rules import rule_titles
from core.calendar import local_today
from core.periods import Freq, Period, parse_period, period_of

STATES = {"": "全部", "behind": "有未完成的", "overdue": "有逾期的"}
TEXT_LIMIT = 50


class MatrixFilters:
    """What stands in the query string, read strictly: what cannot be used is told in ``errors`` and left out."""

    def __init__(self, user: User, raw: Mapping[str, str]) -> None:
        self.user, self.raw = user, raw
        self.errors: list[str] = []
        self.today = local_today()
        self.period = self._period(raw.get("period", "").strip().upper())
        self.place = self._place(raw.get("unit", "").strip())
        self.rules = rule_titles()
        self.rule = self._choice("rule", self.rules, "应做事项")
        self.state = self._choice("state", STATES, "状态")
        self.text = self._text(raw.get("q", ""))

    def query(self) -> MatrixQuery:
        everything = self.user.scope(Capability.OBLIGATION_LIST).everything
        narrowed = bool(self.place or self.state or self.text)
        by_unit = everything and not narrowed and self.raw.get("view") != "branches"
        query = MatrixQuery(
            self.period, by_unit, self.place, self.rule, self.state, self.text, self._number(self.raw.get("page", "1"))
        )
        return query if self.raw.get("all") != "1" and not by_unit else replace(query, size=None)

    @property
    def periods(self) -> list[Period]:
        known = periods_to_choose(self.today)
        return known if self.period in known else [self.period, *known]

    @property
    def states(self) -> dict[str, str]:
        return STATES

    def params(self, **changes: str) -> dict[str, str]:
        """The usable parameters, for links to the same rows."""
        place = str(self.place.pk) if self.place else ""
        view = "branches" if self.raw.get("view") == "branches" else ""
        own = {"period": self.period.code, "view": view, "unit": place, "rule": self.rule, "state": self.state}
        return {name: value for name, value in {**own, "q": self.text, **changes}.items() if value}

    def _period(self, code: str) -> Period:
        default = period_of(self.today, Freq.QUARTER)
        if not code:
            return default
        try:
            period = parse_period(code)
        except ValueError:
            period = None
        if period is None or period.freq is Freq.MONTH:
            self.errors.append(f"没有“{code[:12]}”这个季度或年度，已按{default.title}显示。应写成 2026Q3 或 2026。")
            return default
        return period

    def _place(self, wanted: str) -> Organisation | None:
        if not wanted:
            return None
        number = self._number(wanted, default=0, digits=18)
        found: Organisation | None = places_within(self.user).filter(pk=number).first()
        if found is None:
            self.errors.append("没有这个党组织，或不在您的查看范围内，已忽略。")
        return found

    def _choice(self, name: str, choices: Mapping[str, str], label: str) -> str:
        wanted = self.raw.get(name, "").strip()
        if wanted not in ("", *choices):
            self.errors.append(f"“{label}”没有这个选项，已忽略。")
            return ""
        return wanted

    def _text(self, raw: str) -> str:
        text = " ".join(raw.split())
        if len(text) > TEXT_LIMIT or not text.isprintable():
            self.errors.append(f"搜索的文字不能超过 {TEXT_LIMIT} 个字，也不能含有特殊字符，已忽略。")
            return ""
        return text

    @staticmethod
    def _number(raw: str, default: int = 1, digits: int = 6) -> int:
        return int(raw) or default if raw.isascii() and raw.isdigit() and len(raw) <= digits else default


class WaiverForm(forms.Form):
    """Why this is not asked of the branch this time. Length and the rest are judged by the service."""

    reason = forms.CharField(
        label="减免原因",
        max_length=200,
        widget=forms.Textarea({"rows": 3}),
        help_text="写明事由和依据，例如“支部换届筹备，经机关党委同意”。原因会记入审计。",
    )
