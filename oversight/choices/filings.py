"""规范性文件备案: whether a document is to be filed, how a filing stands, what a review ends with (domain.md §11)."""

from django.db import models


class FilingKind(models.TextChoices):
    """Whether the document is to be filed; every ground but the first closes the case."""

    DUE = "due", "应当备案"
    PERSONNEL = "personnel", "不备案：人事调整、机构编制、表彰决定"
    ROUTINE = "routine", "不备案：请示报告、会议通知、纪要、讲话、通报、要点、总结"
    INTERNAL = "internal", "不备案：机关内部工作制度和工作方案"
    SINGLE = "single", "不备案：不具有普遍约束力或不可反复适用"
    JOINT = "joint", "不备案：联合制发，由牵头机关报备"


class FilingState(models.TextChoices):
    PENDING = "pending", "待报备"
    FILED = "filed", "待接收"
    REVIEWING = "reviewing", "审查中"
    PASSED = "passed", "已通过"
    CORRECTING = "correcting", "待纠正"
    EXEMPT = "exempt", "不需备案"


class FilingOutcome(models.TextChoices):
    PASS = "pass", "通过"
    ADVISE = "advise", "通过并提出建议"
    INFORM = "inform", "通过并告知"
    REMIND = "remind", "通过并书面提醒"
    REFUSE = "refuse", "不予通过"
