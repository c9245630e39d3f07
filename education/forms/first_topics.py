"""Forms of 第一议题: what the log holds is ticked, only the rest is typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from branches.models import Organisation
from core.calendar import local_today
from core.forms_ui import DateInput
from education.forms.materials import PlaceForm
from education.models import FirstTopic, Material
from education.selectors.first_topics import FromLog

ROWS = 3
ROWS_LIMIT = 20


class Checks(forms.CheckboxSelectMultiple):
    """Boxes that a thumb hits."""

    def __init__(self) -> None:
        super().__init__({"class": "form-selectgroup-input"})


class DocumentForm(forms.Form):
    """A text named by hand."""

    title = forms.CharField(label="篇目", max_length=160, required=False)
    source = forms.CharField(label="来源", max_length=80, required=False)
    issued_on = forms.DateField(label="来源日期", required=False, widget=DateInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("title") and (data.get("source") or data.get("issued_on")):
            self.add_error("title", "请写篇目。")
        return data


DocumentFormSet = forms.formset_factory(DocumentForm, extra=ROWS, max_num=ROWS_LIMIT, absolute_max=ROWS_LIMIT)


def document_rows(data: Any, first_topic: FirstTopic | None = None) -> Any:
    """The rows for texts named by hand, those of the record first."""
    typed = first_topic.documents.filter(material=None).order_by("number") if first_topic else ()
    initial = [{"title": row.title, "source": row.source, "issued_on": row.issued_on} for row in typed]
    return DocumentFormSet(data, prefix="doc", initial=initial)


class FirstTopicForm(PlaceForm):
    meeting_name = forms.CharField(label="会议名称", max_length=120, help_text="如：党组会议、工委会议")
    held_on = forms.DateField(label="会议日期", widget=DateInput, initial=local_today)
    leader = forms.CharField(
        label="领学人", max_length=40, widget=forms.TextInput({"list": "present-names", "autocomplete": "off"})
    )
    log_titles = forms.MultipleChoiceField(label="会议记录里写明的篇目", required=False, widget=Checks)
    materials = forms.TypedMultipleChoiceField(label="从学习材料选", required=False, coerce=int, widget=Checks)
    decisions = forms.TypedMultipleChoiceField(
        label="从会议的决议事项带入贯彻措施", required=False, coerce=int, widget=Checks
    )
    documents = forms.CharField(required=False, widget=forms.HiddenInput)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        materials: list[Material],
        log: FromLog | None = None,
        places: QuerySet[Organisation] | None = None,
        first_topic: FirstTopic | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(log, first_topic), places=places)
        known = {material.pk: material.title for material in materials}
        self._choices("materials", list(known.items()))
        self._choices("log_titles", [(title, title) for title in log.titles] if log else [])
        self._choices("decisions", [(row.pk, row.text) for row in log.decisions] if log and not first_topic else [])
        if log is not None or first_topic is not None:
            del self.fields["meeting_name"], self.fields["held_on"]

    def _choices(self, name: str, choices: list[tuple[Any, str]]) -> None:
        if choices:
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields[name]


def _initial(log: FromLog | None, first_topic: FirstTopic | None) -> dict[str, Any]:
    if first_topic:
        named = [row.material_id for row in first_topic.documents.all() if row.material_id]
        return {"leader": first_topic.leader, "revision": first_topic.revision, "materials": named}
    return {"log_titles": list(log.titles)} if log else {}
