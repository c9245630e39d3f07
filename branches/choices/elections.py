"""Posts, terms and elections."""

from django.db import models

from branches.choices.organisations import OrganisationKind


class PostKind(models.TextChoices):
    """Posts in a branch committee (支部工作条例 art. 20; domain.md §15.2)."""

    SECRETARY = "secretary", "书记"
    DEPUTY_SECRETARY = "deputy_secretary", "副书记"
    ORGANISATION = "organisation", "组织委员"
    PUBLICITY = "publicity", "宣传委员"
    DISCIPLINE = "discipline", "纪检委员"
    YOUTH = "youth", "青年委员"
    UNITED_FRONT = "united_front", "统战委员"
    SECRECY = "secrecy", "保密委员"
    COMMITTEE_MEMBER = "committee_member", "委员"
    GROUP_LEADER = "group_leader", "党小组长"
    DISCIPLINE_SECRETARY = "discipline_secretary", "机关纪委书记"


#: Posts whose holders sit in the committee: all but the group leader and the head of the separate 机关纪委.
COMMITTEE_POSTS = tuple(
    kind.value for kind in PostKind if kind not in (PostKind.GROUP_LEADER, PostKind.DISCIPLINE_SECRETARY)
)

LEADER_POSTS = (PostKind.SECRETARY.value, PostKind.DEPUTY_SECRETARY.value)

#: What an elected member of the committee may be given; leaders are elected apart.
COMMITTEE_DIVISIONS = tuple(kind for kind in COMMITTEE_POSTS if kind not in LEADER_POSTS)

#: A committee has at least this many members (支部工作条例 art. 20: 3 to 5, at most 7).
COMMITTEE_MINIMUM = 3


class ElectionMeasure(models.TextChoices):
    """What a rule about terms and elections fixes (R12, R13; domain.md §3)."""

    TERM_YEARS = "term_years", "任期（年）"
    REMINDER_MONTHS = "reminder_months", "提前提醒（月）"
    EXTENSION_MONTHS = "extension_months", "延期或提前上限（月）"
    QUORUM_PERCENT = "quorum_percent", "到会人数（占应到会的百分比）"
    DIFFERENCE_PERCENT = "difference_percent", "候选人差额（占应选的百分比）"
    MAJORITY_BASE = "majority_base", "过半数的基数"


class TermPlace(models.TextChoices):
    """Whose term a rule fixes; the first three are kinds of organisations."""

    BRANCH = "branch", "党支部"
    GENERAL_BRANCH = "general_branch", "党总支"
    ORGAN_COMMITTEE = "organ_committee", "机关党委（基层委员会）"
    VILLAGE = "village", "村、社区党组织"


#: Organisations that are led for a term.
TERM_KINDS = (OrganisationKind.ORGAN_COMMITTEE, OrganisationKind.GENERAL_BRANCH, OrganisationKind.BRANCH)


class ExtensionState(models.TextChoices):
    PROPOSED = "proposed", "待批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"


class ElectionKind(models.TextChoices):
    REGULAR = "regular", "换届选举"
    BY_ELECTION = "by_election", "补选"


class ElectionState(models.TextChoices):
    PREPARING = "preparing", "筹备选举"
    REPORTED = "reported", "待批准备案"
    COMPLETED = "completed", "已办结"
    CANCELLED = "cancelled", "已取消"


class ElectionOffice(models.TextChoices):
    COMMITTEE = "committee", "委员"
    SECRETARY = "secretary", "书记"
    DEPUTY = "deputy_secretary", "副书记"


class ElectionBody(models.TextChoices):
    """Who votes: all members, or the new committee at its first meeting (支部工作条例 art. 21)."""

    ASSEMBLY = "assembly", "党员大会"
    COMMITTEE = "committee", "委员会全体会议"


class ElectionBase(models.TextChoices):
    """Of whom a winner's approvals must be more than half; the sources disagree (domain.md §17)."""

    PRESENT = "present", "实到会有选举权人数"
    EXPECTED = "expected", "应到会有选举权人数"


class RoundKind(models.TextChoices):
    FIRST = "first", "首次投票"
    TIE = "tie", "票数相等重新投票"
    FRESH = "fresh", "不足名额另行选举"
    REPEAT = "repeat", "无效后重新投票"


class ExcuseReason(models.TextChoices):
    """Why the branch may leave a member out of 应到会; never applied by itself (domain.md §3, row 12)."""

    ILLNESS = "illness", "患病不能表达本人意志"
    AWAY = "away", "出国（境）或在外六个月以上未转组织关系"
    SENTENCE = "sentence", "被判刑正在服刑"
    BEDRIDDEN = "bedridden", "年老体弱卧床不起"
