from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Meeting, Organisation, Worklist
from branches.querysets import OrganisationRowQuerySet
from branches.validators import validate_plain_text
from discipline.choices import ActivityKind, Audience, ProjectKind, RiskLevel, RiskOutcome, RiskState
from discipline.querysets import ProjectQuerySet, RiskReviewQuerySet


class Project(models.Model):
    """
    廉洁文化建设, 清廉机关创建 or 机关纪委建设五年行动 as a project list: tasks, owners, dates and results stand in the
    worklist. Told to everybody below, who may have tasks in it.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="discipline_projects", verbose_name="牵头党组织"
    )
    kind = models.CharField("类别", max_length=12, choices=ProjectKind)
    title = models.CharField("名称", max_length=80, validators=[validate_plain_text])
    first_year = models.PositiveSmallIntegerField("起始年度")
    last_year = models.PositiveSmallIntegerField("结束年度")
    audience = models.CharField("范围", max_length=8, choices=Audience, default=Audience.ALL, editable=False)
    worklist = models.OneToOneField(Worklist, models.PROTECT, related_name="+", verbose_name="项目清单")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "廉洁建设项目"
        verbose_name_plural = "廉洁建设项目"
        constraints = [
            models.UniqueConstraint(
                name="project_unique",
                fields=["organisation", "kind", "first_year", "title"],
                violation_error_message="这一年已有同名的项目清单。",
            ),
            models.CheckConstraint(
                name="project_years",
                condition=Q(first_year__gte=2000, last_year__gte=F("first_year"), last_year__lte=F("first_year") + 4),
                violation_error_message="年度须在2000年以后，从起始到结束最多五年。",
            ),
        ]
        indexes = [models.Index(name="project_recent", fields=["-first_year", "-id"])]

    def __str__(self) -> str:
        return self.title


class RiskPoint(models.Model):
    """A 廉政风险点: of a post (岗位), never of a person (domain.md §10)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="risk_points", verbose_name="单位")
    post = models.CharField("岗位", max_length=40, validators=[validate_plain_text])
    level = models.CharField("风险等级", max_length=1, choices=RiskLevel)
    description = models.CharField("风险表现", max_length=300)
    controls = models.CharField("防控措施", max_length=500)
    responsible = models.CharField("责任科室", max_length=40, validators=[validate_plain_text])
    state = models.CharField("状态", max_length=8, choices=RiskState, default=RiskState.ACTIVE)
    removed_on = models.DateField("销号日期", null=True, blank=True)
    remove_reason = models.CharField("销号原因", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "廉政风险点"
        verbose_name_plural = "廉政风险点"
        constraints = [
            models.UniqueConstraint(
                name="riskpoint_unique",
                fields=["organisation", "post", "description"],
                condition=Q(state="active"),
                violation_error_message="这个岗位的这条风险表现已经登记。",
            ),
            models.CheckConstraint(
                name="riskpoint_removed_in_full",
                condition=Q(state="active", removed_on=None, remove_reason="")
                | (Q(state="removed", removed_on__isnull=False) & ~Q(remove_reason="")),
                violation_error_message="销号须写明原因。",
            ),
        ]
        indexes = [models.Index(name="riskpoint_by_level", fields=["level", "id"])]

    def __str__(self) -> str:
        return f"{self.post}：{self.description}"[:80]


class RiskReview(models.Model):
    """One review of a risk point: first due, then done; the next one follows from it."""

    risk = models.ForeignKey(RiskPoint, models.PROTECT, db_index=False, related_name="reviews", verbose_name="风险点")
    due_on = models.DateField("应复查日期")
    opened_on = models.DateField("列入日期")
    reviewed_on = models.DateField("复查日期", null=True, blank=True)
    outcome = models.CharField("复查结果", max_length=10, choices=RiskOutcome, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )

    objects = RiskReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "风险点复查"
        verbose_name_plural = "风险点复查"
        constraints = [
            models.UniqueConstraint(name="riskreview_one_open", fields=["risk"], condition=Q(reviewed_on=None)),
            models.CheckConstraint(
                name="riskreview_in_full",
                condition=Q(reviewed_on=None, outcome="", by=None)
                | (Q(reviewed_on__isnull=False, by__isnull=False) & ~Q(outcome="")),
                violation_error_message="复查须有日期和结果。",
            ),
            models.CheckConstraint(
                name="riskreview_dates",
                condition=Q(due_on__gte=F("opened_on")),
                violation_error_message="复查日期不能早于列入日期。",
            ),
        ]
        indexes = [models.Index(name="riskreview_of_risk", fields=["risk", "-due_on"])]

    def __str__(self) -> str:
        return f"{self.risk} {self.due_on}"


class IntegrityActivity(models.Model):
    """A 廉洁文化活动; where a log tells of it, date and headcount are the log's."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="integrity_activities", verbose_name="主办党组织"
    )
    kind = models.CharField("活动类别", max_length=10, choices=ActivityKind)
    title = models.CharField("活动名称", max_length=80, validators=[validate_plain_text])
    held_on = models.DateField("日期")
    headcount = models.PositiveIntegerField("参加人数", null=True, blank=True)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="会议记录"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "廉洁文化活动"
        verbose_name_plural = "廉洁文化活动"
        constraints = [
            models.UniqueConstraint(
                name="activity_unique",
                fields=["organisation", "kind", "held_on", "title"],
                violation_error_message="这次活动已经登记。",
            )
        ]
        indexes = [models.Index(name="activity_recent", fields=["-held_on", "-id"])]

    def __str__(self) -> str:
        return self.title
