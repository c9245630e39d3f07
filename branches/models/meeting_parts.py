from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.choices import HeldAs, LecturerPost
from branches.models.meetings import Meeting
from branches.models.organisations import Organisation
from branches.querysets import MeetingPartQuerySet


class MeetingDetail(models.Model):
    """
    What a log says beyond the fields that all kinds share: a row only where something was written. Each column belongs
    to one kind and stays empty unless the log counts as it (支部工作条例 arts. 16, 17).
    """

    meeting = models.OneToOneField(
        Meeting, models.CASCADE, primary_key=True, related_name="detail", verbose_name="会议记录"
    )
    lecturer = models.CharField("讲课人", max_length=40, blank=True)
    lecturer_post = models.CharField("讲课人身份", max_length=12, choices=LecturerPost, blank=True)
    lecture_topic = models.CharField("党课题目", max_length=120, blank=True)
    lecture_hours = models.DecimalField("学时", max_digits=4, decimal_places=1, null=True, blank=True)
    theme = models.CharField("党日主题", max_length=120, blank=True)
    theme_preset = models.BooleanField("主题由支部事先研究确定", default=False)
    with_study = models.BooleanField("集中学习", default=False)
    with_life = models.BooleanField("过组织生活", default=False)
    with_deliberation = models.BooleanField("民主议事", default=False)
    with_service = models.BooleanField("志愿服务", default=False)
    held_as = models.CharField("召开形式", max_length=20, choices=HeldAs, blank=True)
    studied_on = models.DateField("会前学习", null=True, blank=True)
    talked_on = models.DateField("会前谈心谈话", null=True, blank=True)
    consulted_on = models.DateField("会前征求意见", null=True, blank=True)
    criticised = models.BooleanField("开展了批评和自我批评", default=False)

    objects = MeetingPartQuerySet.as_manager()

    class Meta:
        verbose_name = "各类会议内容"
        verbose_name_plural = "各类会议内容"
        constraints = [
            models.CheckConstraint(
                name="detail_hours",
                condition=Q(lecture_hours=None) | Q(lecture_hours__gt=0, lecture_hours__lte=12),
                violation_error_message="学时应大于0，不超过12。",
            ),
            models.CheckConstraint(
                name="detail_held_as",
                condition=Q(held_as__in=["", *HeldAs.values]),
                violation_error_message="召开形式不存在。",
            ),
        ]

    def __str__(self) -> str:
        return str(self.meeting_id)


class MeetingBranch(models.Model):
    """A branch that took part in a joint meeting beside the host, with the figures of its own members."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="guests", db_index=False, verbose_name="会议记录")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="joint_meetings", verbose_name="参加的党支部"
    )
    expected = models.PositiveSmallIntegerField("应到")
    present = models.PositiveSmallIntegerField("实到")

    objects = MeetingPartQuerySet.as_manager()

    class Meta:
        verbose_name = "共同召开的党支部"
        verbose_name_plural = "共同召开的党支部"
        constraints = [
            models.UniqueConstraint(name="meeting_branch_unique", fields=["meeting", "organisation"]),
            models.CheckConstraint(
                name="meeting_branch_present",
                condition=Q(present__lte=F("expected")) & Q(present__gte=1),
                violation_error_message="参加的党支部至少一人到会，实到不能多于应到。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.organisation_id}"
