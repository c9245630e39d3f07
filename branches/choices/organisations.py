"""Levels, types and changes of organisations, and what the advice list measures."""

from django.db import models


class OrganisationKind(models.TextChoices):
    """Level of the tree, highest first."""

    WORK_COMMITTEE = "work_committee", "机关工委"
    UNIT = "unit", "单位"
    ORGAN_COMMITTEE = "organ_committee", "机关党委"
    GENERAL_BRANCH = "general_branch", "党总支"
    BRANCH = "branch", "党支部"
    GROUP = "group", "党小组"


#: Which kinds may stand directly under which.
CHILD_KINDS: dict[str, tuple[str, ...]] = {
    OrganisationKind.WORK_COMMITTEE: (OrganisationKind.UNIT,),
    OrganisationKind.UNIT: (OrganisationKind.ORGAN_COMMITTEE, OrganisationKind.GENERAL_BRANCH, OrganisationKind.BRANCH),
    OrganisationKind.ORGAN_COMMITTEE: (OrganisationKind.GENERAL_BRANCH, OrganisationKind.BRANCH),
    OrganisationKind.GENERAL_BRANCH: (OrganisationKind.BRANCH,),
    OrganisationKind.BRANCH: (OrganisationKind.GROUP,),
    OrganisationKind.GROUP: (),
}


class OrganisationType(models.TextChoices):
    """Type codes on which three public systems agree (domain.md §15.1)."""

    COMMITTEE = "611", "党委"
    GENERAL_BRANCH = "621", "党总支部"
    BRANCH = "631", "党支部"
    JOINT_BRANCH = "632", "联合党支部"
    TEMPORARY_COMMITTEE = "911", "临时党委"
    TEMPORARY_GENERAL_BRANCH = "921", "临时党总支部"
    TEMPORARY_BRANCH = "931", "临时党支部"
    TEMPORARY_JOINT_BRANCH = "932", "临时联合党支部"


#: Which types fit which kind; a unit, the work committee and a group have none (domain.md §15.1).
TYPES_BY_KIND: dict[str, tuple[str, ...]] = {
    OrganisationKind.ORGAN_COMMITTEE: ("611", "911"),
    OrganisationKind.GENERAL_BRANCH: ("621", "921"),
    OrganisationKind.BRANCH: ("631", "632", "931", "932"),
}

#: Temporary branches have no obligations of their own (支部工作条例 art. 8; domain.md §16).
TEMPORARY_TYPES = ("911", "921", "931", "932")


class OrganisationStatus(models.TextChoices):
    ACTIVE = "active", "正常"
    SUSPENDED = "suspended", "暂停活动"
    MERGED = "merged", "已合并"
    ABOLISHED = "abolished", "已撤销"


class OrganisationChangeKind(models.TextChoices):
    FOUNDED = "founded", "成立"
    RENAMED = "renamed", "更名"
    MOVED = "moved", "调整隶属"
    MERGED = "merged", "合并"
    SUSPENDED = "suspended", "暂停活动"
    RESUMED = "resumed", "恢复活动"
    ABOLISHED = "abolished", "撤销"
    UPDATED = "updated", "信息变更"
    REVERSED = "reversed", "撤回变动"


class AdviceMeasure(models.TextChoices):
    """What a rule of the advice list looks at (domain.md §16: R01, R02, R14-R17)."""

    FULL_MEMBERS = "full_members", "正式党员数"
    MEMBERS = "members", "党员总数"
    COMMITTEE_NEEDED = "committee_needed", "应设支委会的委员数"
    COMMITTEE_USUAL = "committee_usual", "支委会通常人数"
    COMMITTEE_NEEDLESS = "committee_needless", "不设支委会的委员数"
    DISCIPLINE_COMMITTEE = "discipline_committee", "机关纪委"
    DISCIPLINE_SECRETARY = "discipline_secretary", "机关纪委书记"
    PARTY_STAFF = "party_staff", "专职党务工作人员占比"
    SECRETARY_AGE = "secretary_age", "书记党龄（月）"


class AdviceLevel(models.TextChoices):
    WARN = "warn", "建议调整"
    INFO = "info", "供参考"
