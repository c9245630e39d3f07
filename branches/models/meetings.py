from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.choices import AttendanceStatus, MeetingKind, MeetingStatus, VoteMethod, VoteRule
from branches.models.members import Member
from branches.models.organisations import Organisation
from branches.querysets import AttendanceQuerySet, MeetingPartQuerySet, MeetingQuerySet, OrganisationRowQuerySet


class Meeting(models.Model):
    """
    The log of a meeting that took place, written once by whoever took the minutes (fields: domain.md §14.2).
    Only submitted logs are rows here; what is still being typed is a ``MeetingDraft``.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="meetings", db_index=False, verbose_name="党支部"
    )
    group = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="group_meetings", verbose_name="党小组"
    )
    kind = models.CharField("会议类型", max_length=20, choices=MeetingKind)
    also_kinds = models.JSONField("同时计为", default=list, blank=True)
    title = models.CharField("主题", max_length=120)
    held_on = models.DateField("日期")
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    place = models.CharField("地点", max_length=80, blank=True)
    host = models.CharField("主持人", max_length=40, blank=True)
    recorder = models.CharField("记录人", max_length=40, blank=True)
    observers = models.CharField("列席人员", max_length=300, blank=True)
    agenda = models.TextField("议题", blank=True, help_text="每行一个议题")
    study = models.TextField("学习内容（篇目）", blank=True, help_text="每行一篇")
    discussion = models.TextField("发言要点与讨论情况", blank=True)
    resolution = models.TextField("决议", blank=True)
    expected = models.PositiveSmallIntegerField("应到")
    present = models.PositiveSmallIntegerField("实到")
    expected_voting = models.PositiveSmallIntegerField("应到有表决权", default=0)
    present_voting = models.PositiveSmallIntegerField("实到有表决权", default=0)
    status = models.CharField("状态", max_length=12, choices=MeetingStatus, default=MeetingStatus.SUBMITTED)
    return_reason = models.CharField("退回原因", max_length=200, blank=True)
    is_late_entry = models.BooleanField("补记", default=False)
    late_note = models.CharField("补记说明", max_length=200, blank=True)
    revision = models.PositiveIntegerField("版本", default=1, editable=False)
    submission_key = models.UUIDField("提交标识", unique=True, default=uuid.uuid4, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name="提交人"
    )
    submitted_at = models.DateTimeField("提交时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "会议记录"
        verbose_name_plural = "会议记录"
        constraints = [
            models.CheckConstraint(
                name="meeting_present_within_expected",
                condition=Q(present__lte=F("expected")) & Q(present_voting__lte=F("expected_voting")),
                violation_error_message="实到人数不能多于应到人数。",
            ),
            models.CheckConstraint(
                name="meeting_voting_within_attendance",
                condition=Q(expected_voting__lte=F("expected")) & Q(present_voting__lte=F("present")),
                violation_error_message="有表决权的人数不能多于到会人数。",
            ),
            models.CheckConstraint(
                name="meeting_group_has_group",
                condition=~Q(kind="group_meeting") | Q(group__isnull=False),
                violation_error_message="党小组会须选定党小组。",
            ),
            models.CheckConstraint(
                name="meeting_returned_with_reason",
                condition=~Q(status="returned") | ~Q(return_reason=""),
                violation_error_message="退回须写明原因。",
            ),
        ]
        indexes = [
            models.Index(name="meeting_recent", fields=["-held_on", "-id"]),
            models.Index(name="meeting_branch_recent", fields=["organisation", "-held_on", "-id"]),
            models.Index(name="meeting_kind_recent", fields=["kind", "-held_on", "-id"]),
            models.Index(name="meeting_late", fields=["-held_on", "-id"], condition=Q(is_late_entry=True)),
            models.Index(
                name="meeting_sent_back", fields=["status", "-held_on", "-id"], condition=~Q(status="submitted")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.title}"


class MeetingCount(models.Model):
    """
    A kind as which a submitted log counts: one log may count as several (a 党员大会 with a 党课 in it). Obligations
    are counted
    from these rows alone; a returned or void log has none. Group and date repeat the log's own for that sake; the
    organisation is the log's own or, for a joint meeting, that of a branch that took part.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="counts", db_index=False, verbose_name="会议记录")
    kind = models.CharField("计为", max_length=20, choices=MeetingKind)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", db_index=False, verbose_name="党支部"
    )
    group = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    held_on = models.DateField("日期")

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "会议计入"
        verbose_name_plural = "会议计入"
        constraints = [models.UniqueConstraint(name="meeting_count_unique", fields=["meeting", "kind", "organisation"])]
        indexes = [
            models.Index(name="meeting_count_cover", fields=["organisation", "kind", "held_on", "meeting", "group"])
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.get_kind_display()}"


