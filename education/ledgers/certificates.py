"""The ledgers of certificates, and of sitting secretaries with theirs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import DateField, IntegerField, QuerySet, Value

from accounts.roles import Capability
from branches.models import Post
from core.calendar import local_today
from core.ledgers import ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from education.choices import STATE_TONES, CertificateState
from education.ledgers.classes import organisation_filter
from education.models import Certificate
from education.policy.certificates import certificate_state
from education.selectors.certificates import notice_days, sitting_secretaries, until_query, with_best

HELD_STATES = [choice for choice in CertificateState.choices if choice[0] != CertificateState.NONE]
SERVING_STATES = [choice for choice in CertificateState.choices if choice[0] != CertificateState.REVOKED]
LACKING = "lacking"


def _state(until: date | None, revoked_on: date | None, days: int) -> str:
    return certificate_state(until, revoked_on is not None, local_today(), days)


def _state_words(until: date | None, revoked_on: date | None, days: int) -> str:
    return str(CertificateState(_state(until, revoked_on, days)).label)


def _state_tone(until: date | None, revoked_on: date | None, days: int) -> str:
    return STATE_TONES[_state(until, revoked_on, days)]


def _held_in(queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
    if state == CertificateState.REVOKED:
        return queryset.filter(revoked_on__isnull=False)
    return queryset.filter(until_query(state, local_today(), notice_days(), "valid_until"), revoked_on=None)


def _serving_in(queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
    today, days = local_today(), notice_days()
    if state == LACKING:
        return queryset.filter(until_query("none", today, days) | until_query("expired", today, days))
    return queryset.filter(until_query(state, today, days))


class CertificateLedger(Ledger):
    slug = "training-certificates"
    title = "培训合格证书"
    empty = "还没有培训合格证书"
    capability = Capability.CERTIFICATE_VIEW
    export_url = "education:certificate_export"
    columns = (
        Column("number", "证书编号", link="education:certificate_detail", width=20),
        Column("name", "持证人", "member__name", width=12),
        Column("organisation", "党支部", "member__organisation__short_name", width=28),
        Column("issued_on", "发证日期", kind="date", sortable=True, width=12),
        Column("valid_until", "有效期至", kind="date", sortable=True, width=12),
        Column("state", "状态", ("valid_until", "revoked_on", "days"), text=_state_words, badge=_state_tone, width=10),
        Column("issuer", "发证单位", width=24, hidden_on_phone=True),
        Column("training", "培训班", "training_class__title", width=32, page=False),
        Column("revoke_reason", "撤销原因", width=24, page=False),
    )
    filters = (
        ChoiceFilter("state", "状态", choices=HELD_STATES, where=_held_in),
        DateRangeFilter("issued", "发证日期", "issued_on"),
        organisation_filter("member__organisation__path"),
        TextFilter("q", "搜索", ("number", "member__name"), placeholder="编号或姓名"),
    )
    order = ("-issued_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        rows = Certificate.objects.visible_to(user, cls.capability)
        return rows.annotate(days=Value(notice_days(), output_field=IntegerField()))


class SecretaryLedger(Ledger):
    """Who sits as secretary today, and whether with a certificate. In the order of the tree: nobody is ranked."""

    slug = "secretary-certificates"
    title = "在任书记持证情况"
    empty = "没有在任的党支部书记"
    capability = Capability.CERTIFICATE_VIEW
    export_url = "education:secretary_export"
    columns = (
        Column("name", "书记", "member__name", link="branches:member_detail", link_arg="member_id", width=12),
        Column("organisation", "党支部", "organisation__short_name", link="branches:organisation_detail",
               link_arg="organisation_id", width=28),
        Column("starts_on", "任职日期", kind="date", sortable=True, width=12),
        Column("number", "证书编号", "certificate_number", link="education:certificate_detail",
               link_arg="certificate", width=20),
        Column("until", "有效期至", kind="date", width=12),
        Column("state", "持证情况", ("until", "revoked", "days"), text=_state_words, badge=_state_tone, width=10),
    )  # fmt: skip
    filters = (
        ChoiceFilter("state", "持证情况", choices=[(LACKING, "未持证或已过期"), *SERVING_STATES], where=_serving_in),
        DateRangeFilter("since", "任职日期", "starts_on"),
        organisation_filter("organisation__path"),
        TextFilter("q", "搜索", ("member__name", "organisation__short_name"), placeholder="姓名或党支部"),
    )
    order = ("organisation__path", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        posts: QuerySet[Post] = sitting_secretaries(local_today()).visible_to(user, cls.capability)
        # A revoked certificate is never the best one; the empty column is there for the words that both lists share.
        return with_best(posts).annotate(
            days=Value(notice_days(), output_field=IntegerField()),
            revoked=Value(None, output_field=DateField()),
        )
