"""Which year the 工作手册 is of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

#: The month until which last year's booklet is usually wanted (domain.md §14.1: handed in in January).
HANDED_IN_BY = 2


class HandbookForm(forms.Form):
    """A year of those in which the branch stood; early in a year the one before, whose booklet is handed in then."""

    year = forms.TypedChoiceField(
        label="年度",
        coerce=int,
        error_messages={"invalid_choice": "没有这个年度的记录，请从列表中选择。", "required": "请选择年度。"},
    )

    def __init__(self, *args: Any, years: Sequence[int], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(year, f"{year}年" + ("（未结束）" if year == today.year else "")) for year in years]
        self.fields["year"].choices = choices  # type: ignore[attr-defined]
        if today.month <= HANDED_IN_BY and today.year - 1 in years:
            self.fields["year"].initial = today.year - 1
