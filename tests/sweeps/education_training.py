"""Training classes, hours, certificates and staffing in the permission sweep."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import User
from accounts.roles import Role
from core.calendar import local_today
from core.models import ImportBatch
from education.models import Certificate, TrainingClass, TrainingLine
from tests.sweep import PEOPLE, At, Entry, Target, World, branch_asked, canary, page, thing


def _class(world: World, place: str) -> TrainingClass:
    """A class whose organiser is the branch itself, so that its reach is that of the branch."""

    def make() -> TrainingClass:
        return TrainingClass.objects.create(
            organisation=world.branch(place),
            by=world.city.user(Role.CITY_STAFF),
            title=canary("会议", place),
            kind="qualifying",
            starts_on=local_today() - timedelta(days=5),
            ends_on=local_today() - timedelta(days=4),
            hours=8,
            pass_mark=60,
        )

    made: TrainingClass = world.once(("training class", place), make)
    return made


def training_class(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _class(world, place).pk}, world.branch(place).path)


def class_place(world: World, place: str, actor: User) -> Target:
    return Target({"place": _class(world, place).pk}, world.branch(place).path)


def line(world: World, place: str, actor: User) -> Target:
    def make() -> TrainingLine:
        return TrainingLine.objects.create(
            training_class=_class(world, place), member=world.member(place), organisation=world.branch(place)
        )

    return Target({"pk": world.once(("training line", place), make).pk}, world.branch(place).path)


def certificate(world: World, place: str, actor: User) -> Target:
    member = world.member(place)

    def make() -> Certificate:
        return Certificate.objects.create(
            member=member,
            number=canary("会议", place),
            issuer="市直机关工委",
            issued_on=local_today() - timedelta(days=9),
            valid_until=local_today() + timedelta(days=900),
            by=world.city.user(Role.CITY_STAFF),
        )

    row = world.once(("certificate", place), make)
    return Target({"pk": row.pk}, world.branch(place).path, owner=member.user_id)


def hours_member(world: World, place: str, actor: User) -> Target:
    return Target({"pk": world.member(place).pk}, world.branch(place).path)


def hours_branch(world: World, place: str, actor: User) -> Target:
    asked = branch_asked(world, place, actor)
    return Target(path=asked.path, query={"branch": asked.query["branch"]})


def year(world: World, place: str, actor: User) -> Target:
    """No object: a year of the reader's own reach."""
    return Target({"year": local_today().year}, world.city.branch.path)


def _batch(at: At, slug: str) -> At:
    """The actor's own upload waiting for the place."""

    def found(world: World, place: str, actor: User) -> Target:
        target = at(world, place, actor)
        key = str(target.kwargs["place"])

        def make() -> ImportBatch:
            return ImportBatch.objects.create(slug=slug, place_key=key, by=actor, file_name="名单.xlsx")

        return Target({**target.kwargs, "batch": world.once((slug, key, actor.pk), make).pk}, target.path)

    return found


def register_place(world: World, place: str, actor: User) -> Target:
    return Target({"place": world.city.root.pk}, world.city.root.path)


ENTRIES: dict[str, Entry] = {
    "education:class_list": page("training.view"),
    "education:class_export": page("training.view"),
    "education:class_create": page("training.record"),
    "education:class_detail": thing("training.view", training_class),
    "education:roll_export": thing("training.view", training_class),
    "education:class_update": thing("training.record", training_class, seen_by="training.view"),
    "education:roll_pick": thing("training.record", training_class, seen_by="training.view"),
    "education:roll_record": thing("training.record", training_class, seen_by="training.view"),
    "education:class_close": thing("training.record", training_class, seen_by="training.view"),
    "education:class_reopen": thing("training.record", training_class, seen_by="training.view"),
    "education:class_cancel": thing("training.record", training_class, seen_by="training.view"),
    "education:line_remove": thing("training.record", line, seen_by="training.view"),
    "education:training_roll_import": thing("training.record", class_place, seen_by="training.view"),
    "education:training_roll_import_template": thing("training.record", class_place, seen_by="training.view"),
    "education:training_roll_import_preview": thing(
        "training.record", _batch(class_place, "training-roll"), seen_by="training.view"
    ),
    "education:training_roll_import_commit": thing(
        "training.record", _batch(class_place, "training-roll"), seen_by="training.view"
    ),
    "education:training_roll_import_drop": thing(
        "training.record", _batch(class_place, "training-roll"), seen_by="training.view"
    ),
    "education:hours_list": page("hours.view"),
    "education:hours_export": thing("hours.view", year, places=("own",)),
    "education:hours_refresh": page("hours.view"),
    "education:hours_branch": thing("hours.view", hours_branch, seen_by="branch.view"),
    "education:hours_member": thing("hours.view", hours_member, seen_by="member.list"),
    "education:hours_mine": page("hours.view_own"),
    "education:hours_rules": page("hours.view", "hours.view_own"),
    "education:certificate_list": page("certificate.view"),
    "education:certificate_export": page("certificate.view"),
    "education:certificate_detail": thing("certificate.view", certificate),
    "education:certificate_pdf": thing("certificate.view", certificate),
    "education:certificate_own_pdf": thing("hours.view_own", certificate, places=PEOPLE),
    "education:certificate_revoke": thing("certificate.record", certificate, seen_by="certificate.view"),
    "education:certificate_issue": thing("certificate.record", training_class, seen_by="training.view"),
    "education:certificate_sheets": thing("certificate.view", training_class, seen_by="training.view"),
    "education:certificate_import": thing("certificate.record", register_place, places=("own",)),
    "education:certificate_import_template": thing("certificate.record", register_place, places=("own",)),
    "education:certificate_import_preview": thing(
        "certificate.record", _batch(register_place, "certificate-register"), places=("own",)
    ),
    "education:certificate_import_commit": thing(
        "certificate.record", _batch(register_place, "certificate-register"), places=("own",)
    ),
    "education:certificate_import_drop": thing(
        "certificate.record", _batch(register_place, "certificate-register"), places=("own",)
    ),
    "education:secretary_list": page("certificate.view"),
    "education:secretary_export": page("certificate.view"),
    "education:staffing_list": page("training.record"),
    "education:staffing_export": page("training.record"),
}
