"""Filters of a ledger: each reads its own GET parameters strictly, narrows the rows, and says what it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import escape
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString, mark_safe

from core.search import contains

Where = Callable[[QuerySet[Any], Any], QuerySet[Any]]
Choices = Iterable[tuple[Any, Any]]

TEXT_LIMIT = 50
YEARS = range(1900, 2101)
PERSONAL_NUMBER = re.compile(r"\d{17}[\dXx]|1[3-9]\d{9}")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class FilterError(ValueError):
    """A parameter that cannot be used; the message (Chinese) is shown above the table."""


@dataclass(frozen=True)
class Filter:
    """Base of all filters; subclass it for a filter of your own.

    name: GET parameter; label: Chinese label; where: replaces the filter's own narrowing, `where(queryset, value)`.
    A subclass gives `clean` (None = not in use; FilterError = message) and `narrow`; the rest has defaults.
    """

    name: str
    label: str

    template: ClassVar[str] = "core/_ledger_filter_text.html"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The GET parameters that this filter reads."""
        return (self.name,)

    def clean(self, raw: Mapping[str, str], user: Any) -> Any:
        """The usable value of `raw` (stripped strings by parameter), None when not in use, or FilterError."""
        return raw.get(self.name) or None

    def narrow(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """The rows that remain under `value`, as cleaned."""
        raise NotImplementedError

    def describe(self, value: Any) -> str:
        """The value in words, for the chip, the audit trail and the job's title."""
        return str(value)

    def dump(self, value: Any) -> dict[str, str]:
        """The value as GET parameters again, for links and background jobs."""
        return {self.name: str(value)}

    def widget(self, raw: Mapping[str, str], value: Any, user: Any) -> dict[str, Any]:
        """What `template` finds in `field`, beside name and label."""
        return {"text": raw.get(self.name, "")}


@dataclass(frozen=True)
class ChoiceFilter(Filter):
    """One of a few choices: ChoiceFilter("kind", "类型", "kind", MeetingKind.choices).

    choices: pairs, or a callable choices(user) -> pairs. A value outside them is refused.
    """

    field: str = ""
    choices: Choices | Callable[[Any], Choices] = ()
    where: Where | None = None
    any_label: str = "全部"

    template: ClassVar[str] = "core/_ledger_filter_choice.html"

    def options(self, user: Any) -> list[tuple[str, str, Any]]:
        """(parameter value, label, stored value) of each choice."""
        pairs = self.choices(user) if callable(self.choices) else self.choices
        return [(str(value), str(label), value) for value, label in pairs if value not in (None, "")]

    def clean(self, raw: Mapping[str, str], user: Any) -> Any:
        wanted = raw.get(self.name, "")
        if not wanted:
            return None
        for parameter, label, value in self.options(user):
            if parameter == wanted:
                return Choice(value, label)
        raise FilterError(f"“{self.label}”没有这个选项，已忽略。")

    def narrow(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if self.where:
            return self.where(queryset, value.value)
        return queryset.filter(**{self.field or self.name: value.value})

    def describe(self, value: Any) -> str:
        return str(value.label)

    def dump(self, value: Any) -> dict[str, str]:
        return {self.name: str(value.value)}

    def widget(self, raw: Mapping[str, str], value: Any, user: Any) -> dict[str, Any]:
        chosen = str(value.value) if value else ""
        return {"options": options_html(self.any_label, self.options(user), chosen)}


def options_html(any_label: str, options: Iterable[tuple[str, str, Any]], chosen: str) -> SafeString:
    """The options of a select, "any" first; joined here, as a template loop costs more than the rows."""
    made = [f'<option value="">{escape(any_label)}</option>']
    for parameter, label, _ in options:
        mark = " selected" if parameter == chosen else ""
        made.append(f'<option value="{escape(parameter)}"{mark}>{escape(label)}</option>')
    return mark_safe("".join(made))  # noqa: S308  # every part was escaped


@dataclass(frozen=True)
class Choice:
    """A chosen option: the stored value and its label."""

    value: Any
    label: str


@dataclass(frozen=True)
class BooleanFilter(ChoiceFilter):
    """是 or 否: BooleanFilter("late", "补录", "is_late"). yes / no: the two labels."""

    yes: str = "是"
    no: str = "否"

    def options(self, user: Any) -> list[tuple[str, str, Any]]:
        return [("1", self.yes, True), ("0", self.no, False)]

    def dump(self, value: Any) -> dict[str, str]:
        return {self.name: "1" if value.value else "0"}

    def widget(self, raw: Mapping[str, str], value: Any, user: Any) -> dict[str, Any]:
        chosen = self.dump(value)[self.name] if value else ""
        return {"options": options_html(self.any_label, self.options(user), chosen)}


@dataclass(frozen=True)
class DateRangeFilter(Filter):
    """From day to day, both included: DateRangeFilter("held", "日期", "held_on") reads held_from and held_to.

    moment: the field is a DateTimeField; days are then local days.
    """

    field: str = ""
    moment: bool = False

    template: ClassVar[str] = "core/_ledger_filter_dates.html"

    @property
    def parameters(self) -> tuple[str, ...]:
        return (f"{self.name}_from", f"{self.name}_to")

    def clean(self, raw: Mapping[str, str], user: Any) -> Any:
        first, last = (self._day(raw.get(parameter, "")) for parameter in self.parameters)
        if first and last and first > last:
            raise FilterError(f"“{self.label}”的起始日期晚于截止日期，已忽略。")
        return (first, last) if first or last else None

    def _day(self, text: str) -> date | None:
        if not text:
            return None
        try:
            day = parse_date(text) if ISO_DAY.fullmatch(text) else None
        except ValueError:  # 2026-02-30
            day = None
        if day is None or day.year not in YEARS:
            raise FilterError(f"“{self.label}”的日期不正确，应为 2026-07-01 这样的格式，已忽略。")
        return day

    def narrow(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        first, last = value
        field = self.field or self.name
        if first:
            queryset = queryset.filter(**{f"{field}__gte": self._starts(first)})
        if last:
            queryset = queryset.filter(**{f"{field}__lt": self._starts(last + timedelta(days=1))})
        return queryset

    def _starts(self, day: date) -> date | datetime:
        return timezone.make_aware(datetime.combine(day, time.min)) if self.moment else day

    def describe(self, value: Any) -> str:
        first, last = value
        if first and last:
            return f"{first} 至 {last}"
        return f"{first} 起" if first else f"{last} 止"

    def dump(self, value: Any) -> dict[str, str]:
        return {name: day.isoformat() for name, day in zip(self.parameters, value, strict=True) if day}

    def widget(self, raw: Mapping[str, str], value: Any, user: Any) -> dict[str, Any]:
        first, last = self.parameters
        return {"first": first, "last": last, "first_text": raw.get(first, ""), "last_text": raw.get(last, "")}


@dataclass(frozen=True)
class TextFilter(Filter):
    """Words: TextFilter("q", "搜索", ("title", "place")), or with a search of your own: where=search(queryset, text).

    Every word (split at spaces) must occur in one of the fields. Numbers of a person (ID card, mobile phone) are
    refused unless personal_numbers=True: a GET parameter ends up in logs.
    """

    fields: tuple[str, ...] = ()
    where: Where | None = None
    placeholder: str = ""
    max_length: int = TEXT_LIMIT
    personal_numbers: bool = False

    def clean(self, raw: Mapping[str, str], user: Any) -> Any:
        text = raw.get(self.name, "")
        if CONTROL.search(text):
            raise FilterError(f"“{self.label}”含有不能识别的字符，已忽略。")
        if len(text) > self.max_length:
            raise FilterError(f"“{self.label}”最多 {self.max_length} 个字，已忽略。")
        if not self.personal_numbers and PERSONAL_NUMBER.fullmatch(text):
            raise FilterError(f"为保护个人信息，“{self.label}”不支持按身份证号或手机号查找，已忽略。")
        return " ".join(text.split()) or None

    def narrow(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if self.where:
            return self.where(queryset, value)
        for word in value.split():
            found = Q()
            for field in self.fields or (self.name,):
                found |= Q(**{f"{field}__{contains(word)}": word})
            queryset = queryset.filter(found)
        return queryset

    def widget(self, raw: Mapping[str, str], value: Any, user: Any) -> dict[str, Any]:
        return {"text": raw.get(self.name, ""), "placeholder": self.placeholder, "max_length": self.max_length}


@dataclass(frozen=True)
class AutocompleteFilter(Filter):
    """One of thousands, found by typing; the choices are never put in the page.

    AutocompleteFilter("org", "党组织", "organisation", url="branches:organisation_autocomplete",
                       source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
                       path_field="organisation__path")

    source: source(user) -> queryset of what this reader may choose; anything else is refused like what does not exist.
    field: compared with the chosen pk. path_field: instead, everything below the chosen node (prefix of its `path`).
    label_field: field of the chosen object shown to the reader. Without JavaScript its exact text may be typed.
    """

    field: str = ""
    url: str = ""
    source: Callable[[Any], QuerySet[Any]] | None = None
    path_field: str = ""
    label_field: str = "name"
    node_path: str = "path"
    where: Where | None = None
    placeholder: str = "输入名称查找"

    template: ClassVar[str] = "core/_ledger_filter_autocomplete.html"

    def clean(self, raw: Mapping[str, str], user: Any) -> Any:
        wanted = raw.get(self.name, "")
        if not wanted:
            return None
        if self.source is None:
            raise NotImplementedError(f"{self.name}: source= is missing")
        rows = self._matching(self.source(user), wanted)
        found = list(rows.values_list("pk", self.label_field, self.node_path if self.path_field else "pk")[:2])
        if len(found) != 1:
            reason = "有多个同名项，请从列表中选择" if found else "没有找到，或不在您的查看范围内"
            raise FilterError(f"“{self.label}”{reason}，已忽略。")
        return Picked(*found[0])

    def _matching(self, queryset: QuerySet[Any], wanted: str) -> QuerySet[Any]:
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
            return queryset.filter(pk=int(wanted))
        if CONTROL.search(wanted) or len(wanted) > 100:
            return queryset.none()
        return queryset.filter(**{self.label_field: wanted})

    def narrow(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if self.where:
            return self.where(queryset, value)
        if self.path_field:
            return queryset.filter(**{f"{self.path_field}__startswith": value.path})
        return queryset.filter(**{self.field or self.name: value.pk})

    def describe(self, value: Any) -> str:
        return str(value.label)

    def dump(self, value: Any) -> dict[str, str]:
        return {self.name: str(value.pk)}

    def widget(self, raw: Mapping[str, str], value: Any, user: Any) -> dict[str, Any]:
        return {
            "url": self.url,
            "placeholder": self.placeholder,
            "value": str(value.pk) if value else raw.get(self.name, ""),
            "text": str(value.label) if value else raw.get(self.name, ""),
        }


@dataclass(frozen=True)
class Picked:
    """What an AutocompleteFilter found."""

    pk: Any
    label: str
    path: Any
