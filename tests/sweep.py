"""What the permission sweep must know of each URL: the matrix rows that open it, and how to make its object in a place.

A new URL needs an entry here or in its own module of `tests.sweeps`, or the sweep fails; "app:name#case" is another
way to ask the same URL.

* ``rights``: rows of docs/permission_matrix.csv, any of which opens the view; none: open to everybody logged in;
* ``at(world, place, actor)``: the ``Target`` in "own" (the branch or unit where the roles are posted), in "sibling"
  (another branch of the same unit), in "foreign" (another unit), or "self" (about the party member's own person);
  None: the URL has no object;
* ``seen_by``: the row by which the object is seen; whoever sees it but lacks the right is told 403 instead of 404;
* ``governing``: the row that decides about this object, beside the rights that open the view;
* ``to_login``: success leads to the login page.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from accounts.models import PostingProposal, SignIn, User
from accounts.roles import Role
from branches.choices import PostKind
from branches.models import Meeting, MeetingDraft, Member, Obligation, Organisation, RosterBatch, Waiver
from branches.services.obligations import obligation_waive, obligations_open
from branches.services.requirements import requirements_load
from core import audit
from core.calendar import local_today
from core.models import AuditEvent, Job, Notice, Workday
from core.periods import Freq, period_of
from reports.choices import ReminderStage
from reports.models import QuarterlyReport, Reminder
from reports.selectors.quarterly import RECORDS
from reports.services.quarterly import quarterly_report_freeze, quarterly_report_request
from tests.conftest import City
from tests.factories import make_meeting, make_post, make_user

PLACES = ("own", "sibling", "foreign")
UNITS = ("own", "foreign")
PEOPLE = (*PLACES, "self")
# Rights that open the views about organisations; which of them decides, the kind of organisation tells.
FOUNDING = ("org_unit.create", "branch.create", "branch.update")
REVISING = ("org_unit.update", "branch.update")
CHANGING = ("org_unit.disable", "branch.disable", "branch.update")
# Open without a login. Everything else sends a stranger to the login page.
PUBLIC = {"accounts:login", "accounts:login_code", "accounts:password_reset", "core:healthz"}


@dataclass(frozen=True)
class Target:
    """URL arguments; the path of the organisation concerned; whose own row it is; what goes with the request."""

    kwargs: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    owner: int | None = None
    query: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """The city with a meeting and a draft in each place. Names and titles of one place occur nowhere else."""

    city: City
    meetings: dict[str, Meeting]
    drafts: dict[str, MeetingDraft]
    made: dict[Any, Any] = field(default_factory=dict)

    def branch(self, place: str) -> Organisation:
        branches = {"sibling": self.city.sibling, "foreign": self.city.foreign}
        return branches.get(place, self.city.branch)

    def unit(self, place: str) -> Organisation:
        return self.city.foreign_unit if place == "foreign" else self.city.unit

    def member(self, place: str) -> Member:
        if place == "self":
            return self.city.members[4]
        members = {"sibling": self.city.sibling_members, "foreign": self.city.foreign_members}
        return members.get(place, self.city.members)[0]

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]


def build_world(city: City) -> World:
    today = local_today()
    day, quarter = today - timedelta(days=2), period_of(today, Freq.QUARTER)
    branches = {"own": city.branch, "sibling": city.sibling, "foreign": city.foreign}
    requirements_load()
    obligations_open(since=quarter.starts_on, through=quarter.ends_on)
    Reminder.objects.bulk_create(
        Reminder(obligation=row, stage=ReminderStage.OVERDUE) for row in Obligation.objects.all()
    )
    secretary = city.user(Role.BRANCH_SECRETARY)
    return World(
        city,
        {place: make_meeting(branch, day, title=canary("会议", place)) for place, branch in branches.items()},
        {
            place: MeetingDraft.objects.create(
                organisation=branch,
                by=secretary,
                kind="assembly",
                title=canary("草稿", place),
                content={"kind": "assembly", "title": canary("草稿", place)},
            )
            for place, branch in branches.items()
        },
    )


def canary(kind: str, place: str) -> str:
    return f"{kind}金丝雀{place}"


def canaries(world: World, role: str) -> set[str]:
    """Texts that must not reach the role through any page, fragment, chart or file."""
    city = world.city
    people = {"own": city.members, "sibling": city.sibling_members, "foreign": city.foreign_members}
    hidden: dict[str, tuple[str, ...]] = {
        Role.MEMBER: ("sibling", "foreign"),
        Role.BRANCH_SECRETARY: ("sibling", "foreign"),
        Role.UNIT_STAFF: ("foreign",),
        Role.UNIT_DISCIPLINE: ("foreign",),
        Role.CITY_STAFF: (),
    }
    places = hidden.get(role, PLACES)
    texts = {member.name for place in places for member in people[place]}
    texts |= {canary("会议", place) for place in places}
    texts |= {canary("草稿", place) for place in PLACES if role != Role.BRANCH_SECRETARY or place != "own"}
    if role in hidden and "foreign" in places:
        texts |= {city.foreign.short_name, city.foreign_unit.short_name}
    return texts


At = Callable[[World, str, User], Target]


@dataclass(frozen=True)
class Entry:
    rights: tuple[str, ...]
    at: At | None = None
    seen_by: str = ""
    governing: tuple[str, ...] = ()
    places: tuple[str, ...] = PLACES
    to_login: bool = False


def page(*rights: str, **fields: Any) -> Entry:
    """A URL that is not about one object."""
    return Entry(rights, **fields)


def thing(right: str, at: At, *, seen_by: str = "", door: tuple[str, ...] = (), **fields: Any) -> Entry:
    """A URL about one object that lies in an organisation. ``door``: what opens the view, if not the same right."""
    return Entry(door or (right,), at, seen_by or right, (right,), **fields)


def mine(right: str, make: Callable[[World, User], dict[str, Any]]) -> Entry:
    """A URL about somebody's own row: "own" is the actor's, "foreign" is another's."""

    def at(world: World, place: str, actor: User) -> Target:
        owner = actor if place == "own" else world.once("somebody", lambda: make_user(Role.MEMBER, world.city.branch))
        key = (right, make, owner.pk)
        return Target(world.once(key, lambda: make(world, owner)), owner=owner.pk)

    return Entry((right,), at, right, (right,), places=("own", "foreign"))


