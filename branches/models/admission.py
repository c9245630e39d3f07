from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.choices import (
    AdmissionActor,
    AdmissionLimit,
    AdmissionOutcome,
    AdmissionStage,
    ApplicantChangeKind,
    ApplicantStatus,
    Gender,
    HelperRole,
    OrganisationKind,
    Standing,
    StopCategory,
)
from branches.models.meetings import Meeting
from branches.models.members import Member
from branches.models.organisations import Organisation
from branches.querysets import AdmissionPartQuerySet, ApplicantQuerySet

LAST_STEP = 25


class AdmissionRule(models.Model):
    """
    A dated rule: one step of 发展党员, what comes before it, who does it and one limit of it (domain.md §5, R19).

    The unit of ``minimum`` and ``maximum`` follows from the limit: years of age, months, persons, hours or days of
    training. A step may have further rows of the supplementary limits (``AdmissionLimit.supplementary``).
    """

    step = models.PositiveSmallIntegerField("步骤")
    stage = models.PositiveSmallIntegerField("阶段", choices=AdmissionStage)
    title = models.CharField("名称", max_length=40)
    actor = models.CharField("办理方", max_length=10, choices=AdmissionActor)
    requires = models.JSONField("前置步骤", default=list, blank=True)
    is_optional = models.BooleanField("可注明原因略过", default=False)
    limit = models.CharField("时限种类", max_length=20, choices=AdmissionLimit, default=AdmissionLimit.NONE)
    base_step = models.PositiveSmallIntegerField("起算步骤", null=True, blank=True)
    minimum = models.PositiveSmallIntegerField("下限", null=True, blank=True)
    maximum = models.PositiveSmallIntegerField("上限", null=True, blank=True)
    special_maximum = models.PositiveSmallIntegerField("特殊情况上限", null=True, blank=True)
    is_hard = models.BooleanField("必须遵守", default=False)
    source = models.CharField("依据", max_length=120)
    article = models.CharField("条款", max_length=40, blank=True)
    label = models.CharField("性质", max_length=20, default="细则要求")
    valid_from = models.DateField("施行日期")
    valid_until = models.DateField("失效日期", null=True, blank=True)

    objects = models.Manager()

    class Meta:
        verbose_name = "发展党员规则"
        verbose_name_plural = "发展党员规则"
        ordering = ["step", "pk"]
        constraints = [
            models.UniqueConstraint(name="admission_rule_dated", fields=["step", "limit", "valid_from"]),
            models.CheckConstraint(name="admission_rule_step", condition=Q(step__gte=1, step__lte=LAST_STEP)),
            models.CheckConstraint(
                name="admission_rule_dates", condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.title}"


class Applicant(models.Model):
    """
    A person on the way into the Party: status and dates only, no ID number, no case file (domain.md §5 note d, N11).
    ``standing``, ``round``, ``probation_ends_on`` and the rows of ``AdmissionDue`` follow from the steps and are
    rewritten with them.
    """

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="applicants",
        db_index=False,
        verbose_name="党支部",
        limit_choices_to={"kind": OrganisationKind.BRANCH},
    )
    name = models.CharField("姓名", max_length=40)
    name_pinyin = models.CharField("拼音", max_length=120, editable=False)
    initials = models.CharField("拼音首字母", max_length=20, editable=False)
    gender = models.CharField("性别", max_length=1, choices=Gender, default=Gender.UNKNOWN)
    birth_date = models.DateField("出生日期")
    status = models.CharField("状态", max_length=10, choices=ApplicantStatus, default=ApplicantStatus.ONGOING)
    standing = models.PositiveSmallIntegerField("发展阶段", choices=Standing, default=Standing.APPLICANT)
    round = models.PositiveSmallIntegerField("转正讨论轮次", default=1, editable=False)
    last_step = models.PositiveSmallIntegerField("已办到第几步", default=0, editable=False)
    training_days = models.PositiveSmallIntegerField("集中培训天数", null=True, blank=True)
    training_hours = models.PositiveSmallIntegerField("集中培训学时", null=True, blank=True)
    leaves_on = models.DateField("计划离开本单位日期", null=True, blank=True)
    probation_ends_on = models.DateField("预备期满日", null=True, blank=True, editable=False)
    extended_months = models.PositiveSmallIntegerField("延长预备期月数", default=0)
    stopped_on = models.DateField("停止日期", null=True, blank=True)
    stop_category = models.CharField("停止原因", max_length=10, choices=StopCategory, blank=True)
    member = models.OneToOneField(
        Member, models.SET_NULL, null=True, blank=True, related_name="applicant", verbose_name="党员"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ApplicantQuerySet.as_manager()

    class Meta:
        verbose_name = "发展对象名册"
        verbose_name_plural = "发展对象名册"
        constraints = [
            models.CheckConstraint(
                name="applicant_stopped_with_reason",
                condition=(Q(status="stopped") & ~Q(stop_category="") & Q(stopped_on__isnull=False))
                | (~Q(status="stopped") & Q(stop_category="", stopped_on=None)),
                violation_error_message="停止培养须有日期和原因。",
            ),
            models.CheckConstraint(
                name="applicant_extended_once",
                condition=Q(extended_months=0) | Q(round=2),
                violation_error_message="预备期只能延长一次。",
            ),
        ]
        indexes = [
            models.Index(name="applicant_branch", fields=["organisation", "status"]),
            models.Index(name="applicant_pinyin", fields=["name_pinyin", "id"]),
            models.Index(name="applicant_standing", fields=["status", "standing"]),
        ]

    def __str__(self) -> str:
        return self.name


class AdmissionStep(models.Model):
    """
    One of the 25 steps as it was done: the day, a document's reference, nothing of its content. Steps 21 to 24 are done
    a second time after the probation was extended (``round`` 2). Steps 15 and 23 name the assembly's log.
    """

    applicant = models.ForeignKey(
        Applicant, models.PROTECT, related_name="steps", db_index=False, verbose_name="发展对象"
    )
    step = models.PositiveSmallIntegerField("步骤")
    round = models.PositiveSmallIntegerField("轮次", default=1)
    done_on = models.DateField("办理日期")
    is_skipped = models.BooleanField("略过", default=False)
    note = models.CharField("文号或材料编号", max_length=60, blank=True)
    reason = models.CharField("说明", max_length=120, blank=True)
    outcome = models.CharField("讨论结果", max_length=10, choices=AdmissionOutcome, blank=True)
    months = models.PositiveSmallIntegerField("延长月数", null=True, blank=True)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="admission_steps", verbose_name="支部大会记录"
    )
    vote_subject = models.CharField("表决事项", max_length=120, blank=True)
    result = models.CharField("表决结果", max_length=120, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name="填写人")
    at = models.DateTimeField("填写时间", auto_now_add=True)

    objects = AdmissionPartQuerySet.as_manager()

    class Meta:
        verbose_name = "发展党员步骤"
        verbose_name_plural = "发展党员步骤"
        ordering = ["round", "step"]
        constraints = [
            models.UniqueConstraint(
                name="admission_step_once",
                fields=["applicant", "step", "round"],
                violation_error_message="这一步已经填写过了。",
            ),
            models.CheckConstraint(name="admission_step_number", condition=Q(step__gte=1, step__lte=LAST_STEP)),
            models.CheckConstraint(
                name="admission_step_skipped_with_reason",
                condition=Q(is_skipped=False) | ~Q(reason=""),
                violation_error_message="略过须写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applicant_id} {self.step}"


class AdmissionReview(models.Model):
    """One half-yearly 考察 of an activist: that it took place, and when."""

    applicant = models.ForeignKey(
        Applicant, models.PROTECT, related_name="reviews", db_index=False, verbose_name="发展对象"
    )
    done_on = models.DateField("考察日期")
    note = models.CharField("文号或材料编号", max_length=60, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name="填写人")
    at = models.DateTimeField("填写时间", auto_now_add=True)

    objects = AdmissionPartQuerySet.as_manager()

    class Meta:
        verbose_name = "半年考察"
        verbose_name_plural = "半年考察"
        ordering = ["done_on"]
        constraints = [
            models.UniqueConstraint(
                name="admission_review_once",
                fields=["applicant", "done_on"],
                violation_error_message="这一天已有考察记录。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.applicant_id} {self.done_on}"


class AdmissionHelper(models.Model):
    """A full member who accompanies the person: 培养联系人 or 入党介绍人. ``ends_on`` is exclusive."""

    applicant = models.ForeignKey(
        Applicant, models.PROTECT, related_name="helpers", db_index=False, verbose_name="发展对象"
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="admissions_helped", verbose_name="党员")
    role = models.CharField("身份", max_length=10, choices=HelperRole)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)

    objects = AdmissionPartQuerySet.as_manager()

    class Meta:
        verbose_name = "培养联系人和入党介绍人"
        verbose_name_plural = "培养联系人和入党介绍人"
        ordering = ["role", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="admission_helper_once",
                fields=["applicant", "member", "role"],
                condition=Q(ends_on=None),
                violation_error_message="同一名党员不能重复担任。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.applicant_id} {self.role} {self.member_id}"


class AdmissionChange(models.Model):
    """What stood before a correction, a stop or a move; never overwritten."""

    applicant = models.ForeignKey(
        Applicant, models.PROTECT, related_name="changes", db_index=False, verbose_name="发展对象"
    )
    kind = models.CharField("事项", max_length=10, choices=ApplicantChangeKind)
    step = models.PositiveSmallIntegerField("步骤", null=True, blank=True)
    before = models.CharField("原内容", max_length=200, blank=True)
    after = models.CharField("改为", max_length=200, blank=True)
    reason = models.CharField("原因", max_length=120, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name="办理人")
    at = models.DateTimeField("时间", auto_now_add=True)

    objects = AdmissionPartQuerySet.as_manager()

    class Meta:
        verbose_name = "发展党员变更记录"
        verbose_name_plural = "发展党员变更记录"
        ordering = ["-pk"]
        indexes = [models.Index(name="admission_change_person", fields=["applicant", "-id"])]

    def __str__(self) -> str:
        return f"{self.applicant_id} {self.kind}"


class AdmissionDue(models.Model):
    """
    A step that is next for a person, or the next half-yearly review (step 6): from when, until when. A summary that is
    rewritten in the transaction of its cause; whether it is overdue is judged when reading. ``sort_on`` is the day by
    which it is listed: the end, else the beginning.
    """

    applicant = models.ForeignKey(
        Applicant, models.CASCADE, related_name="dues", db_index=False, verbose_name="发展对象"
    )
    step = models.PositiveSmallIntegerField("步骤")
    actor = models.CharField("办理方", max_length=10, choices=AdmissionActor)
    from_on = models.DateField("最早办理日期")
    due_on = models.DateField("最迟办理日期", null=True, blank=True)
    sort_on = models.DateField("排序日期")

    objects = AdmissionPartQuerySet.as_manager()

    class Meta:
        verbose_name = "发展党员待办"
        verbose_name_plural = "发展党员待办"
        constraints = [models.UniqueConstraint(name="admission_due_once", fields=["applicant", "step"])]
        indexes = [
            models.Index(name="admission_due_day", fields=["sort_on", "id"]),
            models.Index(name="admission_due_step", fields=["step", "sort_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.applicant_id} {self.step}"
