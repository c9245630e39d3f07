from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Member, Organisation
from education.choices import ClassKind, ClassState, LineResult
from education.querysets import TrainingClassQuerySet, TrainingLineQuerySet


class TrainingClass(models.Model):
    """
    A training class. ``organisation`` organises it; whoever lies below may be on its roll, so that a class of the work
    committee is joint by itself. Hours count once it is closed, in the year in which it ends.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="主办单位")
    title = models.CharField("培训班名称", max_length=80)
    kind = models.CharField("类别", max_length=16, choices=ClassKind)
    starts_on = models.DateField("开班日期")
    ends_on = models.DateField("结班日期")
    place = models.CharField("地点", max_length=80, blank=True)
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)
    pass_mark = models.PositiveSmallIntegerField("合格线（分）", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=ClassState, default=ClassState.OPEN)
    reason = models.CharField("取消或重新登记的原因", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    closed_at = models.DateTimeField("结班登记时间", null=True, blank=True)

    objects = TrainingClassQuerySet.as_manager()

    class Meta:
        verbose_name = "培训班"
        verbose_name_plural = "培训班"
        constraints = [
            models.CheckConstraint(
                name="training_class_dates",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="结班日期不能早于开班日期。",
            ),
            models.CheckConstraint(
                name="training_class_hours",
                condition=Q(hours__gt=0, hours__lte=400),
                violation_error_message="学时应大于0，不超过400。",
            ),
            models.CheckConstraint(
                name="training_class_mark",
                condition=Q(pass_mark=None) | Q(pass_mark__gte=1, pass_mark__lte=100),
                violation_error_message="合格线应在1至100分之间。",
            ),
            models.CheckConstraint(
                name="training_class_tested",
                condition=~Q(kind="qualifying") | Q(pass_mark__isnull=False),
                violation_error_message="上岗培训须有合格线。",
            ),
            models.CheckConstraint(
                name="training_class_closed",
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at=None)),
            ),
            models.CheckConstraint(
                name="training_class_reason",
                condition=~Q(state="cancelled") | ~Q(reason=""),
                violation_error_message="请写明取消的原因。",
            ),
            models.UniqueConstraint(
                name="training_class_once",
                fields=["organisation", "title", "starts_on"],
                condition=~Q(state="cancelled"),
                violation_error_message="同名、同日开班的培训班已经登记。",
            ),
        ]
        indexes = [models.Index(name="training_class_recent", fields=["-starts_on", "-id"])]

    def __str__(self) -> str:
        return self.title


class TrainingLine(models.Model):
    """
    One member on the roll of a class. ``organisation`` is the branch in which the member was when put on it.
    ``attended`` None is not yet told; ``hours`` are fixed when the class is closed.
    """

    training_class = models.ForeignKey(
        TrainingClass, models.PROTECT, related_name="lines", db_index=False, verbose_name="培训班"
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="training_lines", verbose_name="党员")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="所在党支部")
    attended = models.BooleanField("参加", null=True, blank=True)
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1, null=True, blank=True)
    score = models.DecimalField("考试成绩", max_digits=4, decimal_places=1, null=True, blank=True)
    resit_score = models.DecimalField("补考成绩", max_digits=4, decimal_places=1, null=True, blank=True)
    result = models.CharField("结果", max_length=10, choices=LineResult, default=LineResult.UNTESTED)

    objects = TrainingLineQuerySet.as_manager()

    class Meta:
        verbose_name = "学员"
        verbose_name_plural = "学员"
        constraints = [
            models.UniqueConstraint(
                name="training_line_unique",
                fields=["training_class", "member"],
                violation_error_message="该党员已在学员名单中。",
            ),
            models.CheckConstraint(
                name="training_line_hours",
                condition=Q(hours=None) | Q(hours__gte=0, hours__lte=400),
                violation_error_message="学时应在0至400之间。",
            ),
            models.CheckConstraint(
                name="training_line_scores",
                condition=(Q(score=None) | Q(score__gte=0, score__lte=100))
                & (Q(resit_score=None) | Q(resit_score__gte=0, resit_score__lte=100)),
                violation_error_message="成绩应在0至100分之间。",
            ),
            models.CheckConstraint(
                name="training_line_resit",
                condition=Q(resit_score=None) | Q(score__isnull=False),
                violation_error_message="没有考试成绩的，不登记补考成绩。",
            ),
            models.CheckConstraint(
                name="training_line_absent",
                condition=Q(attended=None)
                | Q(attended=True)
                | Q(attended=False, score=None, resit_score=None, result="untested"),
                violation_error_message="没有参加的，不登记成绩和结果。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_class_id} {self.member_id}"
