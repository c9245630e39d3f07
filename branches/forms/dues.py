"""What is sent about 党费. Amounts are Decimal; whether they can be is judged by the services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from branches.choices import DuesImportKind, DuesPayer, DuesReliefKind, DuesReliefReason
from branches.models import DuesBase, DuesMonth, DuesRelief
from branches.policy.dues import BaseEntry
from branches.selectors.dues_years import BaseLine
from core.calendar import local_today
from core.forms_ui import DateInput

MONTHS = [(month, f"{month}月") for month in range(1, 13)]
AMOUNT_INPUT = {"inputmode": "decimal", "autocomplete": "off"}


def money_field(label: str, **options: Any) -> forms.DecimalField:
    """Yuan, two places, more than nothing."""
    options.setdefault("min_value", Decimal("0.01"))
    widget = forms.TextInput({**AMOUNT_INPUT, **options.pop("attrs", {})})
    return forms.DecimalField(label=label, max_digits=12, decimal_places=2, widget=widget, **options)


def month_field(label: str, **options: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=MONTHS, coerce=int, **options)


def year_field() -> forms.TypedChoiceField:
    """The years that can still be written."""
    year = local_today().year
    choices = [(each, f"{each}年") for each in (year, year + 1, year - 1)]
    return forms.TypedChoiceField(label="年份", choices=choices, coerce=int)


class BasesForm(forms.Form):
    """Category and base of every member of a branch-year; approved lines have no fields."""

    def __init__(self, *args: Any, lines: Sequence[BaseLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            if not line.is_approved:
                self._add(line)

    def _add(self, line: BaseLine) -> None:
        pk, known = line.member.pk, line.row or line.last
        payer = forms.ChoiceField(
            label=f"{line.member.name}的人员类别",
            choices=DuesPayer.choices,
            initial=known.payer if known else DuesPayer.MONTHLY,
            widget=forms.Select({"class": "form-select"}),
        )
        base = money_field(
            f"{line.member.name}的计算基数",
            required=False,
            min_value=Decimal(0),
            initial=known.base if known and known.base else None,
            attrs={"class": "form-control", "aria-label": f"{line.member.name}的计算基数"},
        )
        payer.widget.attrs["aria-label"] = payer.label
        self.fields[f"payer_{pk}"], self.fields[f"base_{pk}"] = payer, base

    @property
    def rows(self) -> list[tuple[BaseLine, Any, Any]]:
        """Each line with its two fields, None where it is approved."""
        return [
            (line, None, None)
            if line.is_approved
            else (line, self[f"payer_{line.member.pk}"], self[f"base_{line.member.pk}"])
            for line in self.lines
        ]

    def entries(self) -> list[BaseEntry]:
        """What was typed, as the service takes it."""
        data = self.cleaned_data
        ids = [line.member.pk for line in self.lines if not line.is_approved]
        return [BaseEntry(pk, data[f"payer_{pk}"], data[f"base_{pk}"]) for pk in ids]


class ApprovalForm(forms.Form):
    """Everything is approved but the lines that are ticked; ``seen`` says what the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput(), max_length=64)

    def __init__(self, *args: Any, rows: Sequence[DuesBase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bases = rows
        for row in rows:
            name = row.member.name
            self.fields[f"back_{row.pk}"] = forms.BooleanField(
                label=f"退回{name}", required=False, widget=forms.CheckboxInput({"class": "form-check-input"})
            )
            self.fields[f"note_{row.pk}"] = forms.CharField(
                label=f"退回{name}的说明",
                required=False,
                max_length=100,
                widget=forms.TextInput(
                    {"class": "form-control", "placeholder": "退回说明", "aria-label": f"退回{name}的说明"}
                ),
            )

    @property
    def rows(self) -> list[tuple[DuesBase, Any, Any]]:
        return [(row, self[f"back_{row.pk}"], self[f"note_{row.pk}"]) for row in self.bases]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for row in self.bases:
            if data.get(f"back_{row.pk}") and len(data.get(f"note_{row.pk}", "").strip()) < 4:
                self.add_error(f"note_{row.pk}", "请写明退回说明，至少4个字。")
        return data

    def returned(self) -> dict[int, str]:
        data = self.cleaned_data
        return {row.pk: data[f"note_{row.pk}"] for row in self.bases if data[f"back_{row.pk}"]}


class CollectForm(forms.Form):
    """Who paid for the month: all of those who have something left, until somebody is unticked."""

    paid_on = forms.DateField(label="交纳日期", widget=DateInput({"class": "form-control"}))
    members = forms.TypedMultipleChoiceField(
        label="已交纳的党员",
        coerce=int,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        error_messages={"required": "请至少选择一名党员。", "invalid_choice": "名单有变动，请重新核对。"},
    )

    def __init__(self, *args: Any, rows: Sequence[DuesMonth], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paid_on"].initial = local_today()
        members: Any = self.fields["members"]
        members.choices = [(row.member_id, f"{row.member.name}　{row.due - row.paid}元") for row in rows]
        members.initial = [row.member_id for row in rows]


class PayForm(forms.Form):
    """What one member paid: whole months, a part of one, something beyond."""

    months = forms.MultipleChoiceField(
        label="交纳的月份",
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"invalid_choice": "所选月份没有应交的余额，可能刚刚登记过。"},
    )
    amount = money_field("金额（元）", required=False, help_text="留空即按应交数登记；只交了一部分时填写，只能选一个月")
    extra = money_field("自愿多交（元）", required=False, help_text="在应交数之外自愿多交的，记在交纳当月")
    paid_on = forms.DateField(label="交纳日期", widget=DateInput())

    def __init__(self, *args: Any, rows: Sequence[DuesMonth], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paid_on"].initial = local_today()
        months: Any = self.fields["months"]
        months.choices = [
            (f"{row.year}-{row.month}", f"{row.year}年{row.month}月　{row.due - row.paid}元") for row in rows
        ]

    def slots(self) -> list[tuple[int, int]]:
        """(year, month) of each that was chosen."""
        pairs = (text.split("-") for text in self.cleaned_data["months"])
        return [(int(year), int(month)) for year, month in pairs]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="冲正原因",
        max_length=100,
        widget=forms.Textarea({"rows": 2}),
        help_text="至少4个字。原记录和冲正都会保留，并记入审计。",
    )


class BaseChangeForm(forms.Form):
    """Another base from a month on."""

    year = year_field()
    from_month = month_field("从哪个月起")
    payer = forms.ChoiceField(label="人员类别", choices=DuesPayer.choices)
    base = money_field("计算基数（元）", required=False, help_text="学生、下岗失业、低保或抚恤的不填")
    reason = forms.CharField(label="调整原因", max_length=100, help_text="如：岗位调整、退休；不写个人困难情况")

    def __init__(self, *args: Any, known: DuesBase | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"] = year_field()
        self.fields["from_month"].initial = local_today().month
        self.fields["payer"].initial = known.payer if known else None


class ReliefForm(forms.Form):
    """Less, or nothing, for some months: a category, no particulars."""

    year = year_field()
    from_month = month_field("从")
    through_month = month_field("到", initial=12)
    kind = forms.ChoiceField(label="方式", choices=DuesReliefKind.choices, initial=DuesReliefKind.EXEMPT)
    amount = money_field("减免后每月交纳（元）", required=False, help_text="少交的填写；免交的不填")
    reason = forms.ChoiceField(
        label="事由类别", choices=DuesReliefReason.choices, help_text="只选类别，不填写个人困难的具体情况"
    )
    studied_on = forms.DateField(label="支部研究日期", widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"] = year_field()
        self.order_fields(["year", "from_month", "through_month", "kind", "amount", "reason", "studied_on"])


class ReliefDecisionForm(forms.Form):
    decision = forms.ChoiceField(label="办理", choices=[("approve", "批准"), ("refuse", "不批准")])
    note = forms.CharField(label="说明", max_length=100, required=False, help_text="不批准的，请写明原因")


class ReliefEndForm(forms.Form):
    through_month = month_field("减免到哪个月为止")
    note = forms.CharField(label="提前结束的原因", max_length=100)

    def __init__(self, *args: Any, relief: DuesRelief, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months: Any = self.fields["through_month"]
        months.choices = [pair for pair in MONTHS if relief.from_month <= pair[0] < relief.through_month]


class DuesUploadForm(forms.Form):
    """A workbook of bases or payments of a branch-year."""

    kind = forms.ChoiceField(label="内容", choices=DuesImportKind.choices)
    year = year_field()
    file = forms.FileField(
        label="表格文件（xlsx）", widget=forms.ClearableFileInput({"accept": ".xlsx"}), allow_empty_file=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"] = year_field()
        self.order_fields(["kind", "year", "file"])

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        limit = settings.PORTAL["UPLOAD_MAX_MB"]
        if (file.size or 0) > limit * 1024 * 1024:
            raise forms.ValidationError(f"文件超过{limit}MB。")
        return file


@dataclass(frozen=True)
class YearQuery:
    """Year and month of a page, read strictly from the query string."""

    year: int
    month: int

    @classmethod
    def read(cls, raw: Mapping[str, str]) -> YearQuery:
        """What cannot be used falls back to today."""
        today = local_today()
        year = _whole(raw.get("year", ""), 2008, today.year + 1) or today.year
        usual = today.month if year == today.year else 12 if year < today.year else 1
        return cls(year, _whole(raw.get("month", ""), 1, 12) or usual)


def _whole(text: str, least: int, most: int) -> int:
    """The number in the text if it lies between the two, else 0."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0
    return number if least <= number <= most else 0
