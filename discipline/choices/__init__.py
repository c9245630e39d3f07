"""Enumerations of the wing. Nothing here names a person, a clue or a case."""

from django.db import models


class Audience(models.TextChoices):
    """公开范围: to everybody below the publisher, or to chosen units."""

    ALL = "all", "所属全部单位"
    CHOSEN = "chosen", "选定单位"


class ConferenceState(models.TextChoices):
    PLANNED = "planned", "已计划"
    HELD = "held", "已召开"
    CANCELLED = "cancelled", "已取消"


class DisciplineCategory(models.TextChoices):
    """六大纪律 (纪律处分条例; domain.md §10)."""

    POLITICAL = "political", "政治纪律"
    ORGANISATIONAL = "organisational", "组织纪律"
    INTEGRITY = "integrity", "廉洁纪律"
    MASSES = "masses", "群众纪律"
    WORK = "work", "工作纪律"
    LIFE = "life", "生活纪律"


class CircularState(models.TextChoices):
    PUBLISHED = "published", "已印发"
    WITHDRAWN = "withdrawn", "已撤回"


class FollowUpForm(models.TextChoices):
    """How something was studied where no log stands for it."""

    GROUP_STUDY = "group_study", "党组（党委）集体学习"
    SEMINAR = "seminar", "专题研讨"
    STAFF_MEETING = "staff_meeting", "干部职工大会"
    CHECK = "check", "对照检查整改"
    RELAYED = "relayed", "传达学习"


class ProjectKind(models.TextChoices):
    """What a project list of the wing is about."""

    CULTURE = "culture", "廉洁文化建设"
    CLEAN_ORGAN = "clean_organ", "清廉机关创建"
    FIVE_YEAR = "five_year", "机关纪委建设五年行动"


INTEGRITY_PROJECTS = (ProjectKind.CULTURE, ProjectKind.CLEAN_ORGAN)


class RiskLevel(models.TextChoices):
    """The stored values sort from high to low."""

    HIGH = "1", "高"
    MIDDLE = "2", "中"
    LOW = "3", "低"


class RiskState(models.TextChoices):
    ACTIVE = "active", "在管"
    REMOVED = "removed", "已销号"


class RiskOutcome(models.TextChoices):
    EFFECTIVE = "effective", "防控有效"
    IMPROVE = "improve", "需要改进"
    GONE = "gone", "风险消除"


class ActivityKind(models.TextChoices):
    LECTURE = "lecture", "廉政党课"
    VISIT = "visit", "参观廉政教育基地"
    FAMILY = "family", "家风家教活动"
    READING = "reading", "廉洁读书分享"
    WORKS = "works", "廉洁作品征集展示"
    OTHER = "other", "其他活动"


class StaffMark(models.TextChoices):
    FULL_TIME = "full_time", "专职"
    PART_TIME = "part_time", "兼职"


class IntegrityTalkKind(models.TextChoices):
    """Types of 廉政谈话 (domain.md §10): counted, never described."""

    INTEGRITY = "integrity", "廉政谈话"
    BEFORE_POST = "before_post", "任前廉政谈话"
    REMINDER = "reminder", "提醒谈话"
    ADMONITION = "admonition", "诫勉"
    INQUIRY = "inquiry", "函询"