def whole(right: str, make: Callable[[World], dict[str, Any]], *, seen_by: str = "") -> Entry:
    """A URL about something that belongs to the portal as a whole: whoever holds the right reaches it."""

    def at(world: World, place: str, actor: User) -> Target:
        return Target(world.once((right, make), lambda: make(world)), path=world.city.root.path)

    return Entry((right,), at, seen_by or right, (right,), places=("own",))


# Where things lie ----------------------------------------------------------------------------------------------------


def meeting(world: World, place: str, actor: User) -> Target:
    return Target({"pk": world.meetings[place].pk}, world.branch(place).path)


def draft(world: World, place: str, actor: User) -> Target:
    return Target({"pk": world.drafts[place].pk}, world.branch(place).path)


def side_doors(world: World) -> list[dict[str, Any]]:
    """Query strings by which a list might be talked into showing what lies elsewhere."""
    city = world.city
    return [
        {
            "org": city.foreign.pk,
            "unit": city.foreign_unit.pk,
            "branch": city.foreign.pk,
            "parent": city.foreign_unit.pk,
        },
        {"org": city.sibling.pk, "unit": city.foreign.pk},
        {"q": "金丝雀"},
        {"q": city.foreign_members[0].name[:2], "right": "transfer"},
        {"q": city.foreign.short_name[:3], "right": "create", "kind": "branch"},
        {
            "organisation__path__startswith": "0001",
            "_connector": "OR",
            "path__startswith": "",
            "sort": "organisation__path",
        },
        {"right": "import", "period": "2026", "rule": "R03", "user": "1", "owner": "1", "state": "all"},
    ]


def branch_asked(world: World, place: str, actor: User) -> Target:
    return Target(path=world.branch(place).path, query={"branch": world.branch(place).pk, "kind": "assembly"})


def new_draft(world: World, place: str, actor: User) -> Target:
    """A draft that does not exist yet, for a branch named in the request."""
    asked = branch_asked(world, place, actor)
    return Target({"pk": world.once(("new draft", place), uuid.uuid4)}, asked.path, query=asked.query)


def branch(world: World, place: str, actor: User) -> Target:
    return Target({"pk": world.branch(place).pk}, world.branch(place).path)


def unit(world: World, place: str, actor: User) -> Target:
    return Target({"pk": world.unit(place).pk}, world.unit(place).path)


def below_branch(world: World, place: str, actor: User) -> Target:
    """Something new below a branch named in the request."""
    return Target(path=world.branch(place).path, query={"parent": world.branch(place).pk})


def below_unit(world: World, place: str, actor: User) -> Target:
    return Target(path=world.unit(place).path, query={"parent": world.unit(place).pk})


