"""发展党员."""

from django.db import models


class AdmissionStage(models.IntegerChoices):
    """The five stages of 发展党员 (domain.md §5)."""

    APPLICATION = 1, "申请入党"
    ACTIVIST = 2, "入党积极分子的确定和培养教育"
    CANDIDATE = 3, "发展对象的确定和考察"
    ADMISSION = 4, "预备党员的接收"
    CONFIRMATION = 5, "预备党员的教育考察和转正"


class Standing(models.IntegerChoices):
    """发展阶段 of a person (domain.md §15.2)."""

    APPLICANT = 1, "入党申请人"
    ACTIVIST = 2, "入党积极分子"
    CANDIDATE = 3, "发展对象"
    PROBATIONARY = 4, "预备党员"
    FULL = 5, "正式党员"


class ApplicantStatus(models.TextChoices):
    ONGOING = "ongoing", "培养发展中"
    CONFIRMED = "confirmed", "已转正"
    CANCELLED = "cancelled", "取消预备党员资格"
    STOPPED = "stopped", "已停止"


class StopCategory(models.TextChoices):
    """Why it ends early: a category, never the content."""

    OWN_WISH = "own_wish", "本人撤回申请"
    NOT_YET = "not_yet", "暂不具备条件"
    MOVED = "moved", "调离，转其他单位继续培养"
    LEFT = "left", "已办理党员减员"
    OTHER = "other", "其他"


class AdmissionActor(models.TextChoices):
    BRANCH = "branch", "党支部"
    SUPERIOR = "superior", "上级党组织"


class AdmissionLimit(models.TextChoices):
    """What a rule of 发展党员 measures, and in which unit."""

    NONE = "none", "无时限"
    AGE = "age", "年满（岁）"
    WITHIN = "within", "起算后几个月内"
    AFTER = "after", "起算后至少几个月"
    EVERY = "every", "每几个月一次"
    PEOPLE = "people", "人数"
    TRAINING_HOURS = "training_hours", "培训学时"
    TRAINING_DAYS = "training_days", "培训天数"
    STAY = "stay", "几个月内将离开的不办理"
    VOTE = "vote", "支部大会表决"
    PROBATION = "probation", "预备期（月）"
    EXTENSION = "extension", "延长预备期（月）"


#: Limits that stand beside a step's main one.
SUPPLEMENTARY_LIMITS = (AdmissionLimit.TRAINING_DAYS, AdmissionLimit.EXTENSION)


class AdmissionOutcome(models.TextChoices):
    """What the assembly decides at the end of the probation (step 23)."""

    CONFIRM = "confirm", "按期转正"
    EXTEND = "extend", "延长预备期"
    CANCEL = "cancel", "取消预备党员资格"


class HelperRole(models.TextChoices):
    CONTACT = "contact", "培养联系人"
    INTRODUCER = "introducer", "入党介绍人"


class ApplicantChangeKind(models.TextChoices):
    CORRECTION = "correction", "更正"
    WITHDRAWAL = "withdrawal", "撤回步骤"
    TRANSFER = "transfer", "转接培养"
    STOP = "stop", "停止培养"
    RESUME = "resume", "恢复培养"
    FACTS = "facts", "更正基本信息"
    EXTENSION = "extension", "延长预备期"
