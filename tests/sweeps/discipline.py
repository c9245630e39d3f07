"""The wing of discipline for the permission sweep."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from openpyxl import Workbook

from accounts.models import User
from accounts.roles import Role
from branches.choices import PostKind
from core.calendar import local_today
from core.imports.batches import import_upload
from core.periods import Freq, period_of
from discipline.models import (
    Circular,
    FollowUp,
    IntegrityActivity,
    IntegrityTalk,
    Project,
    RiskPoint,
    WarningConference,
)
from discipline.policy.quarters import COUNTS
from discipline.services.circulars import circular_publish
from discipline.services.committees import quarter_confirm
from discipline.services.conferences import conference_follow_up, conference_hold, conference_plan
from discipline.services.integrity import activity_record, project_create, risk_create
from discipline.services.integrity_talks import integrity_talk_record
from discipline.services.risks_import import RiskImport
from tests.factories import make_post
from tests.sweep import UNITS, At, Entry, Target, World, canary, page, thing

TODAY = local_today()


def _staff(world: World) -> User:
    return world.city.user(Role.CITY_STAFF)


def _told(world: World, place: str) -> str:
    """Whoever lies below a unit reads what the unit tells: its place is that of the branch there."""
    return (world.city.foreign if place == "foreign" else world.city.branch).path


def _conference(world: World, place: str) -> WarningConference:
    def make() -> WarningConference:
        return conference_plan(
            by=_staff(world), organisation=world.unit(place), theme=canary("会议", place), planned_on=TODAY,
            place="", agenda="", films="", audience="all",
        )  # fmt: skip

    made: WarningConference = world.once(("conference", place), make)
    return made


def _circular(world: World, place: str) -> Circular:
    def make() -> Circular:
        return circular_publish(
            by=_staff(world), organisation=world.unit(place), title=canary("会议", place), issuer="市纪委",
            issued_on=TODAY - timedelta(days=3), category="work", audience="all",
        )  # fmt: skip

    made: Circular = world.once(("circular", place), make)
    return made


def _follow_up(world: World, place: str) -> FollowUp:
    def make() -> FollowUp:
        row = _conference(world, place)
        counts: dict[str, Any] = {"expected": 9, "present": 9, "on_leave": 0, "cases_told": 1}
        conference_hold(by=_staff(world), conference=row, held_on=TODAY - timedelta(days=1), **counts)
        conference_follow_up(
            by=_staff(world), conference=row, text="学习", due_on=TODAY, for_units=False, for_branches=True
        )
        return FollowUp.objects.get(conference=row, organisation=world.branch(place))

    home = "own" if place == "sibling" else place
    world.once(("follow-ups", home), make if place != "sibling" else lambda: _follow_up(world, "own"))
    found: FollowUp = FollowUp.objects.get(organisation=world.branch(place))
    return found


def _project(world: World, place: str, kind: str) -> Project:
    made: Project = world.once(
        ("project", place, kind),
        lambda: project_create(
            by=_staff(world),
            organisation=world.unit(place),
            kind=kind,
            title=canary("会议", place),
            first_year=TODAY.year,
        ),
    )
    return made


def _risk(world: World, place: str) -> RiskPoint:
    made: RiskPoint = world.once(
        ("risk", place),
        lambda: risk_create(
            by=_staff(world), organisation=world.unit(place), post=canary("会议", place), level="1", description="表现",
            controls="措施", responsible="办公室", review_on=TODAY + timedelta(days=30),
        ),
    )  # fmt: skip
    return made


def _activity(world: World, place: str) -> IntegrityActivity:
    made: IntegrityActivity = world.once(
        ("activity", place),
        lambda: activity_record(
            by=_staff(world), organisation=world.unit(place), kind="reading", title=canary("会议", place), held_on=TODAY
        ),
    )
    return made


def _talk(world: World, place: str) -> IntegrityTalk:
    made: IntegrityTalk = world.once(
        ("integrity talk", place),
        lambda: integrity_talk_record(
            by=_staff(world), organisation=world.unit(place), kind="reminder", held_on=TODAY, count=2
        ),
    )
    return made


def conference(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _conference(world, place).pk}, _told(world, place))


def conference_own(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _conference(world, place).pk}, world.unit(place).path)


def circular(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _circular(world, place).pk}, _told(world, place))


def circular_own(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _circular(world, place).pk}, world.unit(place).path)


def follow_up(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _follow_up(world, place).pk}, world.branch(place).path)


def project(kind: str) -> At:
    def found(world: World, place: str, actor: User) -> Target:
        return Target({"pk": _project(world, place, kind).pk}, _told(world, place))

    return found


def risk(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _risk(world, place).pk}, world.unit(place).path)


def activity(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _activity(world, place).pk}, world.unit(place).path)


def talk(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _talk(world, place).pk}, world.unit(place).path)


def asked(world: World, place: str, actor: User) -> Target:
    """Something new of the unit named in the request."""
    return Target(path=world.unit(place).path, query={"org": world.unit(place).pk})


def _last_quarter() -> Any:
    return period_of(TODAY, Freq.QUARTER).previous()


def quarter(world: World, place: str, actor: User) -> Target:
    counts = dict.fromkeys(COUNTS, 1)
    row = world.once(
        ("committee quarter", place),
        lambda: quarter_confirm(by=_staff(world), unit=world.unit(place), period=_last_quarter(), counts=counts),
    )
    return Target({"pk": row.pk}, world.unit(place).path)


def quarter_to_confirm(world: World, place: str, actor: User) -> Target:
    return Target({"pk": world.unit(place).pk, "period": _last_quarter().code}, world.unit(place).path)


def committee_with_post(world: World, place: str, actor: User) -> Target:
    def make() -> int:
        post = make_post(
            world.member("foreign" if place == "foreign" else "own"), PostKind.DISCIPLINE, date(2024, 1, 1)
        )
        return int(post.pk)

    post = world.once(("discipline post", place), make)
    return Target({"pk": world.unit(place).pk}, world.unit(place).path, query={"post": post, "mark": "full_time"})


def import_place(world: World, place: str, actor: User) -> Target:
    return Target({"place": world.unit(place).pk}, world.unit(place).path)


def uploaded(world: World, place: str, actor: User) -> Target:
    """A sheet that the actor uploaded: others' uploads are out of sight, so each has one of their own."""

    def make() -> int:
        book, file = Workbook(), BytesIO()
        book.active.append([column.title for column in RiskImport.columns])
        book.active.append(["岗位", "高", "表现", "措施", "办公室", TODAY + timedelta(days=30)])
        book.save(file)
        file.seek(0)
        staff = _staff(world)
        batch = import_upload(
            by=staff, importer=RiskImport, place_key=str(world.unit(place).pk), file=file, file_name="风险点.xlsx"
        )
        type(batch).objects.filter(pk=batch.pk).update(by=actor)
        return int(batch.pk)

    batch = world.once(("risk upload", place, actor.pk), make)
    return Target({"place": world.unit(place).pk, "batch": batch}, world.unit(place).path)


