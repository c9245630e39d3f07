"""Forms of brands."""

from __future__ import annotations

from typing import Any

from django import forms

from core.calendar import local_today
from core.forms_ui import DateInput
from outreach.choices import BrandState, NamingExclusion
from outreach.forms.rows import RowForm
from outreach.models import Brand
from outreach.policy.brands import BASIS, KEPT_UP, TEXTS


class BrandForm(RowForm):
    """五有: name, emblem in words, meaning, effect; the carrier is the list of tasks on the brand's page."""

    model = Brand
    names = ("name", "slogan", "emblem", "meaning", "business", "effect", "problems", "declared_year")

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        year = local_today().year
        self.fields["declared_year"] = forms.TypedChoiceField(
            label="申报年度", coerce=int, choices=[(each, f"{each}年") for each in range(year + 1, year - 9, -1)],
            initial=year,
        )  # fmt: skip

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in TEXTS}


class BrandTextForm(RowForm):
    model = Brand
    names = TEXTS


class BrandKeepForm(RowForm):
    """Once accepted: only what goes on changing."""

    model = Brand
    names = KEPT_UP


class DecisionForm(forms.Form):
    """An opinion on a day; 认定 asks for its basis beside it (R26)."""

    held_on = forms.DateField(label="日期", widget=DateInput, initial=local_today)
    opinion = forms.CharField(label="意见", max_length=500, widget=forms.Textarea({"rows": 3, "maxlength": 500}))

    def __init__(self, data: Any = None, *, state: str) -> None:
        super().__init__(data)
        if state == BrandState.RECOGNISED:
            self.fields["naming_organ"] = forms.CharField(label="批准机关", max_length=80, required=False)
            self.fields["naming_number"] = forms.CharField(label="批准或认定文号", max_length=60, required=False)
            self.fields["exclusion"] = forms.ChoiceField(
                label="或者：不属于创建示范活动的情形",
                required=False,
                choices=[("", "不选"), *NamingExclusion.choices],
                help_text="有批准文号的不用选。市县级其他党政机关不得开展创建示范活动，没有文号也不属于除外情形的，"
                "停在“验收”，不作认定、不授牌。",
            )

    @property
    def basis(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in BASIS}