def below_root(world: World, place: str, actor: User) -> Target:
    return Target(path=world.city.root.path, query={"parent": world.city.root.pk})


def changing(at: At, change: str) -> At:
    def found(world: World, place: str, actor: User) -> Target:
        target = at(world, place, actor)
        return Target({**target.kwargs, "change": change}, target.path)

    return found


def post(world: World, place: str, actor: User) -> Target:
    row = world.once(("post", place), lambda: make_post(world.member(place), PostKind.COMMITTEE_MEMBER))
    return Target({"pk": row.pk}, world.branch(place).path)


def member(world: World, place: str, actor: User) -> Target:
    row = world.member(place)
    return Target({"pk": row.pk}, world.branch(place).path, owner=row.user_id)


def members_of(world: World, place: str, actor: User) -> Target:
    return Target(path=world.branch(place).path, query={"org": world.branch(place).pk})


def roster(world: World, place: str, actor: User) -> Target:
    row = world.once(
        ("roster", place),
        lambda: RosterBatch.objects.create(
            organisation=world.branch(place),
            by=world.city.user(Role.UNIT_STAFF),
            file_name=canary("会议", place) + ".xlsx",
            state=RosterBatch.State.DROPPED,
        ),
    )
    return Target({"pk": row.pk}, world.branch(place).path)


def obligation(world: World, place: str, actor: User) -> Target:
    row = Obligation.objects.filter(organisation=world.branch(place)).order_by("pk")[0]
    return Target({"pk": row.pk}, world.branch(place).path)


def waiver(world: World, place: str, actor: User) -> Target:
    def make() -> Waiver:
        rows = Obligation.objects.filter(organisation=world.branch(place), waived=False, done=0, subject="")
        row = rows.order_by("-pk")[0]
        return obligation_waive(by=world.city.user(Role.CITY_STAFF), obligation=row, reason="全员外出")

    return Target({"pk": world.once(("waiver", place), make).pk}, world.branch(place).path)


def report_of(organisation: Organisation, world: World) -> QuarterlyReport:
    def make() -> QuarterlyReport:
        today = local_today()
        report, _ = quarterly_report_request(
            by=None, organisation=organisation, period=period_of(today, Freq.QUARTER), today=today
        )
        return quarterly_report_freeze(report=report)

    made: QuarterlyReport = world.once(("report", organisation.pk), make)
    return made


def report(world: World, place: str, actor: User) -> Target:
    return Target({"pk": report_of(world.unit(place), world).pk}, world.unit(place).path)


def city_report(world: World, place: str, actor: User) -> Target:
    return Target({"pk": report_of(world.city.root, world).pk}, world.city.root.path)


def sheet(at: At) -> At:
    def found(world: World, place: str, actor: User) -> Target:
        target = at(world, place, actor)
        return Target({**target.kwargs, "sheet": RECORDS}, target.path)

    return found


def proposal(world: World, place: str, actor: User) -> Target:
    row = world.once(
        ("proposal", place),
        lambda: PostingProposal.objects.create(
            user=make_user(None, None),
            organisation=world.branch(place),
            role=Role.MEMBER,
            reason="转入",
            proposed_by=world.city.user(Role.CITY_STAFF),
        ),
    )
    return Target({"pk": row.pk}, world.branch(place).path)


def posting(world: World, place: str, actor: User) -> Target:
    holder = world.once(("holder", place), lambda: make_user(Role.MEMBER, world.branch(place)))
    return Target({"pk": holder.postings.get().pk}, world.branch(place).path)


def event(world: World, place: str, actor: User) -> Target:
    def make() -> AuditEvent:
        action = audit.actions_of(audit.Stream.BUSINESS)[0]
        return audit.record(by=None, action=action, scope_path=world.branch(place).path)

    return Target({"pk": world.once(("event", place), make).pk}, world.branch(place).path)


def person(world: World) -> dict[str, Any]:
    return {"pk": make_user(None, None).pk}


def own_job(world: World, owner: User) -> dict[str, Any]:
    return {"pk": Job.objects.create(kind="audit_verify", title="校验审计链", owner=owner).pk}


def own_notice(world: World, owner: User) -> dict[str, Any]:
    return {"pk": Notice.objects.create(user=owner, key="k", subject="通知", batch=uuid.uuid4()).pk}


def own_session(world: World, owner: User) -> dict[str, Any]:
    return {"pk": SignIn.objects.create(user=owner, session_key=uuid.uuid4().hex).pk}


