"""《党支部工作手册》 of one branch and one calendar year, read from the records (domain.md §14.1; mission L6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from accounts.models import User
from accounts.roles import Capability
from branches.choices import MeetingKind
from branches.models import Organisation
from branches.selectors import handbook_branch as of_branch
from branches.selectors import handbook_life as of_life
from branches.selectors import handbook_people as of_people
from branches.selectors.handbook_meetings import Written, kind_chapter, written_logs
from branches.selectors.handbook_parts import BranchYear, Chapter, Pairs, in_words
from core.models import Job

NAME = "党支部工作手册"
JOB_KIND = "handbook"
YEARS_OFFERED = 10
ORDERS_SHOWN = 5
_KINDS = MeetingKind

Read = Callable[[BranchYear], Chapter]


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter from the branch-year alone; left out for whoever lacks ``needs`` over the branch."""

    read: Read
    needs: Capability


#: The chapters before the logs and after them, in the usual order (domain.md §14.1). Further ones are added here.
BEFORE = (
    Section(of_branch.branch_facts, Capability.BRANCH_VIEW),
    Section(of_branch.committee, Capability.BRANCH_VIEW),
    Section(of_branch.roster, Capability.MEMBER_VIEW_MASKED),
    Section(of_branch.groups, Capability.MEMBER_LIST),
    Section(of_life.plans, Capability.PLAN_VIEW),
    Section(of_life.obligations, Capability.OBLIGATION_VIEW),
)
AFTER = (
    Section(of_life.talks, Capability.TALK_VIEW),
    Section(of_people.admissions, Capability.ADMISSION_VIEW),
    Section(of_people.dues, Capability.DUES_ACCOUNT),
    Section(of_people.relations, Capability.MEMBER_LIST),
    Section(of_people.terms, Capability.ELECTION_VIEW),
    Section(of_people.events, Capability.BRANCH_VIEW),
)
#: Kinds whose chapter always stands there, and those whose chapter stands only where there is a log.
USUAL_KINDS = (
    _KINDS.ASSEMBLY,
    _KINDS.COMMITTEE,
    _KINDS.GROUP,
    _KINDS.LECTURE,
    _KINDS.THEME_DAY,
    _KINDS.LIFE_MEETING,
    _KINDS.APPRAISAL,
)
OTHER_KINDS = (_KINDS.STUDY, _KINDS.WARNING_EDUCATION)


@dataclass(frozen=True, slots=True)
class Handbook:
    """What the three files say: they differ in form alone."""

    title: str
    branch: str
    cover: Pairs
    chapters: tuple[Chapter, ...]


def handbook(*, user: User, branch: Organisation, year: int, moment: datetime) -> Handbook:
    """Everything in the booklet that the user may see. 34 queries, however many logs and members there are."""
    then = BranchYear(branch, year, user, moment, timezone.localtime(moment).date())
    chapters = [
        *_chapters(then, BEFORE),
        *(_log_chapters(then) if then.may(Capability.MEETING_VIEW) else ()),
        *_chapters(then, AFTER),
    ]
    return Handbook(f"{year}年{NAME}", then.place.short_name, _cover(then), tuple(chapters))


def _chapters(then: BranchYear, sections: tuple[Section, ...]) -> list[Chapter]:
    return [section.read(then) for section in sections if then.may(section.needs)]


def _log_chapters(then: BranchYear) -> list[Chapter]:
    logs = written_logs(then)
    usual = [_log_chapter(then, kind, logs) for kind in USUAL_KINDS]
    others = [kind_chapter(then, kind, logs) for kind in OTHER_KINDS]
    return usual + [chapter for chapter in others if not chapter.is_empty]


def _log_chapter(then: BranchYear, kind: str, logs: list[Written]) -> Chapter:
    """A 民主评议 has its grades beside its logs."""
    chapter = kind_chapter(then, kind, logs)
    if kind != _KINDS.APPRAISAL:
        return chapter
    return Chapter(chapter.title, (*chapter.parts, *of_life.appraisal(then)))


def _cover(then: BranchYear) -> Pairs:
    local = timezone.localtime(then.moment)
    return (
        ("党支部", then.place.name),
        ("所在单位", then.name_then(then.place.unit)),
        ("年度", f"{then.year}年"),
        ("党支部书记", then.secretary),
        ("数据截至", f"{in_words(local.date())} {local:%H:%M}"),
        ("生成人", then.user.name),
    )


def handbook_years(branch: Organisation, today: date) -> list[int]:
    """Years to choose from, the latest first: those in which the branch stood, at most ten."""
    last = min(today, branch.ended_on - timedelta(days=1)) if branch.ended_on else today
    first = max(branch.founded_on.year, last.year - YEARS_OFFERED + 1)
    return list(range(last.year, first - 1, -1))


def handbook_orders(user: User, branch: Organisation) -> list[Job]:
    """The user's latest booklets of the branch. One query."""
    jobs = Job.objects.filter(owner_id=user.pk, kind=JOB_KIND, arguments__branch=branch.pk)
    return list(jobs.order_by("-created_at")[:ORDERS_SHOWN])
