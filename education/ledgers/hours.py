"""The ledger of yearly study hours of a unit or the city, from the nightly summary. Hours are no key to sort by."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.fields import DecimalField

from accounts.roles import Capability
from branches.choices import PartyStanding
from branches.models import Post
from core.calendar import local_today
from core.ledgers import BooleanFilter, Column, Ledger, TextFilter
from education.ledgers.classes import hours_words, organisation_filter
from education.models import HoursYear
from education.policy.hours import StudyRules
from education.selectors.training_rules import study_rules

HOURS = DecimalField(max_digits=7, decimal_places=1)


def judged(rows: QuerySet[Any], rules: StudyRules) -> QuerySet[Any]:
    """Rows with ``is_leader``, ``total``, ``target`` and ``reached``."""
    leader = Exists(Post.objects.filter(member=OuterRef("member")).committee().on(local_today()))
    member_hours, leader_hours = rules.value("member_hours"), rules.value("leader_hours")
    enough = Q(is_leader=False, total__gte=member_hours) | Q(
        is_leader=True, total__gte=leader_hours, class_count__gte=rules.number("leader_classes")
    )
    return rows.annotate(is_leader=leader, total=F("hours_meetings") + F("hours_classes")).annotate(
        target=Case(When(is_leader=True, then=Value(leader_hours)), default=Value(member_hours), output_field=HOURS),
        reached=Case(When(enough, then=Value(True)), default=Value(False), output_field=BooleanField()),
    )


def _reached(reached: bool) -> str:
    return "达到" if reached else "未达到"


def _words(hours: Decimal) -> str:
    return hours_words(hours) or "0"


class HoursLedger(Ledger):
    """Present members of normal standing; the view fixes the year."""

    slug = "study-hours"
    title = "党员年度学时"
    empty = "还没有这个年度的学时汇总"
    capability = Capability.HOURS_VIEW
    export_url = "education:hours_export"
    columns = (
        Column("name", "姓名", "member__name", link="education:hours_member", link_arg="member_id", width=12),
        Column("organisation", "党支部", "member__organisation__short_name", width=28),
        Column("is_leader", "书记和班子成员", kind="bool", width=14, hidden_on_phone=True),
        Column("hours_meetings", "会议学习", kind="number", text=_words, width=10),
        Column("hours_classes", "培训班", kind="number", text=_words, width=10),
        Column("total", "合计", kind="number", text=_words, width=10),
        Column("target", "要求", kind="number", text=_words, width=10),
        Column("reached", "情况", text=_reached, badge=lambda reached: "done" if reached else "due", width=10),
    )
    filters = (
        BooleanFilter("reached", "情况", "reached", yes="达到", no="未达到"),
        BooleanFilter("leader", "书记和班子成员", "is_leader"),
        organisation_filter("member__organisation__path"),
        TextFilter("q", "搜索", ("member__name",), placeholder="姓名"),
    )
    order = ("member__organisation__path", "member__name_pinyin", "member_id")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        rows = HoursYear.objects.visible_to(user, cls.capability)
        present = rows.filter(member__left_on=None, member__standing=PartyStanding.NORMAL, member__is_lost=False)
        return judged(present, study_rules(local_today()))