def workday(world: World) -> dict[str, Any]:
    return {"day": Workday.objects.create(day=date(2027, 5, 8), is_workday=True).day.isoformat()}


def admin_event(world: World) -> dict[str, Any]:
    return {"pk": audit.record(by=None, action="account.create").pk}


def auditor_event(world: World) -> dict[str, Any]:
    return {"pk": audit.record(by=None, action="audit.verify").pk}


ENTRIES: dict[str, Entry] = {
    # accounts
    "accounts:logout": page(to_login=True),
    "accounts:password_change": page(),
    "accounts:factor_setup": page(),
    "accounts:factor_qr": page(),
    "accounts:account_home": page("account.view_own"),
    "accounts:factor_remove": page("account.view_own"),
    "accounts:session_end": mine("session.list_own", own_session),
    "accounts:user_list": page("account.list"),
    "accounts:user_create": page("account.create_without_role"),
    "accounts:user_detail": whole("account.list", person),
    "accounts:user_disable": whole("account.disable", person, seen_by="account.list"),
    "accounts:user_enable": whole("account.disable", person, seen_by="account.list"),
    "accounts:user_unlock": whole("account.unlock", person, seen_by="account.list"),
    "accounts:user_factor_reset": whole("account.unlock", person, seen_by="account.list"),
    "accounts:user_sessions_end": whole("session.kill_others", person, seen_by="account.list"),
    "accounts:user_reset_link": whole("account.issue_reset_link", person, seen_by="account.list"),
    "accounts:posting_list": page("role_grant.list"),
    "accounts:posting_revoke": thing("role_grant.revoke", posting, seen_by="role_grant.list"),
    "accounts:proposal_list": page("role_grant.list"),
    "accounts:proposal_create": page("role_grant.propose"),
    "accounts:grant_places": page("role_grant.propose"),
    "accounts:proposal_detail": thing("role_grant.list", proposal),
    "accounts:proposal_approve": thing("role_grant.approve", proposal, seen_by="role_grant.list"),
    "accounts:proposal_refuse": thing("role_grant.approve", proposal, seen_by="role_grant.list"),
    # core
    "core:job_list": page("job.view_own"),
    "core:job_detail": mine("job.view_own", own_job),
    "core:job_progress": mine("job.view_own", own_job),
    "core:job_cancel": mine("job.view_own", own_job),
    "core:job_download": mine("job.view_own", own_job),
    "core:notice_list": page("notice.list_own"),
    "core:notice_read_all": page("notice.list_own"),
    "core:notice_open": mine("notice.list_own", own_notice),
    "core:audit_list": page("audit.search_business"),
    "core:audit_detail": thing("audit.search_business", event),
    "core:audit_admin_list": page("audit.search_admin"),
    "core:audit_admin_detail": whole("audit.search_admin", admin_event),
    "core:audit_auditor_list": page("audit.search_auditor_actions"),
    "core:audit_auditor_detail": whole("audit.search_auditor_actions", auditor_event),
    "core:audit_verify": page("audit.verify_chain"),
    "core:workday_list": page("sys_param.update"),
    "core:workday_delete": whole("sys_param.update", workday),
    # branches: organisations and posts
    "branches:organisation_list": page("org_unit.list"),
    "branches:organisation_export": page("export.create"),
    "branches:organisation_tree": page("org_unit.list"),
    "branches:organisation_autocomplete": page("org_unit.list"),
    "branches:organisation_children": thing("org_unit.list", branch),
    "branches:organisation_children#unit": thing("org_unit.list", unit, places=UNITS),
    "branches:organisation_detail": thing("branch.view", branch, seen_by="org_unit.list"),
    "branches:organisation_detail#unit": thing("branch.view", unit, seen_by="org_unit.list", places=UNITS),
    "branches:organisation_create#group": thing("branch.update", below_branch, seen_by="org_unit.list", door=FOUNDING),
    "branches:organisation_create#branch": thing(
        "branch.create", below_unit, seen_by="org_unit.list", door=FOUNDING, places=UNITS
    ),
    "branches:organisation_create#unit": thing(
        "org_unit.create", below_root, seen_by="org_unit.list", door=FOUNDING, places=("own",)
    ),
    "branches:organisation_update": thing("branch.update", branch, seen_by="org_unit.list", door=REVISING),
    "branches:organisation_update#unit": thing(
        "org_unit.update", unit, seen_by="org_unit.list", door=REVISING, places=UNITS
    ),
    "branches:post_assign": thing("branch.update", branch, seen_by="org_unit.list"),
    "branches:post_end": thing("branch.update", post, seen_by="branch.view"),
    # branches: members
    "branches:member_list": page("member.list"),
    "branches:member_export": page("export.create"),
    "branches:member_former_list": page("member.list"),
    "branches:member_former_export": page("export.create"),
    "branches:member_create": page("member.create"),
    "branches:member_search": page("member.view_masked"),
    "branches:member_autocomplete": page("member.list"),
    "branches:member_autocomplete#org": thing("org_unit.list", members_of, door=("member.list",)),
    "branches:member_contact": page("member.update_own_contact"),
    "branches:member_detail": thing("member.view_masked", member, seen_by="member.list", places=PEOPLE),
    "branches:member_update": thing("member.update", member, seen_by="member.list", places=PEOPLE),
    "branches:member_disable": thing("member.disable", member, seen_by="member.list", places=PEOPLE),
    "branches:member_transfer": thing("member.transfer", member, seen_by="member.list", places=PEOPLE),
    "branches:member_reveal": thing("member_pii.reveal", member, seen_by="member.list", places=PEOPLE),
    "branches:roster_list": page("import.preview"),
    "branches:roster_template": page("import.upload"),
    "branches:roster_upload": page("import.upload"),
    "branches:roster_preview": thing("import.preview", roster),
    "branches:roster_commit": thing("import.commit", roster, seen_by="import.preview"),
    "branches:roster_drop": thing("import.preview", roster),
    # branches: meetings
    "branches:meeting_list": page("meeting.list"),
    "branches:meeting_export": page("export.create"),
    "branches:meeting_new": thing("meeting.submit", branch_asked, seen_by="branch.view"),
    "branches:meeting_create": thing("meeting.submit", branch_asked, seen_by="branch.view"),
    "branches:meeting_roster": thing("meeting.submit", branch_asked, seen_by="branch.view"),
    "branches:draft_edit": thing("draft.update", draft, seen_by="draft.view"),
    "branches:draft_save": thing("draft.update", draft, seen_by="draft.view"),
    "branches:draft_save#new": thing("draft.update", new_draft, seen_by="branch.view"),
    "branches:draft_discard": thing("draft.delete", draft, seen_by="draft.view"),
    "branches:meeting_detail": thing("meeting.view", meeting),
    "branches:meeting_correct": thing("meeting.correct", meeting, seen_by="meeting.view"),
    "branches:meeting_history": thing("meeting.history", meeting, seen_by="meeting.view"),
    "branches:meeting_return": thing("meeting.return", meeting, seen_by="meeting.view"),
    # branches: obligations
    "branches:obligation_matrix": page("obligation.list"),
    "branches:obligation_matrix_export": page("export.create"),
    "branches:obligation_list": page("obligation.list"),
    "branches:obligation_export": page("export.create"),
    "branches:requirement_list": page("obligation.list"),
    "branches:obligation_detail": thing("obligation.view", obligation),
    "branches:obligation_waive": thing("obligation.waive", obligation, seen_by="obligation.view"),
    "branches:waiver_revoke": thing("obligation.waive", waiver, seen_by="obligation.view"),
    # reports
    "reports:home": page(),
    "reports:report_list": page("report_unit.view"),
    "reports:report_create": page("report_unit.generate"),
    "reports:report_detail": thing("report_unit.view", report, places=UNITS),
    "reports:report_detail#city": thing("report_city.view", city_report, door=("report_unit.view",), places=("own",)),
    "reports:report_rows": thing("report_unit.view", sheet(report), places=UNITS),
    "reports:report_rows#city": thing(
        "report_city.view", sheet(city_report), door=("report_unit.view",), places=("own",)
    ),
    "reports:report_download": thing("report_unit.download", report, seen_by="report_unit.view", places=UNITS),
    "reports:report_download#city": thing(
        "report_city.download", city_report, door=("report_unit.download",), places=("own",)
    ),
    "reports:reminder_list": page("reminder.list"),
    "reports:reminder_export": page("export.create"),
}

for change in ("move", "merge", "suspend", "abolish"):
    ENTRIES[f"branches:organisation_change#{change}"] = thing(
        "branch.disable", changing(branch, change), seen_by="org_unit.list", door=CHANGING
    )
for change in ("merge", "suspend", "abolish"):
    ENTRIES[f"branches:organisation_change#{change}-unit"] = thing(
        "org_unit.disable", changing(unit, change), seen_by="org_unit.list", door=CHANGING, places=UNITS
    )
