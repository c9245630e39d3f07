"""The outreach wing in the permission sweep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from accounts.models import User
from accounts.roles import Role
from branches.models import Organisation, Worklist
from core.calendar import local_today
from core.models import ImportBatch
from outreach.models import (
    Brand,
    FusionFigure,
    FusionProject,
    FusionTag,
    Pairing,
    PairingNeed,
    PairingVisit,
    Pledge,
    ReportedCommunity,
    ServiceActivity,
    VanguardPost,
    VillagePosting,
)
from tests.sweep import UNITS, At, Entry, Target, World, branch_asked, canary, page, thing, whole

TODAY = local_today()


def _by(world: World) -> User:
    return world.city.user(Role.BRANCH_SECRETARY)


def _worklist(world: World, place: Organisation, source: str, title: str) -> Worklist:
    return Worklist.objects.create(organisation=place, source=source, title=title, by=_by(world))


def of_branch(make: Callable[[World, Organisation, str], Any], **kwargs: Any) -> At:
    """A row of a branch, made once in each place."""

    def at(world: World, place: str, actor: User) -> Target:
        branch = world.branch(place)
        row = world.once((make, place), lambda: make(world, branch, place))
        return Target({"pk": row.pk, **kwargs}, branch.path)

    return at


def _brand(world: World, branch: Organisation, place: str) -> Brand:
    title = canary("会议", place)
    worklist = _worklist(world, branch, "outreach.brand", title)
    return Brand.objects.create(
        organisation=branch, name=title, meaning="内涵", business="业务", declared_year=TODAY.year,
        worklist=worklist, by=_by(world),
    )  # fmt: skip


def _post(world: World, branch: Organisation, place: str) -> VanguardPost:
    title = canary("会议", place)
    return VanguardPost.objects.create(
        organisation=branch, title=title, team="班组", standard="标准", shown_on=TODAY, by=_by(world)
    )


def _pledge(world: World, branch: Organisation, place: str) -> Pledge:
    member = branch.members.order_by("pk").first()
    row = Pledge.objects.create(
        organisation=branch, member=member, year=TODAY.year, state="published", published_on=TODAY, by=_by(world)
    )
    row.items.create(number=1, category="work", content=canary("会议", place), due_on=TODAY)
    return row


def _community(world: World, branch: Organisation, place: str) -> ReportedCommunity:
    name = canary("会议", place)
    return ReportedCommunity.objects.create(organisation=branch, name=name, starts_on=TODAY, by=_by(world))


def _activity(world: World, branch: Organisation, place: str) -> ServiceActivity:
    return ServiceActivity.objects.create(
        organisation=branch, held_on=TODAY, purpose=canary("会议", place), participants=3, by=_by(world)
    )


def _pairing(world: World, branch: Organisation, place: str) -> Pairing:
    return world.once(
        ("pairing", place),
        lambda: Pairing.objects.create(
            organisation=branch, kind="village", village=canary("会议", place), starts_on=TODAY, by=_by(world)
        ),
    )


def _need(world: World, branch: Organisation, place: str) -> PairingNeed:
    pairing = _pairing(world, branch, place)
    return PairingNeed.objects.create(pairing=pairing, need=canary("会议", place), noted_on=TODAY, by=_by(world))


def _visit(world: World, branch: Organisation, place: str) -> PairingVisit:
    pairing = _pairing(world, branch, place)
    return PairingVisit.objects.create(pairing=pairing, held_on=TODAY, form="on_site", by=_by(world))


def _project(world: World, branch: Organisation, place: str) -> FusionProject:
    def make() -> FusionProject:
        title = canary("会议", place)
        worklist = _worklist(world, branch, "outreach.fusion", title)
        return FusionProject.objects.create(
            organisation=branch, title=title, problem="难题", means="做法", starts_on=TODAY, worklist=worklist,
            by=_by(world),
        )  # fmt: skip

    return world.once(("project", place), make)


def _figure(world: World, branch: Organisation, place: str) -> FusionFigure:
    return FusionFigure.objects.create(
        project=_project(world, branch, place), name=canary("会议", place), unit="分", base_value=1, base_on=TODAY
    )


def posting(**kwargs: Any) -> At:
    def at(world: World, place: str, actor: User) -> Target:
        unit = world.unit(place)

        def make() -> VillagePosting:
            worklist = _worklist(world, unit, "outreach.posting", canary("会议", place))
            return VillagePosting.objects.create(
                organisation=unit, member=world.member(place), village=canary("会议", place), role="team_member",
                starts_on=TODAY, ends_on=TODAY + timedelta(days=800), worklist=worklist, by=_by(world),
            )  # fmt: skip

        return Target({"pk": world.once(("posting", place), make).pk, **kwargs}, unit.path)

    return at


def unit_asked(world: World, place: str, actor: User) -> Target:
    return Target(path=world.unit(place).path, query={"branch": world.unit(place).pk})


def _tag(world: World) -> dict[str, Any]:
    return {"pk": FusionTag.objects.create(group="other", name="本级重点").pk}


brand, post, pledge = of_branch(_brand), of_branch(_post), of_branch(_pledge)
community, activity, pairing = of_branch(_community), of_branch(_activity), of_branch(_pairing)
need, visit, project, figure = of_branch(_need), of_branch(_visit), of_branch(_project), of_branch(_figure)


def _own_branch(world: World, place: str, actor: User) -> Target:
    return Target(path=world.city.branch.path)


def exported(right: str) -> Entry:
    """Who sees the list reaches its export; a member, who may export nothing, is told so."""
    return Entry((right,), _own_branch, right, ("export.create",), places=("own",))


def uploaded(slug: str) -> At:
    """The actor's own upload; its rows name where they belong, so it has no place."""

    def at(world: World, place: str, actor: User) -> Target:
        def make() -> ImportBatch:
            return ImportBatch.objects.create(slug=slug, by=actor, file_name="导入.xlsx")

        return Target({"batch": world.once((slug, actor.pk), make).pk}, world.city.branch.path)

    return at


