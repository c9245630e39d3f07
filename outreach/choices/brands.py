"""Brands (domain.md §9.2) and the exclusions from the approval gate (§9.1, R26)."""

from django.db import models


class BrandState(models.TextChoices):
    DECLARED = "declared", "申报"
    RETURNED = "returned", "退回修改"
    NURTURING = "nurturing", "培育"
    GUIDED = "guided", "中期指导"
    ACCEPTED = "accepted", "验收"
    RECOGNISED = "recognised", "认定"
    PROMOTED = "promoted", "推广"
    EXITED = "exited", "退出"


class NamingExclusion(models.TextChoices):
    """创建示范活动管理办法（试行）art. 3: what is no 创建示范活动 in its sense."""

    ASSESSMENT = "assessment", "年度、绩效、目标或责任制考核"
    BUSINESS = "business", "业务性等级评定、技术考核或改革试点"
    INNER = "inner", "以本单位内设机构为对象"
