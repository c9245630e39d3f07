from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Meeting, Member, Organisation
from branches.querysets import OrganisationRowQuerySet
from outreach.choices import ItemResult, PledgeCategory, PledgeState, PostGrade
from outreach.querysets import PledgePartQuerySet, PledgeQuerySet, VanguardPartQuerySet


class VanguardPost(models.Model):
    """党员先锋岗: held by one member or by a team. It is reviewed against its own standard alone."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="vanguard_posts", verbose_name="党组织")
    title = models.CharField("岗位名称", max_length=40)
    holder = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任人（党员）"
    )
    team = models.CharField("责任人（团队）", max_length=40, blank=True, help_text="由团队承担的填团队名称。")
    standard = models.TextField("岗位标准", max_length=500)
    shown_on = models.DateField("亮牌日期")
    valid_until = models.DateField("有效期至", null=True, blank=True)
    withdrawn_on = models.DateField("撤销日期", null=True, blank=True)
    reason = models.CharField("撤销原因", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    revision = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "先锋岗"
        verbose_name_plural = "先锋岗"
        constraints = [
            models.CheckConstraint(
                name="vanguard_one_holder",
                condition=Q(holder__isnull=False, team="") | (Q(holder=None) & ~Q(team="")),
                violation_error_message="责任人选一名党员，或填一个团队，只取其一。",
            ),
            models.CheckConstraint(
                name="vanguard_valid_dates",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("shown_on")),
                violation_error_message="有效期不能早于亮牌日期。",
            ),
            models.CheckConstraint(
                name="vanguard_withdrawn_with_reason",
                condition=Q(withdrawn_on=None, reason="")
                | (Q(withdrawn_on__isnull=False, withdrawn_on__gte=F("shown_on")) & ~Q(reason="")),
                violation_error_message="撤销须写明原因，日期不早于亮牌日期。",
            ),
        ]
        indexes = [models.Index(name="vanguard_recent", fields=["-shown_on", "-id"])]

    def __str__(self) -> str:
        return self.title


class VanguardReview(models.Model):
    """One review of a post; the meeting that did it is linked, not told again."""

    post = models.ForeignKey(VanguardPost, models.PROTECT, related_name="reviews", verbose_name="先锋岗")
    held_on = models.DateField("评议日期")
    grade = models.CharField("结果", max_length=8, choices=PostGrade)
    opinion = models.CharField("评议意见", max_length=300, blank=True)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="评议的会议"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects = VanguardPartQuerySet.as_manager()

    class Meta:
        verbose_name = "先锋岗评议"
        verbose_name_plural = "先锋岗评议"
        ordering = ["held_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="vanguard_review_daily",
                fields=["post", "held_on"],
                violation_error_message="这一天已经登记过评议。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.get_grade_display()}"


class Pledge(models.Model):
    """承诺践诺 of one member for one year: 提诺, 审诺, 公诺, 践诺, 评诺 (domain.md §12). Nothing is counted up."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="pledges", verbose_name="党支部")
    member = models.ForeignKey(Member, models.PROTECT, related_name="pledges", verbose_name="党员")
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField("状态", max_length=12, choices=PledgeState, default=PledgeState.SUBMITTED)
    reason = models.CharField("退回原因", max_length=200, blank=True)
    published_on = models.DateField("公诺日期", null=True, blank=True)
    judged_on = models.DateField("评诺日期", null=True, blank=True)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="评诺的会议"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    revision = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = "承诺"
        verbose_name_plural = "承诺"
        constraints = [
            models.UniqueConstraint(
                name="pledge_yearly", fields=["member", "year"], violation_error_message="这一年已经提出承诺。"
            ),
            models.CheckConstraint(name="pledge_year", condition=Q(year__range=(2000, 2100))),
            models.CheckConstraint(
                name="pledge_returned_with_reason",
                condition=~Q(state="returned") | ~Q(reason=""),
                violation_error_message="退回须写明原因。",
            ),
            models.CheckConstraint(
                name="pledge_published_dated",
                condition=~Q(state__in=["published", "judged"]) | Q(published_on__isnull=False),
            ),
            models.CheckConstraint(name="pledge_judged_dated", condition=Q(state="judged") ^ Q(judged_on__isnull=True)),
        ]
        indexes = [models.Index(name="pledge_branch_year", fields=["organisation", "year", "state"])]

    def __str__(self) -> str:
        return f"{self.member_id} {self.year}"


class PledgeItem(models.Model):
    pledge = models.ForeignKey(Pledge, models.CASCADE, related_name="items", verbose_name="承诺")
    number = models.PositiveSmallIntegerField("序号")
    category = models.CharField("类别", max_length=12, choices=PledgeCategory)
    content = models.CharField("承诺内容", max_length=200)
    due_on = models.DateField("完成时限")
    progress = models.CharField("践诺情况", max_length=300, blank=True)
    progress_on = models.DateField("填写日期", null=True, blank=True)
    result = models.CharField("评议结果", max_length=12, choices=ItemResult, blank=True)

    objects = PledgePartQuerySet.as_manager()

    class Meta:
        verbose_name = "承诺事项"
        verbose_name_plural = "承诺事项"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(name="pledge_item_number", fields=["pledge", "number"])]

    def __str__(self) -> str:
        return self.content


class PledgeLimit(models.Model):
    """How many items a member pledges a year. Sources differ (1-3 or 2-5, domain.md §17), so it is dated data."""

    valid_from = models.DateField("施行日期", unique=True)
    fewest = models.PositiveSmallIntegerField("最少条数")
    most = models.PositiveSmallIntegerField("最多条数")
    source = models.CharField("依据", max_length=120)

    objects = models.Manager()

    class Meta:
        verbose_name = "承诺条数"
        verbose_name_plural = "承诺条数"
        ordering = ["valid_from"]
        constraints = [
            models.CheckConstraint(
                name="pledge_limit_range", condition=Q(fewest__gte=1) & Q(most__gte=F("fewest")) & Q(most__lte=9)
            )
        ]

    def __str__(self) -> str:
        return f"{self.fewest}至{self.most}条"
