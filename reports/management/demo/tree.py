"""Organisations, members, posts: the city that the meetings take place in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from branches.choices import MemberCategory, OrganisationKind, OrganisationStatus, PostKind
from reports.management.demo.names import person_name, section_names, unit_names

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TYPE_CODES = {
    OrganisationKind.ORGAN_COMMITTEE: "611",
    OrganisationKind.GENERAL_BRANCH: "621",
    OrganisationKind.BRANCH: "631",
}
SUFFIX = {
    OrganisationKind.ORGAN_COMMITTEE: "机关党委",
    OrganisationKind.GENERAL_BRANCH: "机关党总支",
    OrganisationKind.BRANCH: "党支部",
}
FULL_COMMITTEE = (
    PostKind.SECRETARY,
    PostKind.ORGANISATION,
    PostKind.PUBLICITY,
    PostKind.DISCIPLINE,
    PostKind.COMMITTEE_MEMBER,
)


@dataclass
class Node:
    pk: int
    kind: str
    name: str
    short_name: str
    code: str
    path: str
    founded_on: date
    children: list[Node] = field(default_factory=list)
    status: str = OrganisationStatus.ACTIVE
    ended_on: date | None = None
    merged_into: Node | None = None
    type_code: str = ""
    staff_count: int | None = None


@dataclass
class Stay:
    """A member in a branch from one day to another (exclusive)."""

    branch: Branch
    starts_on: date
    ends_on: date | None = None
    leave_reason: str = ""


@dataclass
class Person:
    pk: int
    name: str
    gender: str
    birth: date
    joined_on: date
    confirmed_on: date | None
    stays: list[Stay]
    group: Node | None = None
    left_on: date | None = None
    leave_reason: str = ""

    @property
    def category(self) -> str:
        return MemberCategory.FULL if self.confirmed_on else MemberCategory.PROBATIONARY

    def has_vote(self, day: date) -> bool:
        return self.confirmed_on is not None and self.confirmed_on <= day


@dataclass
class Branch:
    node: Node
    diligence: float
    people: list[tuple[Person, Stay]] = field(default_factory=list)
    posts: list[tuple[Person, str]] = field(default_factory=list)
    groups: list[Node] = field(default_factory=list)

    def on(self, day: date) -> list[Person]:
        return [
            person
            for person, stay in self.people
            if stay.starts_on <= day and (stay.ends_on is None or day < stay.ends_on)
        ]


@dataclass
class City:
    root: Node
    units: list[Node]
    branches: list[Branch]
    people: list[Person]

    def nodes(self) -> Iterator[Node]:
        stack = [self.root]
        while stack:
            node = stack.pop(0)
            yield node
            stack.extend(node.children)


class Builder:
    """Builds the city in memory from one seeded generator; primary keys start where the database stands."""

    def __init__(self, random: Random, since: date, today: date, first_node: int, first_member: int) -> None:
        self.random, self.since, self.today = random, since, today
        self.node_id, self.member_id = first_node, first_member

    def build(self, units: int, branches: int, members: int) -> City:
        root = self._node(None, OrganisationKind.WORK_COMMITTEE, "中共云川市直属机关工作委员会", "云川市直机关工委")
        city = City(root, [], [], [])
        for name, share in zip(unit_names(units), self._shares(branches, units), strict=True):
            city.branches.extend(self._unit(root, city, name, share))
        for branch, size in zip(
            city.branches, self._shares(members, len(city.branches), least=3, most=50), strict=True
        ):
            self._people(city, branch, size)
        self._uneven(city)
        for branch in city.branches:
            self._leaders(branch)
        return city

    def _shares(self, total: int, parts: int, least: int = 1, most: int = 10_000) -> list[int]:
        """``total`` split unevenly into ``parts``."""
        weights = [self.random.uniform(0.3, 1.7) for _ in range(parts)]
        scale = total / sum(weights)
        shares = [min(most, max(least, round(weight * scale))) for weight in weights]
        while (rest := total - sum(shares)) != 0:
            step = 1 if rest > 0 else -1
            movable = [index for index, share in enumerate(shares) if least <= share + step <= most]
            if not movable:
                break
            for index in self.random.sample(movable, min(len(movable), abs(rest))):
                shares[index] += step
        return shares

    def _node(self, parent: Node | None, kind: str, name: str, short_name: str, founded_on: date | None = None) -> Node:
        serial = len(parent.children) + 1 if parent else 1
        step = ALPHABET[serial // 1296] + ALPHABET[serial // 36 % 36] + ALPHABET[serial % 36]
        node = Node(
            pk=self.node_id,
            kind=kind,
            name=name,
            short_name=short_name,
            code=f"{parent.code}-{serial:03d}" if parent else "529900",
            path=(parent.path if parent else "") + "0" + step,
            founded_on=founded_on or date(2016, 3, 1),
            type_code=TYPE_CODES.get(OrganisationKind(kind), ""),
        )
        self.node_id += 1
        if parent:
            parent.children.append(node)
        return node

    def _unit(self, root: Node, city: City, name: str, count: int) -> list[Branch]:
        unit = self._node(root, OrganisationKind.UNIT, name, name)
        city.units.append(unit)
        parent = unit
        if count >= 4:
            kind = OrganisationKind.ORGAN_COMMITTEE if count >= 6 else OrganisationKind.GENERAL_BRANCH
            parent = self._node(unit, kind, f"中共{name}{SUFFIX[kind]}", f"{name}{SUFFIX[kind]}")
        built = []
        for section in section_names(count):
            late = self.random.random() < 0.04
            founded = self.since + timedelta(days=self.random.randrange(90, 300)) if late else date(2016, 6, 1)
            short = f"{name.removeprefix('市')}{section}党支部"
            node = self._node(parent, OrganisationKind.BRANCH, f"中共{name}{section}党支部", short, founded)
            built.append(Branch(node, self._diligence()))
        return built

    def _diligence(self) -> float:
        """Most branches keep up, some slip, a few lag far behind."""
        draw = self.random.random()
        return 0.99 if draw < 0.7 else 0.88 if draw < 0.92 else 0.5

    def _people(self, city: City, branch: Branch, size: int) -> None:
        for _ in range(size):
            city.people.append(self._person(branch, max(branch.node.founded_on, date(2017, 1, 1))))
        if size >= 16 and self.random.random() < 0.6:
            self._groups(branch, 2 if size < 30 else 3)

    def _person(self, branch: Branch, since: date) -> Person:
        birth = date(1962, 1, 1) + timedelta(days=self.random.randrange(14_000))
        new = self.random.random() < 0.03 and birth.year < 2003
        if new:
            joined = self.today - timedelta(days=self.random.randrange(20, 340))
            confirmed, since = None, max(since, joined)
        else:
            youngest = max(date(birth.year + 19, birth.month, 1), date(1982, 1, 1))
            span = max(1, (date(2022, 6, 1) - youngest).days)
            joined = youngest + timedelta(days=self.random.randrange(span))
            confirmed = date(joined.year + 1, joined.month, min(joined.day, 28))
        stay = Stay(branch, since)
        name, gender = person_name(self.random), self.random.choice("12")
        person = Person(self.member_id, name, gender, birth, joined, confirmed, [stay])
        self.member_id += 1
        branch.people.append((person, stay))
        return person

    def _groups(self, branch: Branch, count: int) -> None:
        for number in "一二三"[:count]:
            short = f"第{number}党小组"
            branch.groups.append(
                self._node(branch.node, OrganisationKind.GROUP, branch.node.name + short, short, branch.node.founded_on)
            )
        for index, (person, _) in enumerate(branch.people):
            person.group = branch.groups[index % count]

    def _uneven(self, city: City) -> None:
        """Moves, departures and mergers in the years that the logs cover."""
        span = (self.today - self.since).days
        by_unit: dict[str, list[Branch]] = {}
        for branch in city.branches:
            by_unit.setdefault(branch.node.path[:8], []).append(branch)
        for person in city.people:
            branch, draw = person.stays[0].branch, self.random.random()
            day = self.since + timedelta(days=self.random.randrange(min(30, span - 1), span))
            if person.confirmed_on is None or draw >= 0.07:
                continue
            others = [other for other in by_unit[branch.node.path[:8]] if other is not branch]
            if draw < 0.04 and others and len(branch.people) > 8 and day > person.stays[0].starts_on:
                self._move(person, self.random.choice(others), day)
            elif draw >= 0.04 and len(branch.people) > 8 and day > person.stays[0].starts_on:
                person.stays[-1].ends_on = person.left_on = day
                person.stays[-1].leave_reason = person.leave_reason = "transferred"
        self._merge(by_unit, max(1, len(city.branches) // 50))

    def _move(self, person: Person, target: Branch, day: date) -> None:
        day = max(day, target.node.founded_on)
        person.stays[-1].ends_on, person.stays[-1].leave_reason = day, "moved"
        stay = Stay(target, day)
        person.stays.append(stay)
        person.group = target.groups[0] if target.groups else None
        target.people.append((person, stay))

    def _merge(self, by_unit: dict[str, list[Branch]], count: int) -> None:
        crowded = sorted((group for group in by_unit.values() if len(group) >= 4), key=len, reverse=True)
        for branches in crowded[:count]:
            small, target = branches[-1], branches[1]
            if small.groups or small.node.founded_on > self.since:
                continue
            day = date(self.today.year if self.today.month > 6 else self.today.year - 1, 4, 15)
            small.node.status, small.node.ended_on = OrganisationStatus.MERGED, day
            small.node.merged_into = target.node
            for person in small.on(day):
                if person.stays[-1].branch is small:
                    self._move(person, target, day)

    def _leaders(self, branch: Branch) -> None:
        """A committee where seven or more full members are, a secretary alone elsewhere (支部工作条例 art. 20)."""
        day = branch.node.ended_on - timedelta(days=1) if branch.node.ended_on else self.today
        full = [person for person in branch.on(day) if person.has_vote(self.since) and len(person.stays) == 1]
        full = [person for person in full if person.left_on is None or person.left_on > day]
        posts = FULL_COMMITTEE[: 5 if len(full) >= 15 else 3] if len(full) >= 7 else FULL_COMMITTEE[:1]
        branch.posts = list(zip(full, posts, strict=False))
