"""Forms of study materials."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db.models import QuerySet

from branches.models import Organisation
from core.forms_ui import DateInput
from education.choices import MaterialCategory
from education.models import Material

WEB = URLValidator(["http", "https"], message="请填写以 http:// 或 https:// 开头的网址。")


class PlaceForm(forms.Form):
    """For whom one acts: asked only where there is a choice."""

    organisation: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label="党组织", error_messages={"invalid_choice": "没有这个党组织，或不在您的范围内。"}
    )

    def __init__(self, *args: Any, places: QuerySet[Organisation] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if places is None:
            del self.fields["organisation"]
            return
        field: Any = self.fields["organisation"]
        field.queryset = places
        field.label_from_instance = lambda place: place.short_name
        known = list(places[:2])
        if len(known) == 1:
            field.initial, field.widget = known[0].pk, forms.HiddenInput()


class MaterialForm(PlaceForm):
    title = forms.CharField(label="标题", max_length=160)
    category = forms.ChoiceField(label="类别", choices=MaterialCategory.choices)
    issuer = forms.CharField(label="制发机关或作者", max_length=80, required=False)
    document_number = forms.CharField(label="文号", max_length=60, required=False)
    issued_on = forms.DateField(label="成文日期", required=False, widget=DateInput)
    link = forms.CharField(
        label="网址", max_length=300, required=False, validators=[WEB], widget=forms.URLInput,
        help_text="原文所在的网页；没有的，写出处。",
    )  # fmt: skip
    reference = forms.CharField(
        label="出处", max_length=160, required=False, help_text="如：《××读本》第3—8页；机关文件柜第2格"
    )
    note = forms.CharField(label="说明", max_length=300, required=False, widget=forms.Textarea({"rows": 2}))
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    FIELDS = ("title", "category", "issuer", "document_number", "issued_on", "link", "reference", "note")

    def __init__(
        self, data: Any = None, *, material: Material | None = None, places: QuerySet[Organisation] | None = None
    ) -> None:
        initial = {name: getattr(material, name) for name in (*self.FIELDS, "revision")} if material else None
        super().__init__(data, initial=initial, places=places)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.FIELDS}


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea({"rows": 2}))
