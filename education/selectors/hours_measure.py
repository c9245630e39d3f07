"""
Study hours as measures of obligations (R18, R18C, R18A): of how many members asked, how many reached.

What was reached is read from the nightly summary, so that the obligations and the summary always say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from accounts.roles import Capability
from branches.services.measures import Figure, Measure, MeasureSpan
from core.calendar import local_today
from education.choices import ClassState
from education.models import HoursYear, TrainingLine
from education.policy.hours import StudyRules, YearHours, has_reached, newcomer_until
from education.selectors.hours import Asked, judged_on, people_asked
from education.selectors.training_rules import study_rules

MEMBERS = "hours_members"
LEADERS = "hours_leaders"
NEWCOMERS = "hours_newcomers"

Wanted = Callable[[Asked, int, StudyRules], bool]


def is_member_asked(person: Asked, year: int, rules: StudyRules) -> bool:
    return not person.is_leader


def is_leader_asked(person: Asked, year: int, rules: StudyRules) -> bool:
    return person.is_leader


def is_newcomer_asked(person: Asked, year: int, rules: StudyRules) -> bool:
    """In the year in which the time for the training ends."""
    end = newcomer_end(person, rules)
    return end is not None and end.year == year


def newcomer_end(person: Asked, rules: StudyRules) -> date | None:
    months = rules.number("newcomer_months")
    if person.joined_on is None or not months:
        return None
    return newcomer_until(person.joined_on, person.confirmed_on, months)


def _people(wanted: Wanted, branches: Sequence[int] | None, year: int, rules: StudyRules) -> list[Asked]:
    found = people_asked(branches, judged_on(year, local_today()))
    return [person for person in found if wanted(person, year, rules)]


def _asked(
    wanted: Wanted,
) -> Callable[[Sequence[int] | None, Sequence[MeasureSpan]], Iterator[Figure]]:
    def asked(branches: Sequence[int] | None, spans: Sequence[MeasureSpan]) -> Iterator[Figure]:
        """How many members. Two queries a period."""
        rules = study_rules(local_today())
        for requirement, period in spans:
            people = _people(wanted, branches, period.starts_on.year, rules)
            for branch, count in Counter(person.branch for person in people).items():
                yield branch, requirement, period.code, count

    return asked


def _done(wanted: Wanted) -> Callable[[Sequence[int] | None, Sequence[MeasureSpan]], Iterator[Figure]]:
    def done(branches: Sequence[int] | None, spans: Sequence[MeasureSpan]) -> Iterator[Figure]:
        """How many of them have reached the hours. Three queries a period."""
        rules = study_rules(local_today())
        for requirement, period in spans:
            year = period.starts_on.year
            people = _people(wanted, branches, year, rules)
            hours = stored_hours(year, branches)
            reached = Counter(
                person.branch
                for person in people
                if has_reached(hours.get(person.member, YearHours()), is_leader=person.is_leader, rules=rules)
            )
            for branch, count in reached.items():
                yield branch, requirement, period.code, count

    return done


def stored_hours(year: int, branches: Sequence[int] | None) -> dict[int, YearHours]:
    """The summary of the year. One query."""
    rows = HoursYear.objects.filter(year=year).order_by()
    if branches is not None:
        rows = rows.filter(member__memberships__organisation__in=branches).distinct()
    columns = ("member_id", "hours_meetings", "hours_classes", "class_count")
    return {member: YearHours(*hours) for member, *hours in rows.values_list(*columns).iterator(chunk_size=2000)}


def newcomers_done(branches: Sequence[int] | None, spans: Sequence[MeasureSpan]) -> Iterator[Figure]:
    """How many newcomers attended a class of a superior organisation in their time. Three queries a period."""
    rules = study_rules(local_today())
    for requirement, period in spans:
        people = _people(is_newcomer_asked, branches, period.starts_on.year, rules)
        attended = class_days({person.member for person in people})
        found = Counter(person.branch for person in people if was_trained(person, attended, rules))
        for branch, count in found.items():
            yield branch, requirement, period.code, count


def class_days(members: set[int]) -> dict[int, list[date]]:
    """The last days of the closed classes that each attended. One query."""
    days: dict[int, list[date]] = {}
    lines = TrainingLine.objects.filter(attended=True, training_class__state=ClassState.CLOSED).order_by()
    if len(members) <= 500:
        lines = lines.filter(member__in=sorted(members))
    for member, day in lines.values_list("member_id", "training_class__ends_on"):
        days.setdefault(member, []).append(day)
    return days


def was_trained(person: Asked, attended: dict[int, list[date]], rules: StudyRules) -> bool:
    end = newcomer_end(person, rules)
    days = attended.get(person.member, ())
    return end is not None and any(person.joined_on <= day <= end for day in days if person.joined_on)


def _url(group: str) -> Callable[[int, date, date], str]:
    def url(branch: int, starts_on: date, ends_on: date) -> str:
        query = urlencode({"branch": branch, "year": starts_on.year, "group": group})
        return f"{reverse('education:hours_branch')}?{query}"

    return url


MEASURES = (
    Measure(
        MEMBERS,
        label="达到学时的党员",
        hint="按会议记录的到会情况和已结班的培训班自动计算，每天夜里更新；应做数是要求达到的党员人数。",
        done=_done(is_member_asked),
        asked=_asked(is_member_asked),
        asked_words="每名党员",
        url=_url("members"),
        capability=Capability.HOURS_VIEW,
    ),
    Measure(
        LEADERS,
        label="达到学时并参加集中培训的书记和班子成员",
        hint="按会议记录的到会情况和已结班的培训班自动计算，每天夜里更新；应做数是书记和班子成员人数。",
        done=_done(is_leader_asked),
        asked=_asked(is_leader_asked),
        asked_words="书记和每名班子成员",
        url=_url("leaders"),
        capability=Capability.HOURS_VIEW,
    ),
    Measure(
        NEWCOMERS,
        label="参加过集中培训的新党员",
        hint="上级党组织的培训班结班后自动计入；应做数是本年度到期的新党员人数。",
        done=newcomers_done,
        asked=_asked(is_newcomer_asked),
        asked_words="预备期内和转正后一年内的党员",
        url=_url("newcomers"),
        capability=Capability.HOURS_VIEW,
    ),
)
