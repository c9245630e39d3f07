"""The law of the wing: no model and no form has a field for persons talked to, contents, clues or cases."""

import importlib
import inspect
import pkgutil
import re

from django import forms
from django.apps import apps

import discipline.forms
from branches.models import Meeting, Member
from discipline.forms.integrity import IntegrityTalkForm
from discipline.models import CommitteeQuarter, IntegrityTalk

TELLING = re.compile(
    r"线索|案卷|案情|当事人|被谈话|谈话对象|谈话内容|谈话人|违纪人|被处分|姓名|身份|承诺|审查|举报|检举|信访|提纲|检讨|阅读"
)
SUSPECT = re.compile(r"clue|case_file|suspect|offender|talked_to|person|content|outline|promise|accused|reader")


def test_no_model_has_such_a_column():
    for model in apps.get_app_config("discipline").get_models():
        for field in model._meta.get_fields():
            if field.auto_created:
                continue
            assert not SUSPECT.search(field.name), f"{model.__name__}.{field.name}"
            assert not TELLING.search(str(field.verbose_name)), f"{model.__name__}.{field.verbose_name}"
            assert field.related_model is not Member, f"{model.__name__}.{field.name}"


def test_no_form_has_such_a_field():
    found = 0
    for module in pkgutil.iter_modules(discipline.forms.__path__):
        for _, form in inspect.getmembers(importlib.import_module(f"discipline.forms.{module.name}"), inspect.isclass):
            if not issubclass(form, forms.BaseForm) or not form.__module__.startswith("discipline"):
                continue
            found += 1
            for name, field in form.base_fields.items():
                assert not SUSPECT.search(name), f"{form.__name__}.{name}"
                assert not TELLING.search(str(field.label)), f"{form.__name__}.{field.label}"
                assert not isinstance(field, forms.FileField), "no files: a case file must have no way in"
    assert found > 10


def test_talks_are_a_type_a_day_and_a_number():
    asked = {"kind", "held_on", "count"}
    assert set(IntegrityTalkForm.base_fields) == asked
    columns = {field.name for field in IntegrityTalk._meta.concrete_fields}
    assert columns == {"id", "organisation", "by", "created_at", *asked}


def test_the_quarter_is_numbers_alone():
    texts = [
        field
        for field in CommitteeQuarter._meta.concrete_fields
        if field.get_internal_type() in ("CharField", "TextField")
    ]
    assert texts == []


def test_attendance_of_a_conference_is_three_counts():
    conference = apps.get_model("discipline", "WarningConference")
    assert {field.name for field in conference._meta.many_to_many} == {"units", "circulars"}
    assert not [field for field in conference._meta.get_fields() if field.related_model in (Member, Meeting)]
