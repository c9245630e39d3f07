"""Forms of vanguard posts and pledges."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from branches.models import Meeting
from core.calendar import local_today
from core.forms_ui import DateInput
from outreach.choices import ItemResult, PledgeCategory
from outreach.forms.rows import People, RowForm, log_field, member_field
from outreach.models import Pledge, VanguardPost, VanguardReview
from outreach.policy.pledges import ItemData, Limits

_DECISION = re.compile(r"decision-(\d{1,18})")
_RESULT = re.compile(r"result-(\d{1,18})-(\d{1,18})")


class PostForm(RowForm):
    model = VanguardPost
    names = ("title", "team", "standard", "shown_on", "valid_until")
    order = ("title", "holder", "team")

    def __init__(self, data: Any = None, *, people: People, row: VanguardPost | None = None) -> None:
        super().__init__(data, row=row, **({"holder": row.holder_id} if row else {"shown_on": local_today()}))
        self.fields["holder"] = member_field("责任人（党员）", people, required=False)
        self.order_fields(self.order)


class ReviewForm(RowForm):
    model = VanguardReview
    names = ("grade", "held_on", "opinion")

    def __init__(self, data: Any = None, *, logs: Iterable[Meeting]) -> None:
        super().__init__(data, held_on=local_today())
        self.fields["meeting"] = log_field("评议的会议", logs, "选了会议的，以会议日期为准。")


class PledgeForm(forms.Form):
    """Up to so many items, each with a category, words and a last day; an item without words is left out."""

    def __init__(
        self, data: Any = None, *, year: int, limits: Limits, pledge: Pledge | None = None, people: People | None = None
    ) -> None:
        super().__init__(data)
        if people is not None:
            self.fields["member"] = member_field("党员", people)
        items = list(pledge.items.all()) if pledge else []
        self.numbers = range(1, limits.most + 1)
        for number in self.numbers:
            item = items[number - 1] if number <= len(items) else None
            self._add(number, item, date(year, 12, 31))

    def _add(self, number: int, item: Any, last: date) -> None:
        made = {
            "content": forms.CharField(
                label=f"第{number}条：承诺内容",
                required=number == 1,
                max_length=200,
                widget=forms.Textarea({"rows": 2, "maxlength": 200}),
                initial=item.content if item else "",
            ),
            "category": forms.ChoiceField(
                label=f"第{number}条：类别",
                choices=PledgeCategory.choices,
                initial=item.category if item else PledgeCategory.WORK,
            ),
            "due_on": forms.DateField(
                label=f"第{number}条：完成时限", widget=DateInput, initial=item.due_on if item else last
            ),
        }
        self.fields |= {f"{name}_{number}": field for name, field in made.items()}

    @property
    def groups(self) -> list[list[forms.BoundField]]:
        return [[self[f"{name}_{number}"] for name in ("content", "category", "due_on")] for number in self.numbers]

    @property
    def items(self) -> list[ItemData]:
        """The items with words; to be asked only of a valid form."""
        data = self.cleaned_data
        return [
            ItemData(data[f"category_{number}"], data[f"content_{number}"].strip(), data[f"due_on_{number}"])
            for number in self.numbers
            if data[f"content_{number}"].strip()
        ]


class ProgressForm(forms.Form):
    """How each item goes, in the member's own words."""

    def __init__(self, data: Any = None, *, pledge: Pledge) -> None:
        super().__init__(data)
        for item in pledge.items.all():
            self.fields[f"progress_{item.pk}"] = forms.CharField(
                label=f"{item.number}．{item.content}",
                help_text=f"{item.get_category_display()}，{item.due_on:%Y年%-m月%-d日}前",
                required=False,
                max_length=300,
                widget=forms.Textarea({"rows": 2, "maxlength": 300}),
                initial=item.progress,
            )

    @property
    def texts(self) -> dict[int, str]:
        return {int(name.partition("_")[2]): text for name, text in self.cleaned_data.items()}


class PledgeReviewForm(forms.Form):
    """decision-<pledge>: agree or return, reason-<pledge>: why; those without a decision wait on."""

    def decisions(self) -> dict[int, str | None]:
        found: dict[int, str | None] = {}
        for name, value in self.data.items():
            if (match := _DECISION.fullmatch(name)) and value in ("agree", "return"):
                reason = str(self.data.get(f"reason-{match[1]}", ""))[:200]
                found[int(match[1])] = None if value == "agree" else reason
        return found


class JudgeForm(forms.Form):
    """result-<pledge>-<item>; a pledge of which nothing was chosen waits on."""

    held_on = forms.DateField(label="评诺日期", widget=DateInput, initial=local_today)

    def __init__(self, data: Any = None, *, logs: Iterable[Meeting]) -> None:
        super().__init__(data)
        self.fields["meeting"] = log_field("评诺的会议", logs, "选了会议的，以会议日期为准。")

    def results(self) -> dict[int, dict[int, str]]:
        found: dict[int, dict[int, str]] = {}
        for name, value in self.data.items():
            if (match := _RESULT.fullmatch(name)) and value in ItemResult.values:
                found.setdefault(int(match[1]), {})[int(match[2])] = str(value)
        return found
