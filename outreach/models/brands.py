from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models import Organisation
from branches.querysets import OrganisationRowQuerySet
from outreach.choices import BrandState, NamingExclusion
from outreach.querysets import BrandPartQuerySet

NAMED = (BrandState.RECOGNISED, BrandState.PROMOTED)


class Brand(models.Model):
    """
    一支部一特色、一单位一品牌: the 五有 (name, emblem told in words, meaning, carrier = its worklist, effect; domain.md
    §9.2). It is named only with an approval or an exclusion of 创建示范活动管理办法 art. 3 (R26): the database says so.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="brands", verbose_name="创建单位")
    name = models.CharField("品牌名称", max_length=40)
    slogan = models.CharField("口号", max_length=80, blank=True)
    emblem = models.CharField("标识释义", max_length=300, blank=True, help_text="用文字说明标识的含义，不必上传图片。")
    meaning = models.TextField("内涵", max_length=1000)
    business = models.CharField("结合的业务", max_length=200, help_text="品牌和哪项主责主业结合。")
    effect = models.TextField(
        "成效", max_length=1000, blank=True, help_text="写可以核实的数，如“窗口等候时间由20分钟降到8分钟”。"
    )
    problems = models.TextField("存在问题", max_length=500, blank=True)
    declared_year = models.PositiveSmallIntegerField("申报年度")
    state = models.CharField("状态", max_length=12, choices=BrandState, default=BrandState.DECLARED)
    naming_organ = models.CharField("批准机关", max_length=80, blank=True)
    naming_number = models.CharField("批准或认定文号", max_length=60, blank=True)
    exclusion = models.CharField("不属于创建示范活动的情形", max_length=12, choices=NamingExclusion, blank=True)
    recognised_on = models.DateField("认定日期", null=True, blank=True)
    exited_on = models.DateField("退出日期", null=True, blank=True)
    exit_reason = models.CharField("退出原因", max_length=200, blank=True)
    worklist = models.OneToOneField("branches.Worklist", models.PROTECT, related_name="+", verbose_name="创建计划")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    revision = models.PositiveIntegerField("版本", default=1, editable=False)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "党建品牌"
        verbose_name_plural = "党建品牌"
        constraints = [
            models.UniqueConstraint(
                name="brand_one_open",
                fields=["organisation"],
                condition=~Q(state="exited"),
                violation_error_message="这个党组织已有一个在创建的品牌，先退出再申报新的。",
            ),
            models.CheckConstraint(
                name="brand_named_with_basis",
                condition=~Q(state__in=["recognised", "promoted"])
                | (~Q(naming_organ="") & ~Q(naming_number=""))
                | ~Q(exclusion=""),
                violation_error_message="认定须写明批准机关和文号，或属于哪种除外情形。",
            ),
            models.CheckConstraint(
                name="brand_named_with_date",
                condition=~Q(state__in=["recognised", "promoted"]) | Q(recognised_on__isnull=False),
                violation_error_message="认定须有日期。",
            ),
            models.CheckConstraint(
                name="brand_exited_with_reason",
                condition=~Q(state="exited") | (~Q(exit_reason="") & Q(exited_on__isnull=False)),
                violation_error_message="退出须写明日期和原因。",
            ),
            models.CheckConstraint(name="brand_year", condition=Q(declared_year__range=(2000, 2100))),
        ]
        indexes = [models.Index(name="brand_recent", fields=["-declared_year", "-id"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_named(self) -> bool:
        return self.state in NAMED


class BrandStep(models.Model):
    """One change of a brand's state, with the opinion of whoever decided it. Only added to."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="steps", verbose_name="品牌")
    state = models.CharField("状态", max_length=12, choices=BrandState)
    held_on = models.DateField("日期")
    opinion = models.CharField("意见", max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    at = models.DateTimeField("办理时间", auto_now_add=True)

    objects = BrandPartQuerySet.as_manager()

    class Meta:
        verbose_name = "品牌办理记录"
        verbose_name_plural = "品牌办理记录"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.held_on} {self.get_state_display()}"


class BrandCheck(models.Model):
    """The yearly re-check of a named brand."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="checks", verbose_name="品牌")
    year = models.PositiveSmallIntegerField("年度")
    held_on = models.DateField("复核日期")
    opinion = models.CharField("复核意见", max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="复核人")
    at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = BrandPartQuerySet.as_manager()

    class Meta:
        verbose_name = "品牌年度复核"
        verbose_name_plural = "品牌年度复核"
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(
                name="brand_check_yearly",
                fields=["brand", "year"],
                violation_error_message="这一年已经复核过。",
            ),
            models.CheckConstraint(name="brand_check_opinion", condition=~Q(opinion="")),
        ]

    def __str__(self) -> str:
        return f"{self.year}年复核"
