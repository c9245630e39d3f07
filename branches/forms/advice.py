"""The filters of the advice list, read strictly: what cannot be used is told in ``errors`` and left out."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.models import User
from accounts.roles import Capability
from branches.choices import AdviceLevel
from branches.models import Organisation
from branches.selectors.advice import AdviceQuery

TEXT_LIMIT = 50
PAGE_SIZE = 50


class AdviceFilters:
    """What stands in the query string: rule, level, org, q, page."""

    def __init__(self, user: User, raw: Mapping[str, str], rules: Mapping[str, str]) -> None:
        self.user, self.raw, self.rules = user, raw, rules
        self.errors: list[str] = []
        self.code = self._choice("rule", rules, "规则")
        self.level = self._choice("level", self.levels, "程度")
        self.place = self._place(raw.get("org", "").strip())
        self.text = self._text(raw.get("q", ""))
        self.page = max(self._number(raw.get("page", ""), 6), 1)

    @property
    def levels(self) -> dict[str, str]:
        return dict(AdviceLevel.choices)

    @property
    def query(self) -> AdviceQuery:
        return AdviceQuery(self.code, self.level, self.place.path if self.place else "", self.text)

    def params(self, **changes: str) -> dict[str, str]:
        """The usable parameters, for links to the same rows."""
        place = str(self.place.pk) if self.place else ""
        own = {"rule": self.code, "level": self.level, "org": place, "q": self.text}
        return {name: value for name, value in {**own, **changes}.items() if value}

    def words(self) -> dict[str, str]:
        """The filters in use in words, for the audit trail."""
        place = self.place.short_name if self.place else ""
        told = {"规则": self.code, "程度": self.levels.get(self.level, ""), "党组织": place, "搜索": self.text}
        return {name: value for name, value in told.items() if value}

    def _choice(self, name: str, choices: Mapping[str, str], label: str) -> str:
        wanted = self.raw.get(name, "").strip()
        if wanted not in ("", *choices):
            self.errors.append(f"“{label}”没有这个选项，已忽略。")
            return ""
        return wanted

    def _place(self, wanted: str) -> Organisation | None:
        if not wanted:
            return None
        rows = Organisation.objects.visible_to(self.user, Capability.BRANCH_VIEW)
        found: Organisation | None = rows.filter(pk=self._number(wanted, 18)).first()
        if found is None:
            self.errors.append("没有这个党组织，或不在您的查看范围内，已忽略。")
        return found

    def _text(self, raw: str) -> str:
        text = " ".join(raw.split())
        if len(text) > TEXT_LIMIT or not text.isprintable():
            self.errors.append(f"搜索的文字不能超过 {TEXT_LIMIT} 个字，也不能含有特殊字符，已忽略。")
            return ""
        return text

    @staticmethod
    def _number(raw: str, digits: int) -> int:
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= digits else 0
