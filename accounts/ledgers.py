"""The lists of accounts, postings and proposals."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Q, QuerySet, Value, When

from accounts.models import Posting, PostingProposal, ProposalState, User
from accounts.roles import Capability, Role
from core.calendar import local_today
from core.ledgers import BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter

POSTING_STATES = (("current", "在任"), ("future", "未到任"), ("ended", "已到期"), ("revoked", "已撤销"))
STATE_BADGES = {"current": "done", "future": "info", "ended": "neutral", "revoked": "overdue"}
PROPOSAL_BADGES = {"open": "due", "approved": "done", "refused": "overdue"}


def _revocable(state: str) -> str:
    return "撤销" if state in ("current", "future") else ""


class UserLedger(Ledger):
    slug = "accounts"
    title = "账号"
    empty = "还没有账号"
    empty_action = ("accounts:user_create", "新建账号")
    capability = Capability.ACCOUNT_LIST
    columns = (
        Column("username", "用户名", link="accounts:user_detail", sortable=True, width=20),
        Column("name", "姓名", sortable=True, width=12),
        Column("is_active", "启用", kind="bool", width=8),
        Column("must_change_password", "待改初始密码", kind="bool", width=12, hidden_on_phone=True),
        Column("last_login", "最近登录", kind="datetime", width=18, hidden_on_phone=True),
        Column("created_at", "创建时间", kind="datetime", sortable=True, width=18, hidden_on_phone=True),
    )
    filters = (
        TextFilter("q", "搜索", ("username", "name"), placeholder="用户名或姓名"),
        BooleanFilter("active", "启用", "is_active"),
        ChoiceFilter("role", "角色", choices=Role.choices, where=lambda rows, role: rows.filter(pk__in=_holders(role))),
    )
    order = ("username", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return User.objects.visible_to(user, cls.capability)


class PostingLedger(Ledger):
    slug = "postings"
    title = "任职授权"
    empty = "还没有任职授权"
    capability = Capability.ROLE_GRANT_LIST
    columns = (
        Column("user", "姓名", "user__name", width=12),
        Column("username", "用户名", "user__username", width=16, hidden_on_phone=True),
        Column("role", "角色", choices=Role.choices, width=14),
        Column(
            "organisation", "党组织", "organisation__short_name", sort="organisation__path", sortable=True, width=30
        ),
        Column("starts_on", "起始", kind="date", sortable=True, width=12),
        Column("ends_on", "截止", kind="date", width=12),
        Column("state", "状态", choices=POSTING_STATES, badge=STATE_BADGES, width=10),
        Column("act", "操作", "state", text=_revocable, link="accounts:posting_revoke", sheet=False),
    )
    filters = (
        TextFilter(
            "q", "搜索", ("user__name", "user__username", "organisation__short_name"), placeholder="人员或党组织"
        ),
        ChoiceFilter("role", "角色", "role", Role.choices),
        ChoiceFilter("state", "状态", "state", POSTING_STATES),
        DateRangeFilter("since", "起始日期", "starts_on"),
    )
    order = ("-starts_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        today = local_today()
        state = Case(
            When(revoked_at__isnull=False, then=Value("revoked")),
            When(ends_on__lt=today, then=Value("ended")),
            When(starts_on__gt=today, then=Value("future")),
            default=Value("current"),
            output_field=CharField(),
        )
        return Posting.objects.visible_to(user, cls.capability).annotate(state=state)


class ProposalLedger(Ledger):
    slug = "proposals"
    title = "授权提请"
    empty = "还没有授权提请"
    capability = Capability.ROLE_GRANT_LIST
    columns = (
        Column("user", "姓名", "user__name", link="accounts:proposal_detail", width=12),
        Column("role", "角色", choices=Role.choices, width=14),
        Column("organisation", "党组织", "organisation__short_name", width=30),
        Column("proposed_by", "提请人", "proposed_by__name", width=12, hidden_on_phone=True),
        Column("proposed_at", "提请时间", kind="datetime", sortable=True, width=18, hidden_on_phone=True),
        Column("state", "状态", choices=ProposalState.choices, badge=PROPOSAL_BADGES, width=10),
    )
    filters = (
        ChoiceFilter("state", "状态", "state", ProposalState.choices),
        ChoiceFilter("role", "角色", "role", Role.choices),
        TextFilter(
            "q", "搜索", ("user__name", "user__username", "organisation__short_name"), placeholder="人员或党组织"
        ),
    )
    order = ("-proposed_at", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return PostingProposal.objects.visible_to(user, cls.capability)


def _holders(role: str) -> QuerySet[Any]:
    return Posting.objects.current().filter(Q(role=role)).values("user")
