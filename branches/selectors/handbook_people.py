"""The 工作手册 on people: 发展党员, 党费, 组织关系, 换届 and the year's 大事记, all derived from the records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Q

from branches.choices import (
    AdmissionOutcome,
    ApplicantStatus,
    EntryReason,
    LetterDirection,
    LetterState,
    MemberChangeKind,
    OrganisationChangeKind,
    OrganisationKind,
    PostKind,
    Standing,
)
from branches.models import (
    AdmissionReview,
    AdmissionStep,
    Applicant,
    DuesMonth,
    Election,
    ElectionCandidate,
    ElectionRound,
    MemberChange,
    Membership,
    OrganisationChange,
    TransferLetter,
)
from branches.policy.admission import CONFIRMED_STEP, CONFIRMING_STEP, Progress, standing_of
from branches.policy.dues import months_over
from branches.selectors.admission_rules import step_titles
from branches.selectors.dues_summary import Account, dues_account
from branches.selectors.handbook_branch import change_words
from branches.selectors.handbook_parts import BranchYear, Chapter, Facts, Listing, Note, in_short, in_words, kept

ACCOUNT_NOTE = "只列总数，不列个人交纳数额。依据：《关于中国共产党党费收缴、使用和管理的规定》。"
ADMISSION_NOTE = "只记阶段和办理日期，个人材料不在平台。"
EVENTS_NOTE = "由组织变动、任免、换届、发展党员等记录自动汇总。"


# 发展党员 ------------------------------------------------------------------------------------------------------------


def admissions(then: BranchYear) -> Chapter:
    """Who was on the way into the Party in the year: stage of that day, steps of the year. Four queries."""
    people = list(_applicants(then))
    steps: dict[int, list[AdmissionStep]] = defaultdict(list)
    for step in AdmissionStep.objects.filter(applicant__in=people, done_on__lte=then.day).order_by("done_on", "step"):
        steps[step.applicant_id].append(step)
    reviews: dict[int, list[date]] = defaultdict(list)
    held = AdmissionReview.objects.filter(applicant__in=people, done_on__range=then.span).order_by("done_on")
    for pk, day in held.values_list("applicant_id", "done_on"):
        reviews[pk].append(day)
    titles = step_titles()
    rows = [
        [person.name, _stage(person, done, then), _steps(done, reviews[person.pk], titles, then)]
        for person in people
        for done in [steps[person.pk]]
    ]
    listing = Listing("", ("姓名", "发展阶段", "本年度办理"), rows, (2, 2.6, 9), frozenset({"姓名", "发展阶段"}))
    return Chapter("发展党员", kept(listing, Note(ADMISSION_NOTE)))


def _applicants(then: BranchYear) -> Any:
    """With a step in the year, or under way through it."""
    begun = Applicant.objects.filter(organisation=then.branch)
    begun = begun.filter(pk__in=AdmissionStep.objects.filter(done_on__lte=then.day).values("applicant"))
    active = AdmissionStep.objects.filter(done_on__range=then.span).values("applicant")
    under_way = Q(status=ApplicantStatus.ONGOING) | Q(status=ApplicantStatus.STOPPED, stopped_on__gte=then.first)
    return begun.filter(Q(pk__in=active) | under_way).order_by("name_pinyin", "pk")


def _stage(person: Applicant, steps: list[AdmissionStep], then: BranchYear) -> str:
    if person.stopped_on is not None and person.stopped_on <= then.day:
        return f"{in_short(person.stopped_on)}停止培养"
    rounds = [step.round for step in steps if step.step == CONFIRMED_STEP]
    confirming = [step.outcome for step in steps if step.step == CONFIRMING_STEP and step.round in rounds]
    if AdmissionOutcome.CANCEL in confirming:
        return str(AdmissionOutcome.CANCEL.label)
    done = {step.step: step.done_on for step in steps}
    return str(Standing(standing_of(Progress(done=done), is_confirmed=AdmissionOutcome.CONFIRM in confirming)).label)


def _steps(steps: list[AdmissionStep], reviews: list[date], titles: dict[int, str], then: BranchYear) -> str:
    found = [(step.done_on, _step_words(step, titles)) for step in steps if then.first <= step.done_on <= then.last]
    found += [(day, "半年考察") for day in reviews]
    return "\n".join(f"{in_short(day)}　{words}" for day, words in sorted(found))


def _step_words(step: AdmissionStep, titles: dict[int, str]) -> str:
    words = titles.get(step.step) or f"第{step.step}步"
    if step.is_skipped:
        return f"{words}（略过：{step.reason}）"
    return words + (f"（{step.get_outcome_display()}）" if step.outcome else "")


# 党费 ----------------------------------------------------------------------------------------------------------------


def dues(then: BranchYear) -> Chapter:
    """Totals of the year, arrears as a number of people: nothing about one person (党费收缴规定). Four queries."""
    rows = DuesMonth.objects.filter(organisation=then.branch, year=then.year)
    months = list(rows.values_list("member_id", "month", "due", "paid"))
    account = dues_account(then.branch, then.year)
    if not months and not account.total.total:
        return Chapter("党费收缴", ())
    over = months_over(then.year, then.today)
    begun = 12 if then.year < then.today.year else then.today.month
    owing = {member for member, month, due, paid in months if month <= over and paid < due}
    asked = sum(due for _, month, due, _ in months if month <= begun)
    pairs = (
        ("全年应交" if begun == 12 else f"1至{begun}月应交", f"{asked}元"),
        ("本年度收到", f"{account.total.total}元"),
        ("交纳党费的党员", f"{account.payers}人"),
        ("减免党费的党员", f"{account.relieved}人"),
        ("已过月份未交清", f"{len(owing)}人"),
    )
    return Chapter("党费收缴", (Facts(pairs), _account(account), Note(ACCOUNT_NOTE)))


def _account(account: Account) -> Listing:
    headings = ("月份", "当月及预交（元）", "补交以前月份（元）", "自愿多交（元）", "合计（元）")
    lines = [(f"{line.month}月", line) for line in account.lines] + [("合计", account.total)]
    rows = [[name, line.dues, line.back, line.extra, line.total] for name, line in lines]
    return Listing("各月收到党费", headings, rows, (1, 2, 2, 2, 2), frozenset(headings))


# 组织关系 ------------------------------------------------------------------------------------------------------------


def relations(then: BranchYear) -> Chapter:
    """Who came, who left, and the 介绍信 of the year. Three queries."""
    span = Q(starts_on__range=then.span) | Q(ends_on__range=then.span)
    stays = Membership.objects.filter(span, organisation=then.branch).select_related("member")
    found = list(stays.order_by("starts_on", "pk"))
    letters = _letters(then)
    others = _other_sides(then, found, letters)
    came = [
        [stay.starts_on, stay.member.name, stay.get_entry_reason_display(), others.get((stay.pk, "from"), "")]
        for stay in found
        if then.first <= stay.starts_on <= then.last and stay.entry_reason != EntryReason.IMPORTED
    ]
    left = [
        [stay.ends_on, stay.member.name, stay.get_leave_reason_display(), others.get((stay.pk, "to"), "")]
        for stay in sorted(found, key=lambda stay: (stay.ends_on or then.last, stay.pk))
        if stay.ends_on is not None and then.first <= stay.ends_on <= then.last
    ]
    headings = ("编号", "姓名", "方向", "对方党组织", "开具日期", "有效期至", "接收日期", "状态")
    centred = frozenset(headings) - {"对方党组织", "编号"}
    rows = [_letter_row(letter, then) for letter in letters]
    middle = frozenset({"日期", "姓名", "方式", "原因"})
    return Chapter(
        "组织关系",
        kept(
            Listing("转入和新增", ("日期", "姓名", "方式", "从何处来"), came, (2, 2, 2, 6), middle),
            Listing("转出和减少", ("日期", "姓名", "原因", "到何处去"), left, (2, 2, 2, 6), middle),
            Listing("介绍信", headings, rows, (2.4, 1.8, 1.2, 4, 2.3, 2.3, 2.3, 1.6), centred),
        ),
    )


def _letters(then: BranchYear) -> list[TransferLetter]:
    mine = Q(organisation=then.branch) | Q(target=then.branch)
    dated = Q(issued_on__range=then.span) | Q(accepted_on__range=then.span)
    rows = TransferLetter.objects.filter(mine, dated).exclude(state=LetterState.CANCELLED)
    return list(rows.select_related("organisation", "target").order_by("issued_on", "pk"))


def _other_sides(
    then: BranchYear, stays: Iterable[Membership], letters: Iterable[TransferLetter]
) -> dict[tuple[int, str], str]:
    """Where people came from and went to: their stay before or after, else what the 介绍信 says. One query."""
    members = {stay.member_id for stay in stays}
    rows = (
        Membership.objects.filter(member__in=members).exclude(organisation=then.branch).select_related("organisation")
    )
    begins = {(row.member_id, row.starts_on): row.organisation.short_name for row in rows}
    ends = {(row.member_id, row.ends_on): row.organisation.short_name for row in rows}
    told = {(letter.member_id, letter.direction): letter.outside for letter in letters}
    found: dict[tuple[int, str], str] = {}
    for stay in stays:
        who = stay.member_id
        found[stay.pk, "from"] = ends.get((who, stay.starts_on)) or told.get((who, LetterDirection.INWARD.value), "")
        if stay.ends_on is not None:
            found[stay.pk, "to"] = begins.get((who, stay.ends_on)) or told.get((who, LetterDirection.OUTWARD.value), "")
    return found


def _letter_row(letter: TransferLetter, then: BranchYear) -> list[Any]:
    arriving = letter.target_id == then.branch.pk
    direction = LetterDirection.INWARD.label if arriving else letter.get_direction_display()
    other = letter.organisation.short_name if arriving else letter.other_side
    days = (letter.issued_on, letter.valid_until, letter.accepted_on)
    return [letter.number, letter.person_name, direction, other, *days, letter.get_state_display()]


# 换届 ----------------------------------------------------------------------------------------------------------------


def terms(then: BranchYear) -> Chapter:
    """The terms that ran in the year, and its elections with their result. At most three queries of its own."""
    running = [term for term in then.terms if term.closed_on is None or term.closed_on >= then.first]
    rows = [
        [
            f"第{term.number}届",
            term.elected_on,
            f"{term.years}年",
            term.expires_on,
            term.extended_until,
            term.closed_on,
        ]
        for term in reversed(running)
    ]
    headings = ("届次", "选举日期", "任期", "届满日期", "经批准延期至", "换届日期")
    held = Listing("届期", headings, rows, (1.4, 2, 1.2, 2, 2.2, 2), frozenset(headings))
    return Chapter("换届选举", kept(held, *_elections(then)))


def _elections(then: BranchYear) -> Iterator[Listing]:
    days = Q(held_on__range=then.span) | Q(held_on=None, planned_on__range=then.span)
    elections = list(Election.objects.filter(days, organisation=then.branch).order_by("planned_on", "pk"))
    elected: dict[int, list[str]] = defaultdict(list)
    chosen = ElectionCandidate.objects.filter(contest__election__in=elections, elected=True)
    for candidate in chosen.select_related("contest", "member").order_by("contest", "place", "pk"):
        office = candidate.get_post_display() if candidate.post else candidate.contest.get_office_display()
        elected[candidate.contest.election_id].append(f"{candidate.member.name}（{office}）")
    rows = [_election_row(election, elected[election.pk]) for election in elections]
    headings = ("类别", "状态", "选举日期", "请示和批复", "当选", "批准日期")
    yield Listing("选举", headings, rows, (1.6, 1.6, 2, 4, 5, 2), frozenset({"类别", "状态", "选举日期", "批准日期"}))
    rounds = ElectionRound.objects.filter(contest__election__in=elections).select_related("contest")
    figures = [
        [
            found.contest.get_office_display(),
            f"第{found.number}轮",
            found.seats,
            found.eligible,
            found.present,
            found.issued,
            found.returned,
            found.valid,
        ]
        for found in rounds.order_by("contest", "number")
    ]
    titles = ("选举职务", "轮次", "应选", "应到会", "实到会", "发出选票", "收回选票", "有效票")
    yield Listing("投票情况", titles, figures, (2, 1.4, 1, 1.4, 1.4, 1.6, 1.6, 1.4), frozenset(titles))


def _election_row(election: Election, elected: list[str]) -> list[Any]:
    papers = (
        ("请示", election.request_number, election.request_on),
        ("批复", election.reply_number, election.reply_on),
    )
    told = [f"{name} {number} {in_short(day)}".replace("  ", " ") for name, number, day in papers if number or day]
    return [
        election.get_kind_display(),
        election.get_state_display(),
        election.held_on,
        "\n".join(told),
        "、".join(elected),
        election.approved_on,
    ]


# 大事记 --------------------------------------------------------------------------------------------------------------


def events(then: BranchYear) -> Chapter:
    """支部大事记, derived from the records of the year. Two queries of its own."""
    found = [
        *_organisation_events(then),
        *_office_events(then),
        *_member_events(then),
    ]
    rows = [[in_words(day), words] for day, words in sorted(found)]
    listing = Listing("", ("日期", "事项"), rows, (2, 8), frozenset({"日期"}))
    return Chapter("支部大事记", kept(listing, Note(EVENTS_NOTE)))


Event = tuple[date, str]


def _organisation_events(then: BranchYear) -> Iterator[Event]:
    founded = any(change.kind == OrganisationChangeKind.FOUNDED for change in _own_changes(then))
    if then.branch.founded_on.year == then.year and not founded:
        yield then.branch.founded_on, "党支部成立"
    for change in then.changes:
        if change.kind == OrganisationChangeKind.UPDATED:
            continue
        words = change_words(change)
        yield change.effective_on, _subject(change, then) + change.get_kind_display() + (f"：{words}" if words else "")


def _own_changes(then: BranchYear) -> list[OrganisationChange]:
    return [change for change in then.changes if change.organisation_id == then.branch.pk]


def _subject(change: OrganisationChange, then: BranchYear) -> str:
    if change.organisation_id == then.branch.pk:
        return "党支部"
    kind = "党小组“" if change.organisation.kind == OrganisationKind.GROUP else "“"
    return f"{kind}{change.organisation.short_name}”"


def _office_events(then: BranchYear) -> Iterator[Event]:
    for term in then.terms:
        if term.elected_on.year == then.year:
            yield term.elected_on, f"选举产生第{term.number}届党支部班子"
    for post in then.posts:
        if post.kind != PostKind.SECRETARY or post.organisation_id != then.branch.pk:
            continue
        if post.starts_on.year == then.year:
            yield post.starts_on, f"{post.member.name}任党支部书记"
        if post.ends_on is not None and post.ends_on.year == then.year:
            yield post.ends_on, f"{post.member.name}不再担任党支部书记"


def _member_events(then: BranchYear) -> Iterator[Event]:
    admitted = Membership.objects.filter(
        organisation=then.branch, entry_reason=EntryReason.ADMITTED, starts_on__range=then.span
    )
    for day, name in admitted.values_list("starts_on", "member__name"):
        yield day, f"接收{name}为预备党员"
    confirmed = MemberChange.objects.filter(
        organisation=then.branch, kind=MemberChangeKind.CONFIRMED, effective_on__range=then.span
    )
    for day, name in confirmed.values_list("effective_on", "member__name"):
        yield day, f"{name}转为正式党员"