def _ledger(prefix: str, right: str, export: str = "") -> dict[str, Entry]:
    return {f"discipline:{prefix}_list": page(right), f"discipline:{prefix}_export": page(export or right)}


def _own(right: str, at: At, seen_by: str = "") -> Entry:
    return thing(right, at, seen_by=seen_by, places=UNITS)


ENTRIES: dict[str, Entry] = {
    "discipline:conference_schedule": page("warning.view"),
    **_ledger("conference", "warning.view", "export.create"),
    "discipline:conference_create": page("warning.record"),
    "discipline:conference_create#unit": _own("warning.record", asked),
    "discipline:conference_detail": _own("warning.view", conference),
    "discipline:conference_update": _own("warning.record", conference_own),
    "discipline:conference_hold": _own("warning.record", conference_own),
    "discipline:conference_follow_up": _own("warning.record", conference_own),
    "discipline:conference_cancel": _own("warning.record", conference_own),
    **_ledger("follow_up", "warning.view", "export.create"),
    "discipline:follow_up_detail": thing("warning.view", follow_up),
    "discipline:follow_up_link": thing("warning.record", follow_up, seen_by="warning.view"),
    "discipline:follow_up_record": thing("warning.record", follow_up, seen_by="warning.view"),
    "discipline:follow_up_undo": thing("warning.record", follow_up, seen_by="warning.view"),
    **_ledger("circular", "circular.view", "export.create"),
    "discipline:circular_create": page("circular.publish"),
    "discipline:circular_create#unit": _own("circular.publish", asked),
    "discipline:circular_detail": _own("circular.view", circular),
    "discipline:circular_update": _own("circular.publish", circular_own),
    "discipline:circular_withdraw": _own("circular.publish", circular_own),
    **_ledger("project", "integrity.view"),
    "discipline:project_create": page("integrity.record"),
    "discipline:project_create#unit": _own("integrity.record", asked),
    "discipline:project_detail": _own("integrity.view", project("culture")),
    **_ledger("risk", "integrity.view"),
    "discipline:risk_create": page("integrity.record"),
    "discipline:risk_create#unit": _own("integrity.record", asked),
    "discipline:risk_detail": _own("integrity.view", risk),
    "discipline:risk_update": _own("integrity.record", risk, "integrity.view"),
    "discipline:risk_review": _own("integrity.record", risk, "integrity.view"),
    "discipline:risk_remove": _own("integrity.record", risk, "integrity.view"),
    "discipline:risk_import": _own("integrity.record", import_place, "integrity.view"),
    "discipline:risk_import_template": _own("integrity.record", import_place, "integrity.view"),
    "discipline:risk_import_preview": _own("integrity.record", uploaded, "integrity.view"),
    "discipline:risk_import_commit": _own("integrity.record", uploaded, "integrity.view"),
    "discipline:risk_import_drop": _own("integrity.record", uploaded, "integrity.view"),
    **_ledger("activity", "integrity.view"),
    "discipline:activity_create": page("integrity.record"),
    "discipline:activity_create#unit": _own("integrity.record", asked),
    "discipline:activity_detail": _own("integrity.view", activity),
    "discipline:activity_remove": _own("integrity.record", activity, "integrity.view"),
    "discipline:committee_list": page("discipline_committee.view"),
    "discipline:committee_detail": _own("discipline_committee.view", committee_with_post),
    "discipline:committee_mark": _own("discipline_committee.record", committee_with_post, "discipline_committee.view"),
    **_ledger("five_year", "discipline_committee.view"),
    "discipline:five_year_create": page("integrity.record"),
    "discipline:five_year_create#unit": _own("integrity.record", asked),
    "discipline:five_year_detail": _own("discipline_committee.view", project("five_year")),
    **_ledger("quarter", "discipline_committee.view"),
    "discipline:quarter_new": page("discipline_committee.record"),
    "discipline:quarter_new#unit": _own("discipline_committee.record", asked),
    "discipline:quarter_sums": page("discipline_committee.view"),
    "discipline:quarter_sums_export": page("discipline_committee.view"),
    "discipline:quarter_detail": _own("discipline_committee.view", quarter),
    "discipline:quarter_edit": _own("discipline_committee.record", quarter_to_confirm, "discipline_committee.view"),
    **_ledger("integrity_talk", "integrity_talk.view"),
    "discipline:integrity_talk_create": page("integrity_talk.record"),
    "discipline:integrity_talk_create#unit": _own("integrity_talk.record", asked),
    "discipline:integrity_talk_detail": _own("integrity_talk.view", talk),
    "discipline:integrity_talk_delete": _own("integrity_talk.record", talk, "integrity_talk.view"),
}
