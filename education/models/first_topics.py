from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models import Meeting, Organisation, Worklist
from branches.querysets import OrganisationRowQuerySet
from education.models.materials import Material


class FirstTopic(models.Model):
    """
    第一议题: the study at the head of a meeting. A branch's meeting has its log, of which nothing is typed again; a
    unit's 党组 meeting has none in the portal, so its name and day stand here. Measures are items of the worklist.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="first_topics", db_index=False, verbose_name="党组织"
    )
    meeting = models.OneToOneField(
        Meeting, models.PROTECT, null=True, blank=True, related_name="first_topic", verbose_name="会议记录"
    )
    meeting_name = models.CharField("会议名称", max_length=120, blank=True)
    held_on = models.DateField("会议日期", null=True, blank=True)
    leader = models.CharField("领学人", max_length=40)
    titles = models.TextField("学习篇目", blank=True, editable=False)
    worklist = models.OneToOneField(Worklist, models.PROTECT, related_name="+", verbose_name="贯彻措施")
    revision = models.PositiveIntegerField("版本", default=1, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "第一议题"
        verbose_name_plural = "第一议题"
        constraints = [
            models.CheckConstraint(
                name="first_topic_of_a_meeting",
                condition=Q(meeting__isnull=False, meeting_name="", held_on=None)
                | Q(meeting=None, held_on__isnull=False) & ~Q(meeting_name=""),
                violation_error_message="请选会议记录，或者填写会议名称和日期。",
            ),
            models.UniqueConstraint(
                name="first_topic_unique",
                fields=["organisation", "held_on", "meeting_name"],
                condition=Q(meeting=None),
                violation_error_message="这次会议的第一议题已经登记。",
            ),
        ]
        indexes = [models.Index(name="first_topic_organisation", fields=["organisation", "-id"])]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.meeting.title if self.meeting else self.meeting_name

    @property
    def day(self) -> object:
        return self.meeting.held_on if self.meeting else self.held_on


class FirstTopicDocument(models.Model):
    """A text studied: one of the materials, or named by hand with its source and date."""

    first_topic = models.ForeignKey(
        FirstTopic, models.CASCADE, related_name="documents", db_index=False, verbose_name="第一议题"
    )
    number = models.PositiveSmallIntegerField("序号")
    material = models.ForeignKey(
        Material, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="学习材料"
    )
    title = models.CharField("篇目", max_length=160)
    source = models.CharField("来源", max_length=80, blank=True)
    issued_on = models.DateField("来源日期", null=True, blank=True)

    class Meta:
        verbose_name = "第一议题篇目"
        verbose_name_plural = "第一议题篇目"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(name="first_topic_document_number", fields=["first_topic", "number"]),
            models.UniqueConstraint(
                name="first_topic_document_unique",
                fields=["first_topic", "title"],
                violation_error_message="同一篇目只写一次。",
            ),
            models.CheckConstraint(name="first_topic_document_counted", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return self.title