class Attendance(models.Model):
    """One member's attendance at one meeting, as the recorder wrote it (N1: no sign-in, no check-in)."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances", db_index=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="attendances", verbose_name="党员")
    status = models.PositiveSmallIntegerField("情况", choices=AttendanceStatus, default=AttendanceStatus.PRESENT)
    has_vote = models.BooleanField("有表决权", default=True)
    note = models.CharField("说明", max_length=60, blank=True)
    guest = models.ForeignKey(
        "branches.MeetingBranch",
        models.CASCADE,
        null=True,
        blank=True,
        db_index=False,
        related_name="attendances",
        verbose_name="参加的党支部",
    )

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = "到会情况"
        verbose_name_plural = "到会情况"
        constraints = [models.UniqueConstraint(name="attendance_unique", fields=["meeting", "member"])]
        indexes = [models.Index(name="attendance_guest", fields=["guest"], condition=Q(guest__isnull=False))]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.member_id} {self.get_status_display()}"


class MeetingVote(models.Model):
    """One vote taken at a meeting. Whether it passed follows from the numbers (R10, R11) and is stored with them."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="votes", verbose_name="会议记录")
    subject = models.CharField("表决事项", max_length=120)
    rule = models.CharField("规则", max_length=12, choices=VoteRule, default=VoteRule.ORDINARY)
    method = models.CharField("方式", max_length=12, choices=VoteMethod, default=VoteMethod.HANDS)
    should = models.PositiveSmallIntegerField("应到有表决权")
    present = models.PositiveSmallIntegerField("实到有表决权")
    approve = models.PositiveSmallIntegerField("赞成")
    oppose = models.PositiveSmallIntegerField("反对", default=0)
    abstain = models.PositiveSmallIntegerField("弃权", default=0)
    written = models.PositiveSmallIntegerField("书面赞成意见", default=0)
    passed = models.BooleanField("通过")
    rest_approve = models.BooleanField("赞成为其余全部", default=False, db_default=False)

    objects = MeetingPartQuerySet.as_manager()

    class Meta:
        verbose_name = "表决"
        verbose_name_plural = "表决"
        constraints = [
            models.CheckConstraint(
                name="vote_within_attendance",
                condition=Q(present__lte=F("should")) & Q(present__gte=F("approve") + F("oppose") + F("abstain")),
                violation_error_message="赞成、反对、弃权之和不能多于实到有表决权人数。",
            ),
            models.CheckConstraint(
                name="vote_written_from_absent",
                condition=Q(written__lte=F("should") - F("present")),
                violation_error_message="书面意见不能多于未到会的有表决权人数。",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class MeetingDecision(models.Model):
    """What was decided, who does it, until when."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="decisions", verbose_name="会议记录")
    text = models.CharField("事项", max_length=200)
    owner = models.CharField("责任人", max_length=40, blank=True)
    due_on = models.DateField("时限", null=True, blank=True)

    objects = MeetingPartQuerySet.as_manager()

    class Meta:
        verbose_name = "决议事项"
        verbose_name_plural = "决议事项"

    def __str__(self) -> str:
        return self.text


class MeetingVersion(models.Model):
    """What a log said before a correction; never overwritten (domain.md §14.2: 更正须留痕)."""

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="versions", db_index=False, verbose_name="会议记录"
    )
    number = models.PositiveIntegerField("版本")
    content = models.JSONField("原内容")
    reason = models.CharField("更正原因", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="更正人")
    at = models.DateTimeField("更正时间", auto_now_add=True)

    objects = MeetingPartQuerySet.as_manager()

    class Meta:
        verbose_name = "会议记录版本"
        verbose_name_plural = "会议记录版本"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(name="meeting_version_unique", fields=["meeting", "number"])]

    def __str__(self) -> str:
        return f"{self.meeting_id} v{self.number}"


class MeetingDraft(models.Model):
    """Minutes being typed: saved by the page itself, seen by the branch alone, gone when submitted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="drafts", verbose_name="党支部")
    meeting = models.ForeignKey(
        Meeting, models.CASCADE, null=True, blank=True, related_name="drafts", verbose_name="更正的记录"
    )
    kind = models.CharField("会议类型", max_length=20, choices=MeetingKind)
    title = models.CharField("主题", max_length=120, blank=True)
    content = models.JSONField("内容", default=dict)
    revision = models.PositiveIntegerField("保存次数", default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草人")
    created_at = models.DateTimeField("起草时间", auto_now_add=True)
    updated_at = models.DateTimeField("保存时间", auto_now=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "会议草稿"
        verbose_name_plural = "会议草稿"
        ordering = ["-updated_at"]

    def __str__(self) -> str:
        return self.title or "未命名草稿"
