from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.choices import (
    ETHNICITIES,
    Degree,
    Education,
    EntryReason,
    Gender,
    LeaveReason,
    MemberCategory,
    OrganisationKind,
    PartyStanding,
)
from branches.models.organisations import Organisation
from branches.querysets import MemberQuerySet, MembershipQuerySet, OrganisationRowQuerySet
from branches.validators import validate_plain_text


class Member(models.Model):
    """
    A Party member. ID number and phone are kept encrypted; the masked forms are shown, the keyed hashes are searched
    (domain.md §13.5 N11). ``organisation`` is the present branch, or the last one of a member who left.
    """

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="members",
        db_index=False,
        verbose_name="所在党支部",
        limit_choices_to={"kind": OrganisationKind.BRANCH},
    )
    group = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="group_members",
        verbose_name="所在党小组",
        limit_choices_to={"kind": OrganisationKind.GROUP},
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="member", verbose_name="账号"
    )
    name = models.CharField("姓名", max_length=40, validators=[validate_plain_text])
    name_pinyin = models.CharField("拼音", max_length=120, editable=False)
    initials = models.CharField("拼音首字母", max_length=20, editable=False)
    gender = models.CharField("性别", max_length=1, choices=Gender, default=Gender.UNKNOWN)
    ethnicity = models.CharField("民族", max_length=2, choices=ETHNICITIES, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    native_place = models.CharField("籍贯", max_length=60, blank=True)
    education = models.CharField("学历", max_length=2, choices=Education, blank=True)
    degree = models.CharField("学位", max_length=1, choices=Degree, blank=True)
    category = models.CharField("人员类别", max_length=12, choices=MemberCategory, default=MemberCategory.FULL)
    standing = models.CharField("党籍状态", max_length=12, choices=PartyStanding, default=PartyStanding.NORMAL)
    joined_on = models.DateField("入党日期", null=True, blank=True)
    confirmed_on = models.DateField("转正日期", null=True, blank=True)
    party_age_correction = models.SmallIntegerField("党龄校正值（月）", default=0)
    voting_suspended_from = models.DateField("表决权停止之日", null=True, blank=True)
    voting_suspended_until = models.DateField("表决权恢复之日", null=True, blank=True)
    position = models.CharField("工作岗位", max_length=60, blank=True)
    technical_post = models.CharField("从事专业技术职务", max_length=60, blank=True)
    social_stratum = models.CharField("新社会阶层类型", max_length=40, blank=True)
    join_type = models.CharField("入党类型", max_length=40, blank=True)
    confirmation = models.CharField("转正情况", max_length=40, blank=True)
    joined_at = models.CharField("入党时所在支部", max_length=120, blank=True)
    probation_extended_until = models.DateField("延长预备期至", null=True, blank=True)
    is_migrant_worker = models.BooleanField("是否农民工", default=False)
    is_lost = models.BooleanField("是否失联党员", default=False)
    is_mobile = models.BooleanField("是否流动党员", default=False)
    work_phone = models.CharField("工作电话", max_length=30, blank=True)
    email = models.EmailField("电子邮件", blank=True)
    id_number_cipher = models.TextField("身份号码（密文）", blank=True, editable=False)
    id_number_hash = models.CharField("身份号码（散列）", max_length=64, blank=True, editable=False)
    id_number_mask = models.CharField("公民身份号码", max_length=18, blank=True, editable=False)
    phone_cipher = models.TextField("手机号码（密文）", blank=True, editable=False)
    phone_hash = models.CharField("手机号码（散列）", max_length=64, blank=True, editable=False)
    phone_mask = models.CharField("手机号码", max_length=20, blank=True, editable=False)
    left_on = models.DateField("离开日期", null=True, blank=True)
    leave_reason = models.CharField("减员原因", max_length=12, choices=LeaveReason, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = "党员"
        verbose_name_plural = "党员"
        constraints = [
            models.UniqueConstraint(
                name="member_id_number_unique",
                fields=["id_number_hash"],
                condition=~Q(id_number_hash=""),
                violation_error_message="该公民身份号码已登记为另一名党员。",
            ),
            models.CheckConstraint(
                name="member_confirmed_after_joined",
                condition=Q(confirmed_on=None) | Q(joined_on=None) | Q(confirmed_on__gte=F("joined_on")),
                violation_error_message="转正日期不能早于入党日期。",
            ),
            models.CheckConstraint(
                name="member_left_with_reason",
                condition=Q(left_on=None, leave_reason="") | (Q(left_on__isnull=False) & ~Q(leave_reason="")),
                violation_error_message="离开日期与减员原因须同时填写。",
            ),
            models.CheckConstraint(
                name="member_joined_after_birth",
                condition=Q(joined_on=None) | Q(birth_date=None) | Q(joined_on__gt=F("birth_date")),
                violation_error_message="入党日期须晚于出生日期。",
            ),
        ]
        indexes = [
            models.Index(name="member_branch", fields=["organisation", "left_on"]),
            models.Index(name="member_pinyin", fields=["name_pinyin", "id"]),
            models.Index(name="member_initials", fields=["initials"]),
            models.Index(name="member_name", fields=["name"]),
            models.Index(name="member_phone", fields=["phone_hash"]),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """
    One stay of a member in a branch, dated; the roster of any day is read from these rows. ``ends_on`` is
    exclusive.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="memberships", verbose_name="党员")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", db_index=False, verbose_name="党支部"
    )
    group = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="group_memberships", verbose_name="党小组"
    )
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    entry_reason = models.CharField("进入方式", max_length=12, choices=EntryReason)
    leave_reason = models.CharField("离开原因", max_length=12, choices=LeaveReason, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "党员所在支部"
        verbose_name_plural = "党员所在支部"
        constraints = [
            models.UniqueConstraint(
                name="membership_one_open",
                fields=["member"],
                condition=Q(ends_on=None),
                violation_error_message="一名党员同一时间只能在一个党支部。",
            ),
            models.CheckConstraint(
                name="membership_dates",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="结束日期不能早于起始日期。",
            ),
        ]
        indexes = [models.Index(name="membership_branch_dates", fields=["organisation", "starts_on", "ends_on"])]

    def __str__(self) -> str:
        return f"{self.member} {self.organisation} {self.starts_on}"


class RosterBatch(models.Model):
    """
    One uploaded roster: previewed, then committed as a whole or dropped. ``payload`` is encrypted, for it holds ID
    numbers.
    """

    class State(models.TextChoices):
        CHECKING = "checking", "检查中"
        PREVIEW = "preview", "待确认"
        COMMITTED = "committed", "已导入"
        DROPPED = "dropped", "已放弃"
        UNDONE = "undone", "已撤销"

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="导入范围")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    file_name = models.CharField("文件名", max_length=200)
    state = models.CharField("状态", max_length=12, choices=State, default=State.PREVIEW)
    row_count = models.PositiveIntegerField("行数", default=0)
    created_count = models.PositiveIntegerField("新增", default=0)
    updated_count = models.PositiveIntegerField("更新", default=0)
    unchanged_count = models.PositiveIntegerField("无变化", default=0)
    error_count = models.PositiveIntegerField("错误", default=0)
    errors = models.JSONField("错误明细", default=list)
    changes = models.JSONField("变更预览", default=list)
    notes = models.JSONField("不读取的列", default=dict)
    job_id = models.UUIDField("后台任务", null=True, blank=True, editable=False)
    payload = models.TextField("内容（密文）", blank=True, editable=False)
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    committed_at = models.DateTimeField("导入时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "名册导入"
        verbose_name_plural = "名册导入"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name