def imports(prefix: str, slug: str, right: str) -> dict[str, Entry]:
    name = f"outreach:{prefix}_import"
    found = {name: page(right), f"{name}_template": page(right)}
    return found | {
        f"{name}_{step}": thing(right, uploaded(slug), places=("own",)) for step in ("preview", "commit", "drop")
    }


ENTRIES: dict[str, Entry] = {
    "outreach:brand_list": page("brand.view"),
    "outreach:brand_export": exported("brand.view"),
    "outreach:brand_create": thing("brand.write", branch_asked, seen_by="branch.view"),
    "outreach:brand_create#unit": thing("brand.write", unit_asked, seen_by="branch.view", places=UNITS),
    "outreach:brand_detail": thing("brand.view", brand),
    "outreach:brand_update": thing("brand.write", brand, seen_by="brand.view"),
    "outreach:brand_decide": thing("brand.review", of_branch(_brand, state="nurturing"), seen_by="brand.view"),
    "outreach:brand_recheck": thing("brand.review", brand, seen_by="brand.view"),
    "outreach:brand_exit": Entry(("brand.write", "brand.review"), brand, "brand.view", ("brand.write", "brand.review")),
    "outreach:vanguard_list": page("vanguard.view"),
    "outreach:vanguard_export": exported("vanguard.view"),
    "outreach:vanguard_create": thing("vanguard.record", branch_asked, seen_by="branch.view"),
    "outreach:vanguard_detail": thing("vanguard.view", post),
    "outreach:vanguard_update": thing("vanguard.record", post, seen_by="vanguard.view"),
    "outreach:vanguard_review": thing("vanguard.record", post, seen_by="vanguard.view"),
    "outreach:vanguard_withdraw": thing("vanguard.record", post, seen_by="vanguard.view"),
    "outreach:pledge_list": page("vanguard.view"),
    "outreach:pledge_export": exported("vanguard.view"),
    "outreach:pledge_mine": page("pledge.write_own"),
    "outreach:pledge_write": page("pledge.write_own"),
    "outreach:pledge_enter": thing("pledge.review", branch_asked, seen_by="branch.view"),
    "outreach:pledge_detail": Entry(("vanguard.view", "pledge.write_own"), pledge, "vanguard.view", ("vanguard.view",)),
    "outreach:pledge_progress": Entry(
        ("pledge.write_own", "pledge.review"), pledge, "vanguard.view", ("pledge.review",)
    ),
    "outreach:pledge_review": thing("pledge.review", branch_asked, seen_by="branch.view"),
    "outreach:pledge_judge": thing("pledge.review", branch_asked, seen_by="branch.view"),
    "outreach:service_list": page("volunteer.view"),
    "outreach:service_export": exported("volunteer.view"),
    "outreach:service_create": thing("volunteer.record", branch_asked, seen_by="branch.view"),
    "outreach:service_detail": thing("volunteer.view", activity),
    "outreach:service_update": thing("volunteer.record", activity, seen_by="volunteer.view"),
    "outreach:service_remove": thing("volunteer.record", activity, seen_by="volunteer.view"),
    "outreach:community_list": page("volunteer.view"),
    "outreach:community_export": exported("volunteer.view"),
    "outreach:community_create": thing("volunteer.record", branch_asked, seen_by="branch.view"),
    "outreach:community_end": thing("volunteer.record", community, seen_by="volunteer.view"),
    "outreach:pairing_list": page("pairing.view"),
    "outreach:pairing_export": exported("pairing.view"),
    "outreach:pairing_create": thing("pairing.record", branch_asked, seen_by="branch.view"),
    "outreach:pairing_detail": thing("pairing.view", pairing),
    "outreach:pairing_end": thing("pairing.record", pairing, seen_by="pairing.view"),
    "outreach:need_create": thing("pairing.record", pairing, seen_by="pairing.view"),
    "outreach:visit_create": thing("pairing.record", pairing, seen_by="pairing.view"),
    "outreach:visit_remove": thing("pairing.record", visit, seen_by="pairing.view"),
    "outreach:need_list": page("pairing.view"),
    "outreach:need_export": exported("pairing.view"),
    "outreach:need_detail": thing("pairing.view", need),
    "outreach:need_update": thing("pairing.record", need, seen_by="pairing.view"),
    "outreach:need_done": thing("pairing.record", need, seen_by="pairing.view"),
    "outreach:need_remove": thing("pairing.record", need, seen_by="pairing.view"),
    "outreach:posting_list": page("village_posting.view"),
    "outreach:posting_export": exported("village_posting.view"),
    "outreach:posting_create": thing("village_posting.record", unit_asked, seen_by="branch.view", places=UNITS),
    "outreach:posting_detail": thing("village_posting.view", posting(), places=UNITS),
    "outreach:posting_update": thing("village_posting.record", posting(), seen_by="village_posting.view", places=UNITS),
    "outreach:posting_year": thing(
        "village_posting.record", posting(year=TODAY.year), seen_by="village_posting.view", places=UNITS
    ),
    "outreach:posting_finish": thing("village_posting.record", posting(), seen_by="village_posting.view", places=UNITS),
    "outreach:fusion_list": page("fusion.view"),
    "outreach:fusion_export": exported("fusion.view"),
    "outreach:fusion_create": thing("fusion.write", branch_asked, seen_by="branch.view"),
    "outreach:fusion_detail": thing("fusion.view", project),
    "outreach:fusion_update": thing("fusion.write", project, seen_by="fusion.view"),
    "outreach:fusion_move": thing("fusion.write", of_branch(_project, state="ongoing"), seen_by="fusion.view"),
    "outreach:figure_create": thing("fusion.write", project, seen_by="fusion.view"),
    "outreach:figure_list": page("fusion.view"),
    "outreach:figure_export": exported("fusion.view"),
    "outreach:figure_update": thing("fusion.write", figure, seen_by="fusion.view"),
    "outreach:figure_remove": thing("fusion.write", figure, seen_by="fusion.view"),
    "outreach:tag_list": page("fusion.view", "sys_param.update"),
    "outreach:tag_create": page("sys_param.update"),
    "outreach:tag_update": whole("sys_param.update", _tag),
    **imports("service", "service-activities", "volunteer.record"),
    **imports("pairing", "pairings", "pairing.record"),
    **imports("posting", "village-postings", "village_posting.record"),
    **imports("figure", "fusion-figures", "fusion.write"),
}
