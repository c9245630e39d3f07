from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Meeting, Organisation
from branches.querysets import OrganisationRowQuerySet
from oversight.choices.research import ResearchState, ResultKind
from oversight.querysets import ResearchPartQuerySet


class ResearchTopic(models.Model):
    """调研课题: a question, the places looked at, the problems found, the measures, and what became of the result."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="research_topics", db_index=False, verbose_name="党组织"
    )
    title = models.CharField("课题", max_length=80)
    question = models.TextField("要解决的问题", max_length=1000)
    leader = models.CharField("负责人", max_length=40)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    state = models.CharField("状态", max_length=10, choices=ResearchState, default=ResearchState.OPEN)
    result = models.TextField("调研成果", blank=True, max_length=3000)
    concluded_on = models.DateField("成果日期", null=True, blank=True)
    result_kind = models.CharField("转化形式", max_length=10, choices=ResultKind, blank=True)
    result_name = models.CharField("文件或做法", max_length=120, blank=True)
    applied_on = models.DateField("转化日期", null=True, blank=True)
    worklist = models.OneToOneField(
        "branches.Worklist", models.PROTECT, related_name="research_topic", verbose_name="对策措施"
    )
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    created_at = models.DateTimeField("填写时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "调研课题"
        verbose_name_plural = "调研课题"
        constraints = [
            models.UniqueConstraint(
                name="research_topic_unique",
                fields=["organisation", "title", "starts_on"],
                violation_error_message="同名同日开始的课题已经有了。",
            ),
            models.CheckConstraint(
                name="research_topic_dates",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="research_topic_concluded",
                condition=Q(state="open", concluded_on=None)
                | (~Q(state="open") & Q(concluded_on__isnull=False) & ~Q(result="")),
                violation_error_message="形成成果须写明成果和日期。",
            ),
            models.CheckConstraint(
                name="research_topic_applied",
                condition=(Q(state="applied", applied_on__isnull=False) & ~Q(result_kind="") & ~Q(result_name=""))
                | (~Q(state="applied") & Q(applied_on=None, result_kind="", result_name="")),
                violation_error_message="转化须写明形式、名称和日期。",
            ),
        ]
        indexes = [models.Index(name="research_topic_recent", fields=["organisation", "-starts_on", "-id"])]

    def __str__(self) -> str:
        return self.title


class FieldVisit(models.Model):
    """调研点位: a day at a place or an organisation; a log that was written there is linked, not written again."""

    topic = models.ForeignKey(ResearchTopic, models.CASCADE, related_name="visits", verbose_name="课题")
    held_on = models.DateField("日期")
    place = models.CharField("地点", max_length=80, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="党组织"
    )
    note = models.TextField("了解到的情况", blank=True, max_length=2000)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="会议记录"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = ResearchPartQuerySet.as_manager()

    class Meta:
        verbose_name = "调研点位"
        verbose_name_plural = "调研点位"
        ordering = ["held_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="field_visit_somewhere",
                condition=~Q(place="") | Q(organisation__isnull=False),
                violation_error_message="请填写地点或党组织。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.place or self.organisation}"


class ResearchProblem(models.Model):
    """A problem found, and the measure in the worklist that mends it."""

    topic = models.ForeignKey(ResearchTopic, models.CASCADE, related_name="problems", verbose_name="课题")
    text = models.CharField("问题", max_length=300)
    item = models.OneToOneField(
        "branches.WorklistItem",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="research_problem",
        verbose_name="对策措施",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = ResearchPartQuerySet.as_manager()

    class Meta:
        verbose_name = "调研发现的问题"
        verbose_name_plural = "调研发现的问题"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="research_problem_unique",
                fields=["topic", "text"],
                violation_error_message="这个问题已经列入。",
            ),
        ]

    def __str__(self) -> str:
        return self.text
