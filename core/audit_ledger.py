"""The audit trail as lists."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet

from core.audit import Stream, actions_of, labels
from core.ledgers import ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from core.models import AuditEvent, AuditResult
from core.selectors import audit_events_of

RESULT_BADGES = {AuditResult.OK: "done", AuditResult.DENIED: "waived", AuditResult.FAILED: "overdue"}


def _columns(detail: str) -> tuple[Column, ...]:
    return (
        Column("at", "时间", kind="datetime", link=detail, width=20),
        Column("actor_name", "操作人", width=14),
        Column("actor_role", "角色", width=24, hidden_on_phone=True),
        Column("action", "操作", choices=labels, width=18),
        Column("object_label", "对象", width=30),
        Column("reason", "理由", width=30, page=False),
        Column("result", "结果", choices=AuditResult.choices, badge=RESULT_BADGES, width=10),
        Column("address", "来源地址", width=16, hidden_on_phone=True),
        Column("request_id", "请求编号", width=34, page=False),
    )


def _filters(stream: Stream) -> tuple[Any, ...]:
    def choices(user: Any) -> list[tuple[str, str]]:
        return [(action, label) for action, label in labels().items() if action in actions_of(stream)]

    return (
        TextFilter("q", "搜索", ("actor_name", "object_label", "request_id"), placeholder="操作人、对象或请求编号"),
        ChoiceFilter("action", "操作", "action", choices),
        ChoiceFilter("result", "结果", "result", AuditResult.choices),
        DateRangeFilter("at", "日期", "at", moment=True),
    )


class AuditTrailLedger(Ledger):
    """What the three parts of the trail have in common."""

    stream: ClassVar[Stream]
    list_url: ClassVar[str]
    order = ("-pk",)
    empty = "还没有审计记录"

    @classmethod
    def base(cls, user: Any) -> QuerySet[AuditEvent]:
        return audit_events_of(user, cls.stream, cls.capability)


class BusinessAuditLedger(AuditTrailLedger):
    slug = "audit-business"
    title = "业务审计"
    stream = Stream.BUSINESS
    capability = "audit.search_business"
    list_url = "core:audit_list"
    columns = _columns("core:audit_detail")
    filters = _filters(Stream.BUSINESS)


class AdminAuditLedger(AuditTrailLedger):
    slug = "audit-admin"
    title = "管理审计"
    stream = Stream.ADMIN
    capability = "audit.search_admin"
    list_url = "core:audit_admin_list"
    columns = _columns("core:audit_admin_detail")
    filters = _filters(Stream.ADMIN)


class AuditorAuditLedger(AuditTrailLedger):
    slug = "audit-auditor"
    title = "审计员操作"
    stream = Stream.AUDITOR
    capability = "audit.search_auditor_actions"
    list_url = "core:audit_auditor_list"
    columns = _columns("core:audit_auditor_detail")
    filters = _filters(Stream.AUDITOR)
