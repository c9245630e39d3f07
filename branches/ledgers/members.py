"""Lists of members: the roster, those who left, the names that a plain member sees, and the uploaded rosters."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from branches.choices import ETHNICITIES, Degree, Education, Gender, LeaveReason, MemberCategory, PartyStanding
from branches.models import Member, Organisation, RosterBatch
from branches.querysets import MemberQuerySet
from branches.selectors.members import members_matching
from core.ledgers import AutocompleteFilter, BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter

CATEGORY_TONES = {MemberCategory.FULL.value: "done", MemberCategory.PROBATIONARY.value: "due"}
BATCH_TONES = {
    RosterBatch.State.CHECKING.value: "info",
    RosterBatch.State.PREVIEW.value: "due",
    RosterBatch.State.COMMITTED.value: "done",
    RosterBatch.State.DROPPED.value: "neutral",
    RosterBatch.State.UNDONE.value: "neutral",
}

NAME = Column("name", "姓名", link="branches:member_detail", sortable=True, sort="name_pinyin", width=12)
GENDER = Column("gender", "性别", choices=Gender.choices, width=6)
BRANCH = Column(
    "organisation", "所在党支部", "organisation__short_name", sortable=True, sort="organisation__path", width=26
)
CATEGORY = Column("category", "人员类别", choices=MemberCategory.choices, badge=CATEGORY_TONES, width=10)
SEARCH = TextFilter("q", "搜索", where=members_matching, placeholder="姓名、拼音或首字母")
ORGANISATION = AutocompleteFilter(
    "org",
    "党组织",
    url="branches:organisation_autocomplete",
    source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
    path_field="organisation__path",
    label_field="short_name",
)


def _whole(user: Any) -> MemberQuerySet:
    """Members whom the reader may list and see in full but for their numbers."""
    listed = Member.objects.visible_to(user, Capability.MEMBER_LIST)
    return listed.visible_to(user, Capability.MEMBER_VIEW_MASKED)


class MemberLedger(Ledger):
    """Present members. Its sheet carries the headings of the national export, so that it can be imported again."""

    slug = "members"
    title = "党员名册"
    empty = "还没有党员"
    empty_action = ("branches:roster_upload", "导入名册")
    capability = Capability.MEMBER_LIST
    export_url = "branches:member_export"
    columns = (
        NAME,
        GENDER,
        Column("id_number_mask", "公民身份号码", kind="id", width=22, hidden_on_phone=True),
        Column("ethnicity", "民族", choices=ETHNICITIES, page=False, width=10),
        Column("birth_date", "出生日期", kind="date", page=False, width=12),
        Column("education", "学历", choices=Education.choices, width=14, hidden_on_phone=True),
        CATEGORY,
        Column("degree", "学位", choices=Degree.choices, page=False, width=8),
        BRANCH,
        Column("group", "所在党小组", "group__short_name", page=False, width=18),
        Column("phone_mask", "手机号码", kind="id", width=14),
        Column("joined_on", "入党日期", kind="date", sortable=True, width=12),
        Column("confirmed_on", "转正日期", kind="date", width=12, hidden_on_phone=True),
        Column("party_age_correction", "党龄校正值", kind="number", page=False, width=12),
        Column("social_stratum", "新社会阶层类型", page=False),
        Column("position", "工作岗位", page=False),
        Column("technical_post", "从事专业技术职务", page=False),
        Column("is_migrant_worker", "是否农民工", kind="bool", page=False, width=10),
        Column("is_lost", "是否失联党员", kind="bool", page=False, width=12),
        Column("is_mobile", "是否流动党员", kind="bool", page=False, width=12),
        Column("join_type", "入党类型", page=False),
        Column("confirmation", "转正情况", page=False),
        Column("joined_at", "入党时所在支部", page=False, width=26),
        Column("probation_extended_until", "延长预备期时间", kind="date", page=False, width=14),
        Column("native_place", "籍贯", page=False),
        Column("work_phone", "工作电话", kind="id", page=False),
        Column("email", "电子邮件", page=False, width=24),
        Column("standing", "党籍状态", choices=PartyStanding.choices, page=False, width=10),
    )
    filters = (
        SEARCH,
        ORGANISATION,
        ChoiceFilter("category", "人员类别", "category", MemberCategory.choices),
        ChoiceFilter("gender", "性别", "gender", Gender.choices),
        ChoiceFilter("education", "学历", "education", Education.choices),
        ChoiceFilter("standing", "党籍状态", "standing", PartyStanding.choices),
        BooleanFilter("mobile", "流动党员", "is_mobile"),
        DateRangeFilter("joined", "入党日期", "joined_on"),
    )
    order = ("name_pinyin", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return _whole(user).current()


class FormerMemberLedger(Ledger):
    """Members who left, with day and reason."""

    slug = "former_members"
    title = "减员党员"
    empty = "还没有减员记录"
    capability = Capability.MEMBER_LIST
    export_url = "branches:member_former_export"
    columns = (
        NAME,
        GENDER,
        Column("organisation", "原党支部", "organisation__short_name", width=26),
        CATEGORY,
        Column("joined_on", "入党日期", kind="date", width=12),
        Column("left_on", "离开日期", kind="date", sortable=True, width=12),
        Column("leave_reason", "减员原因", choices=LeaveReason.choices, width=12),
    )
    filters = (
        SEARCH,
        ORGANISATION,
        ChoiceFilter("reason", "减员原因", "leave_reason", LeaveReason.choices),
        DateRangeFilter("left", "离开日期", "left_on"),
    )
    order = ("-left_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return _whole(user).exclude(left_on=None)


class ComradeLedger(Ledger):
    """What a plain member sees of the others in the branch: who they are, nothing more."""

    slug = "comrades"
    title = "本支部党员"
    empty = "还没有党员"
    capability = Capability.MEMBER_LIST
    columns = (
        Column("name", "姓名", sortable=True, sort="name_pinyin"),
        GENDER,
        CATEGORY,
        Column("organisation", "所在党支部", "organisation__short_name"),
        Column("group", "所在党小组", "group__short_name"),
    )
    filters = (SEARCH, ChoiceFilter("category", "人员类别", "category", MemberCategory.choices))
    order = ("name_pinyin", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Member.objects.visible_to(user, cls.capability).current()


class RosterLedger(Ledger):
    slug = "roster_batches"
    title = "名册导入"
    empty = "还没有上传过名册"
    empty_action = ("branches:roster_upload", "上传名册")
    capability = Capability.IMPORT_PREVIEW
    columns = (
        Column("file_name", "文件", link="branches:roster_preview", width=30),
        Column("organisation", "导入范围", "organisation__short_name"),
        Column("by", "上传人", "by__name"),
        Column("created_at", "上传时间", kind="datetime"),
        Column("row_count", "行数", kind="number"),
        Column(
            "counts", "新增/更新/不变", ("created_count", "updated_count", "unchanged_count"), text="{}/{}/{}".format
        ),
        Column("error_count", "错误", kind="number"),
        Column("state", "状态", choices=RosterBatch.State.choices, badge=BATCH_TONES),
    )
    filters = (ChoiceFilter("state", "状态", "state", RosterBatch.State.choices),)
    order = ("-pk",)

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return RosterBatch.objects.visible_to(user, cls.capability)
