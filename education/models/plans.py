from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from branches.models import Meeting, Organisation
from branches.querysets import OrganisationRowQuerySet
from education.choices import StudyPlanKind, StudyPlanState, TopicAudience
from education.models.materials import Material
from education.querysets import StudyPlanQuerySet, StudyTopicQuerySet


class StudyPlan(models.Model):
    """
    What is to be studied in a year or in a campaign, issued by the committee, a unit or a branch for the branches
    below it. It names its basis and its last day before it can be published (N7).
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="study_plans", db_index=False, verbose_name="制定组织"
    )
    kind = models.CharField("类型", max_length=12, choices=StudyPlanKind, default=StudyPlanKind.YEARLY)
    year = models.PositiveSmallIntegerField("年度", validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    title = models.CharField("名称", max_length=120)
    basis = models.CharField("依据", max_length=200, blank=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    units = models.ManyToManyField(Organisation, related_name="+", blank=True, verbose_name="发给哪些单位")
    state = models.CharField("状态", max_length=12, choices=StudyPlanState, default=StudyPlanState.DRAFT)
    published_on = models.DateField("发布日期", null=True, blank=True)
    closed_on = models.DateField("提前结束日期", null=True, blank=True)
    revision = models.PositiveIntegerField("版本", default=1, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="制定人")
    created_at = models.DateTimeField("制定时间", auto_now_add=True)

    objects = StudyPlanQuerySet.as_manager()

    class Meta:
        verbose_name = "学习计划"
        verbose_name_plural = "学习计划"
        constraints = [
            models.UniqueConstraint(
                name="study_plan_unique",
                fields=["organisation", "year", "title"],
                violation_error_message="这个年度已有同名的学习计划。",
            ),
            models.CheckConstraint(
                name="study_plan_dates",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="study_plan_published",
                condition=Q(state="draft", published_on=None)
                | ~Q(state="draft") & Q(published_on__isnull=False) & ~Q(basis=""),
                violation_error_message="发布的学习计划须有依据和发布日期。",
            ),
            models.CheckConstraint(
                name="study_plan_closed",
                condition=Q(state="closed", closed_on__isnull=False) | ~Q(state="closed") & Q(closed_on=None),
                violation_error_message="已结束的学习计划须有结束日期。",
            ),
        ]
        indexes = [
            models.Index(name="study_plan_recent", fields=["-year", "-id"]),
            models.Index(name="study_plan_organisation", fields=["organisation", "-year"]),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return bool(self.state == StudyPlanState.DRAFT)

    @property
    def is_published(self) -> bool:
        return bool(self.state == StudyPlanState.PUBLISHED)


class StudyTopic(models.Model):
    """One subject of a plan: what is read, by whom, within which days; asked of branches where it is required."""

    plan = models.ForeignKey(StudyPlan, models.PROTECT, related_name="topics", db_index=False, verbose_name="学习计划")
    number = models.PositiveSmallIntegerField("序号")
    theme = models.CharField("主题", max_length=120)
    reading = models.TextField("篇目", max_length=2000, blank=True, help_text="每行一篇")
    materials = models.ManyToManyField(Material, related_name="topics", blank=True, verbose_name="学习材料")
    audience = models.CharField("学习对象", max_length=16, choices=TopicAudience, default=TopicAudience.MEMBERS)
    starts_on = models.DateField("起")
    due_on = models.DateField("完成时限")
    is_required = models.BooleanField("必学", default=True)
    cancelled_on = models.DateField("取消日期", null=True, blank=True)
    cancel_reason = models.CharField("取消原因", max_length=200, blank=True)

    objects = StudyTopicQuerySet.as_manager()

    class Meta:
        verbose_name = "学习主题"
        verbose_name_plural = "学习主题"
        ordering = ["number", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="study_topic_unique",
                fields=["plan", "theme"],
                violation_error_message="这个计划里已有同名的主题。",
            ),
            models.CheckConstraint(
                name="study_topic_dates",
                condition=Q(due_on__gte=F("starts_on")),
                violation_error_message="完成时限不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="study_topic_cancelled",
                condition=Q(cancelled_on=None, cancel_reason="") | Q(cancelled_on__isnull=False) & ~Q(cancel_reason=""),
                violation_error_message="取消主题须写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return self.theme


class StudyTask(models.Model):
    """
    One topic for one branch, opened for everybody addressed when the plan is published, so that no branch is missing
    from a figure. It is done by the logs linked to it; what is required is a deadline of the branch (rule E01).
    """

    topic = models.ForeignKey(StudyTopic, models.PROTECT, related_name="tasks", db_index=False, verbose_name="学习主题")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="study_tasks", db_index=False, verbose_name="党支部"
    )

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "党支部的学习主题"
        verbose_name_plural = "党支部的学习主题"
        constraints = [models.UniqueConstraint(name="study_task_unique", fields=["topic", "organisation"])]
        indexes = [models.Index(name="study_task_organisation", fields=["organisation", "topic"])]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.organisation_id}"


class StudyLink(models.Model):
    """A log by which a branch did a topic. The log is named, never copied."""

    task = models.ForeignKey(StudyTask, models.CASCADE, related_name="links", db_index=False, verbose_name="学习主题")
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="study_links", verbose_name="会议记录")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="关联人")
    at = models.DateTimeField("关联时间", auto_now_add=True)

    class Meta:
        verbose_name = "学习主题的会议记录"
        verbose_name_plural = "学习主题的会议记录"
        constraints = [models.UniqueConstraint(name="study_link_unique", fields=["task", "meeting"])]

    def __str__(self) -> str:
        return f"{self.task_id} {self.meeting_id}"
