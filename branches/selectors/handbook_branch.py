"""The 工作手册 on the branch itself: its facts, committee, roster and groups as they stood then (domain.md §14.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from branches.choices import (
    COMMITTEE_POSTS,
    Gender,
    MemberCategory,
    OrganisationChangeKind,
    OrganisationStatus,
    PartyStanding,
    PostKind,
)
from branches.models import OrganisationChange, Post
from branches.selectors.handbook_parts import BranchYear, Chapter, Facts, Listing, Note, in_words, kept

CATEGORIES = dict(MemberCategory.choices)
STANDINGS = dict(PartyStanding.choices)
STATUSES = dict(OrganisationStatus.choices)
MASKED = "公民身份号码、手机号码只显示部分数字；需要完整号码的，按权限在党员页面查看并留下记录。"


def branch_facts(then: BranchYear) -> Chapter:
    """支部基本情况: facts of that day, and what changed in the year."""
    counts = Counter(stay.category_on for stay in then.roster)
    term = next(iter(then.terms), None)
    place = then.place
    pairs = (
        ("党组织全称", place.name),
        ("简称", place.short_name),
        ("党组织代码", then.branch.code),
        ("党组织类别", then.type_words),
        ("上级党组织", then.name_then(place.parent)),
        ("所在单位", then.name_then(place.unit)),
        ("成立日期", in_words(then.branch.founded_on)),
        ("状态", STATUSES.get(place.status, "")),
        ("党员总数", len(then.roster)),
        ("正式党员", counts[MemberCategory.FULL]),
        ("预备党员", counts[MemberCategory.PROBATIONARY]),
        ("党小组数", len(then.groups)),
        ("书记", then.secretary),
        ("本届", f"第{term.number}届，{in_words(term.elected_on)}选举产生" if term else ""),
        ("届满日期", in_words((term.extended_until or term.expires_on) if term else None)),
    )
    rows = [
        [change.effective_on, change.get_kind_display(), change_words(change), change.document]
        for change in then.changes
        if change.organisation_id == then.branch.pk
    ]
    headings = ("日期", "变动", "内容", "依据文号")
    changes = Listing("本年度变动", headings, rows, (2, 2, 6, 3), frozenset({"日期", "变动"}))
    return Chapter("支部基本情况", (Facts(pairs), changes))


def change_words(change: OrganisationChange) -> str:
    """What a change did, in words."""
    before, after = change.before, change.after
    match change.kind:
        case OrganisationChangeKind.RENAMED:
            old, new = (facts.get("name") or facts.get("short_name") or "" for facts in (before, after))
            words = f"由“{old}”更名为“{new}”"
        case OrganisationChangeKind.MOVED:
            words = f"由{before.get('name', '')}调整到{after.get('name', '')}"
        case OrganisationChangeKind.MERGED:
            words = f"并入{after.get('name', '')}，{after.get('members', 0)}名党员随之转入"
        case _:
            words = ""
    return "；".join(part for part in (words, change.note) if part)


def committee(then: BranchYear) -> Chapter:
    """支委分工 on that day, and who came and went in the year. No query of its own."""
    mine = [post for post in then.posts if post.kind in COMMITTEE_POSTS and post.organisation_id == then.branch.pk]
    held = [post for post in then.posts_then() if post in mine]
    rows = [[post.get_kind_display(), post.member.name, post.starts_on] for post in held]
    moves = sorted(_moves(then, mine), key=lambda row: row[0])
    return Chapter(
        "支委分工",
        kept(
            Listing(f"在任情况（{in_words(then.day)}）", ("职务", "姓名", "任职日期"), rows, (2, 2, 2)),
            Listing("本年度任免", ("日期", "姓名", "职务", "任免"), moves, (2, 2, 2, 1), frozenset({"任免"})),
        ),
    )


def _moves(then: BranchYear, posts: list[Post]) -> Iterator[list[Any]]:
    for post in posts:
        if then.first <= post.starts_on <= then.last:
            yield [post.starts_on, post.member.name, post.get_kind_display(), "任职"]
        if post.ends_on is not None and then.first <= post.ends_on <= then.last:
            yield [post.ends_on, post.member.name, post.get_kind_display(), "免职"]


def roster(then: BranchYear) -> Chapter:
    """党员名册 of that day; numbers only masked (N11). No query of its own."""
    short = {place.pk: place.short_name for place in then.groups}
    rows = [_roster_row(number, stay, short) for number, stay in enumerate(then.roster, start=1)]
    told = f"{in_words(then.day)}在册{len(rows)}人。{MASKED}"
    headings = (
        "序号",
        "姓名",
        "性别",
        "民族",
        "出生日期",
        "学历",
        "人员类别",
        "入党日期",
        "转正日期",
        "党小组",
        "公民身份号码",
        "手机号码",
    )
    widths = (4.6, 9.4, 4.4, 7, 12.2, 9.3, 9.3, 12.2, 12.2, 9.3, 22.3, 14)
    stacked = frozenset({"转正日期", "手机号码"})
    return Chapter("党员名册", kept(Note(told), Listing("", headings, rows, widths, frozenset(headings), stacked)))


def _roster_row(number: int, stay: Any, groups: dict[int, str]) -> list[Any]:
    member = stay.member
    group = groups.get(stay.group_id) or (stay.group.short_name if stay.group else "")
    confirmed = member.confirmed_on if stay.category_on == MemberCategory.FULL else None
    standing = STANDINGS.get(stay.standing_on, "") if stay.standing_on != PartyStanding.NORMAL else ""
    return [
        number,
        member.name,
        "" if member.gender in (Gender.UNKNOWN, Gender.UNSTATED) else member.get_gender_display(),
        member.get_ethnicity_display(),
        member.birth_date,
        member.get_education_display(),
        "\n".join(filter(None, (CATEGORIES.get(stay.category_on, ""), standing))),
        member.joined_on,
        confirmed,
        group,
        member.id_number_mask,
        member.phone_mask,
    ]


def groups(then: BranchYear) -> Chapter:
    """党小组 of that day: leader and members. No query of its own."""
    led = [post for post in then.posts_then() if post.kind == PostKind.GROUP_LEADER]
    leaders = {post.organisation_id: post.member.name for post in led}
    people: dict[int, list[str]] = {}
    for stay in then.roster:
        people.setdefault(stay.group_id, []).append(stay.member.name)
    rows = [
        [place.short_name, leaders.get(place.pk, ""), len(names), "、".join(names)]
        for place in then.groups
        for names in [people.get(place.pk, [])]
    ]
    listing = Listing("", ("党小组", "组长", "人数", "党员"), rows, (3, 2, 1, 8), frozenset({"组长", "人数"}))
    return Chapter("党小组", kept(listing))
