"""The fields that single kinds of organisation life have of their own, within the page of minutes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from branches.choices import HeldAs, LecturerPost, MeetingKind
from branches.policy.meeting_kinds import (
    ASSEMBLY,
    DETAIL_FIELDS,
    JOINT_KINDS,
    KIND_NOTES,
    LIFE_MEETING,
    DetailData,
    audience,
    detail_fields,
)
from core.forms_ui import DateInput

DETAIL_NAMES = detail_fields(DETAIL_FIELDS)
_LABELS = dict(MeetingKind.choices)


class DetailForm(forms.Form):
    """Every field of ``DetailData``; none is required. Which are shown follows from what the log counts as."""

    lecture_topic = forms.CharField(label="党课题目", required=False, max_length=120)
    lecturer = forms.CharField(label="讲课人", required=False, max_length=40)
    lecturer_post = forms.ChoiceField(label="讲课人身份", required=False, choices=[("", "不填"), *LecturerPost.choices])
    lecture_hours = forms.DecimalField(
        label="学时",
        required=False,
        max_digits=4,
        decimal_places=1,
        widget=forms.TextInput({"inputmode": "decimal", "placeholder": "如 1.5"}),
    )
    theme = forms.CharField(label="党日主题", required=False, max_length=120)
    theme_preset = forms.BooleanField(label="主题由支部事先研究确定", required=False)
    with_study = forms.BooleanField(label="集中学习", required=False)
    with_life = forms.BooleanField(label="过组织生活", required=False)
    with_deliberation = forms.BooleanField(label="民主议事", required=False)
    with_service = forms.BooleanField(label="志愿服务", required=False)
    held_as = forms.ChoiceField(
        label="召开形式", required=False, choices=[("", "支部党员大会（全体党员）"), *HeldAs.choices[1:]]
    )
    studied_on = forms.DateField(label="会前学习", required=False, widget=DateInput)
    talked_on = forms.DateField(label="会前谈心谈话", required=False, widget=DateInput)
    consulted_on = forms.DateField(label="会前征求意见", required=False, widget=DateInput)
    criticised = forms.BooleanField(label="开展了批评和自我批评", required=False)

    content: dict[str, Any]

    @property
    def kind_now(self) -> str:
        raise NotImplementedError

    @property
    def kinds_now(self) -> list[str]:
        """The kind that the page shows and those ticked beside it."""
        raise NotImplementedError

    @property
    def audience_now(self) -> str:
        """Who should come, as far as the page tells."""
        return audience(self.kind_now, str(self.content.get("held_as") or ""))

    @property
    def detail_parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """For each kind on the page that has fields of its own: its name and these fields."""
        kinds = [kind for kind in DETAIL_FIELDS if kind in self.kinds_now]
        return [(_LABELS[kind], [self[name] for name in self._shown(kind)]) for kind in kinds]

    def _shown(self, kind: str) -> Iterable[str]:
        """Within an assembly the 组织生活会 has its form already."""
        return [name for name in DETAIL_FIELDS[kind] if name != "held_as" or self.kind_now == LIFE_MEETING]

    @property
    def kept_details(self) -> list[tuple[str, str]]:
        """What was typed for kinds not on the page now: carried along, so that changing back loses nothing."""
        shown = {field.name for _, part in self.detail_parts for field in part}
        return [
            (name, str(self.content[name])) for name in DETAIL_NAMES if name not in shown and self.content.get(name)
        ]

    @property
    def kind_notes(self) -> list[str]:
        """One sentence from the rules for each kind on the page that has one."""
        return [KIND_NOTES[kind] for kind in self.kinds_now if kind in KIND_NOTES]

    @property
    def may_be_joint(self) -> bool:
        return JOINT_KINDS.issuperset(self.kinds_now)

    @property
    def guests_now(self) -> tuple[int, ...]:
        """The other branches ticked on the page, by id; none where the kind is each branch's own."""
        chosen = {int(pk) for pk in self.content.get("guests") or () if _is_id(str(pk))}
        return tuple(sorted(chosen)) if self.may_be_joint else ()

    def detail_data(self) -> DetailData:
        """The details as a value; to be asked only of a valid form."""
        values = {name: self.cleaned_data[name] for name in DETAIL_NAMES}
        if values["held_as"] == ASSEMBLY:
            values["held_as"] = ""
        return DetailData(**values)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
