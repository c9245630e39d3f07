"""党费."""

from django.db import models


class DuesPayer(models.TextChoices):
    """
    Who pays by which article (党费收缴规定 arts. 1-7; domain.md §6). The last is one choice on purpose: which of the
    four applies to somebody is nobody's business here (N11).
    """

    MONTHLY = "monthly", "按月领取工资"
    ANNUAL = "annual", "年薪制"
    BUSINESS = "business", "个体经营等"
    RETIRED = "retired", "离退休"
    FARMER = "farmer", "农民"
    STUDENT = "student", "学生、下岗失业、低保或抚恤"


class DuesBaseState(models.TextChoices):
    DRAFT = "draft", "未报送"
    SUBMITTED = "submitted", "待核定"
    APPROVED = "approved", "已核定"
    RETURNED = "returned", "已退回"


class DuesPaymentKind(models.TextChoices):
    DUES = "dues", "党费"
    EXTRA = "extra", "自愿多交"


class DuesReliefKind(models.TextChoices):
    REDUCED = "reduced", "少交"
    EXEMPT = "exempt", "免交"


class DuesReliefReason(models.TextChoices):
    """A category only: no particulars of anyone's hardship (N11)."""

    HARDSHIP = "hardship", "交纳党费确有困难"
    OTHER = "other", "其他情形（经上级党委批准）"


class DuesReliefState(models.TextChoices):
    PROPOSED = "proposed", "待批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"


class DuesImportKind(models.TextChoices):
    BASES = "bases", "党费计算基数"
    PAYMENTS = "payments", "党费交纳情况"
