"""The demo city: deterministic, idempotent, uneven, and true to its own rules."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F

from accounts.models import Posting, User
from branches.choices import OrganisationStatus
from branches.models import Attendance, Meeting, Member, Membership, Obligation, Organisation
from branches.validators import validate_id_number, validate_uscc
from core.crypto import decrypt

SIZE = ("--units=3", "--branches=8", "--members=110", "--years=1", "--seed=7", "--until=2026-09-15")


def fingerprint() -> list[tuple]:
    meetings = Meeting.objects.order_by("pk").values_list("held_on", "kind", "organisation__code", "present", "title")
    members = Member.objects.order_by("pk").values_list("name", "birth_date", "organisation__code", "id_number_mask")
    return [*meetings, *members, *Organisation.objects.values_list("code", "name", "status")]


@pytest.fixture
def demo(db, tmp_path):
    call_command("demo_data", *SIZE, f"--accounts={tmp_path / 'accounts.json'}", stdout=StringIO())
    return tmp_path / "accounts.json"


def test_the_city_is_as_large_as_asked(demo):
    assert Organisation.objects.filter(kind="unit").count() == 3
    assert Organisation.objects.filter(kind="branch").count() == 8
    assert Member.objects.count() == 110
    assert Meeting.objects.count() > 150
    assert Organisation.objects.find_problems() == ([], [], [], [], [])


def test_numbers_follow_from_attendance(demo):
    wrong = Meeting.objects.annotate(listed=Count("attendances")).exclude(listed=F("expected"))
    assert not wrong.exists()
    strangers = Attendance.objects.exclude(
        member__memberships__organisation=F("meeting__organisation"),
        member__memberships__starts_on__lte=F("meeting__held_on"),
    )
    assert not strangers.exists()


def test_obligations_agree_with_the_logs(demo, capsys):
    call_command("obligations_verify")
    assert Obligation.objects.filter(done__lt=F("needed")).exists()
    assert Obligation.objects.filter(done__gte=F("needed")).exists()


def test_a_second_call_adds_nothing(demo):
    before, password = fingerprint(), User.objects.get(username="sj0001").password
    call_command("demo_data", *SIZE, f"--accounts={demo}", stdout=StringIO())
    assert fingerprint() == before
    assert User.objects.get(username="sj0001").password == password


def test_accounts_work_and_their_file_is_private(demo, client):
    listing = json.loads(demo.read_text())
    assert {"username", "password", "role", "organisation"} <= set(listing[0])
    assert demo.stat().st_mode & 0o077 == 0
    assert {account["role"] for account in listing} == set(Posting.objects.values_list("role", flat=True))
    for account in listing:
        assert User.objects.get(username=account["username"]).check_password(account["password"])


def test_personal_numbers_are_well_formed_nobodys_and_encrypted(demo):
    for member in Member.objects.all()[:40]:
        number = decrypt(member.id_number_cipher)
        validate_id_number(number)
        assert number.startswith("520100"), "a city-level code, under which no ID number is issued"
        assert number not in member.id_number_cipher
    for code in Organisation.objects.exclude(uscc="").values_list("uscc", flat=True):
        validate_uscc(code)


def test_reality_is_uneven(db):
    call_command("demo_data", "--units=4", "--branches=30", "--members=450", "--years=1", stdout=StringIO())
    assert Organisation.objects.filter(status=OrganisationStatus.MERGED).exists()
    assert Membership.objects.filter(leave_reason="moved").exists()
    assert Meeting.objects.filter(is_late_entry=True).exists()
    held = Meeting.objects.values("organisation").annotate(n=Count("pk")).values_list("n", flat=True)
    assert min(held) * 1.5 < max(held)


def test_the_same_seed_gives_the_same_city(db, django_db_blocker):
    from datetime import date
    from random import Random

    from reports.management.demo.tree import Builder

    def city(seed):
        built = Builder(Random(seed), date(2026, 1, 1), date(2026, 9, 15), 1, 1).build(3, 8, 110)
        return [(n.code, n.name, n.path) for n in built.nodes()], [(p.name, p.birth) for p in built.people]

    assert city(7) == city(7)
    assert city(7) != city(8)


def test_impossible_sizes_are_refused(db):
    with pytest.raises(CommandError):
        call_command("demo_data", "--units=5", "--branches=3")
    assert not Organisation.objects.exists()
