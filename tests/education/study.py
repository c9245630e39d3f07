"""Rows of study for tests, written through the services."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from accounts.roles import Role
from core.calendar import local_today
from education.choices import MaterialCategory, StudyPlanKind, TopicAudience
from education.models import Material, StudyPlan, StudyTopic
from education.selectors.plans import plan_burden
from education.services.materials import material_publish
from education.services.plans import study_plan_create, study_plan_publish
from education.services.topics import topic_add

TODAY = local_today()
START, END = TODAY - timedelta(days=30), TODAY + timedelta(days=200)


def plan_values(**changed: Any) -> dict[str, Any]:
    values = {
        "kind": StudyPlanKind.CAMPAIGN, "year": TODAY.year, "title": "专题学习计划", "basis": "工委会议决定",
        "starts_on": START, "ends_on": END,
    }  # fmt: skip
    return values | changed


def topic_values(**changed: Any) -> dict[str, Any]:
    values = {
        "theme": "学习党章总纲", "reading": "《党章》总纲", "audience": TopicAudience.MEMBERS, "is_required": True,
        "month": None, "due_on": TODAY + timedelta(days=20), "materials": [],
    }  # fmt: skip
    return values | changed


def make_plan(city: Any, place: str = "root", role: str = Role.CITY_STAFF, **changed: Any) -> StudyPlan:
    return study_plan_create(by=city.user(role), organisation=getattr(city, place), values=plan_values(**changed))


def make_topic(city: Any, plan: StudyPlan, role: str = Role.CITY_STAFF, **changed: Any) -> StudyTopic:
    return topic_add(by=city.user(role), plan=plan, values=topic_values(**changed))


def publish(city: Any, plan: StudyPlan, role: str = Role.CITY_STAFF) -> StudyPlan:
    plan.refresh_from_db()
    study_plan_publish(by=city.user(role), plan=plan, expected_revision=plan.revision, confirmed=plan_burden(plan))
    plan.refresh_from_db()
    return plan


def make_material(city: Any, place: str = "root", role: str = Role.CITY_STAFF, **changed: Any) -> Material:
    values: dict[str, Any] = {
        "title": "机关党建读本", "category": MaterialCategory.READER, "issuer": "市直机关工委", "document_number": "",
        "issued_on": date(2026, 1, 5), "link": "", "reference": "第一章", "note": "",
    }  # fmt: skip
    return material_publish(by=city.user(role), organisation=getattr(city, place), values=values | changed)
