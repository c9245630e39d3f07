"""The chain finds every change behind its back."""

import random
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.utils import timezone

from core import append_only, audit, audit_chain
from core.audit_chain import audit_seal, audit_verify, link, read_anchors
from core.models import AuditEvent, AuditSeal

pytestmark = pytest.mark.django_db
LENGTH = 20


@pytest.fixture(autouse=True)
def own_anchors(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def make_events(count):
    for number in range(count):
        audit.record(
            by=None,
            action="job.enqueue",
            scope_path="00010002",
            before={"n": number, "deep": {"words": ["一", "二"]}},
            after={"n": number + 1, "ratio": 0.5, "none": None},
            reason=f"第 {number} 次",
        )


@pytest.fixture
def chain(db):
    append_only.install(connection)
    make_events(LENGTH)
    assert audit_seal() == LENGTH
    append_only.drop(connection)


def test_an_untouched_chain_is_intact(db):
    append_only.install(connection)
    make_events(3)
    assert (audit_seal(), audit_seal()) == (3, 0)
    make_events(2)
    assert audit_seal() == 2
    report = audit_verify()
    assert report.is_intact, report.problems()
    assert report.checked == 5
    assert [seal.seq for seal in AuditSeal.objects.all()] == [1, 2, 3, 4, 5]


def test_an_empty_trail_is_intact(db):
    append_only.install(connection)
    assert audit_seal() == 0
    assert audit_verify().is_intact


def rewrite(rng):
    """Change one event and recompute every hash behind it: only the anchor outside the database knows."""
    AuditEvent.objects.filter(pk=rng.choice(ids())).update(reason="改")
    previous = audit_chain.GENESIS
    for seal in AuditSeal.objects.order_by("seq"):
        row = AuditEvent.objects.values(*audit_chain.FIELDS).get(pk=seal.event_id)
        previous = link(previous, row)
        AuditSeal.objects.filter(pk=seal.pk).update(hash=previous)


def ids():
    return list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))


def change_field(rng):
    name, value = rng.choice(
        [
            ("at", timezone.now() - timedelta(days=rng.randrange(1, 400))),
            ("actor_id", rng.randrange(10**6)),
            ("actor_name", "别人"),
            ("actor_role", "x"),
            ("action", "job.cancel"),
            ("object_type", "x"),
            ("object_id", str(rng.randrange(10**6))),
            ("object_label", "另一个"),
            ("scope_path", "0001"),
            ("before", None),
            ("before", {"n": 1.0e3, "deep": {"words": ["一"]}}),
            ("after", {"n": rng.randrange(10**6)}),
            ("reason", "改"),
            ("result", "failed"),
            ("address", "10.9.9.9"),
            ("request_id", "x"),
            ("id", 10**9 + rng.randrange(10**6)),
        ]
    )
    AuditEvent.objects.filter(pk=rng.choice(ids())).update(**{name: value})


def delete_event(rng):
    AuditEvent.objects.filter(pk=rng.choice(ids())).delete()


def swap_events(rng):
    one, other = rng.sample(ids(), 2)
    first, second = (AuditEvent.objects.values("reason", "before", "after").get(pk=pk) for pk in (one, other))
    AuditEvent.objects.filter(pk=one).update(**second)
    AuditEvent.objects.filter(pk=other).update(**first)


def change_hash(rng):
    AuditSeal.objects.filter(seq=rng.randint(1, LENGTH)).update(hash=f"{rng.getrandbits(256):064x}")


def delete_seal(rng):
    AuditSeal.objects.filter(seq=rng.randint(1, LENGTH)).delete()


def move_seal(rng):
    AuditSeal.objects.filter(seq=rng.randint(1, LENGTH)).update(event_id=10**9 + rng.randrange(10**6))


def renumber_seal(rng):
    AuditSeal.objects.filter(seq=rng.randint(1, LENGTH)).update(seq=rng.randint(LENGTH + 1, 99))


def cut_tail(rng):
    first = rng.randint(1, LENGTH)
    gone = list(AuditSeal.objects.filter(seq__gte=first).values_list("event_id", flat=True))
    AuditEvent.objects.filter(pk__in=gone).delete()
    AuditSeal.objects.filter(seq__gte=first).delete()


def backdate(rng):
    AuditEvent.objects.create(action="job.enqueue", at=timezone.now() - timedelta(hours=rng.randint(3, 9999)))
    audit_seal()


TAMPERS = [
    *[change_field] * 5,
    *[delete_event, swap_events, change_hash, delete_seal, move_seal, renumber_seal, cut_tail, backdate],
]


@pytest.mark.slow
def test_a_thousand_random_tampers_are_all_found(chain, monkeypatch):
    monkeypatch.setattr(append_only, "missing", lambda connection: [])
    rng = random.Random(20261122)
    missed = []
    anchor = audit_chain.anchor_file().read_text()
    for _ in range(1000):
        tamper = rng.choice(TAMPERS)
        with transaction.atomic():
            tamper(rng)
            if audit_verify().is_intact:
                missed.append(tamper.__name__)
            transaction.set_rollback(True)
        audit_chain.anchor_file().write_text(anchor)
    assert missed == []
    assert audit_verify().is_intact


def test_a_chain_written_anew_does_not_match_its_anchor(chain):
    rewrite(random.Random(1))
    report = audit_verify()
    assert report.changed == report.broken == report.missing == []
    assert report.anchors == [LENGTH]


def test_a_deleted_tail_is_named_by_the_anchor(chain):
    cut_tail(random.Random(1))
    assert audit_verify().anchors == [LENGTH]


def test_dropped_triggers_are_reported(chain):
    assert len(audit_verify().triggers) > 0


def test_an_event_left_unsealed_is_reported(db):
    append_only.install(connection)
    AuditEvent.objects.create(action="job.enqueue", at=timezone.now() - timedelta(minutes=11))
    AuditEvent.objects.create(action="job.enqueue")
    report = audit_verify()
    assert len(report.unsealed) == 1
    audit_seal()
    assert audit_verify().is_intact


def test_a_late_commit_below_the_last_sealed_id_is_sealed(chain):
    append_only.install(connection)
    newest = ids()[-1]
    AuditEvent.objects.create(pk=newest + 2, action="job.enqueue")
    assert audit_seal() == 1
    AuditEvent.objects.create(pk=newest + 1, action="job.enqueue")
    assert audit_seal() == 1
    assert audit_verify().is_intact


def test_far_behind_events_are_sealed_when_asked_for_everything(chain, monkeypatch):
    append_only.install(connection)
    monkeypatch.setattr(audit_chain, "LOOK_BACK", 1)
    newest = ids()[-1]
    AuditEvent.objects.create(pk=newest + 5, action="job.enqueue")
    assert audit_seal() == 1
    AuditEvent.objects.create(pk=newest + 1, action="job.enqueue")
    assert audit_seal() == 0
    assert audit_seal(everything=True) == 1


def test_long_trails_are_sealed_and_walked_in_batches(db, monkeypatch):
    append_only.install(connection)
    monkeypatch.setattr(audit_chain, "BATCH", 7)
    make_events(30)
    assert audit_seal() == 30
    assert audit_verify().checked == 30
    assert audit_verify().is_intact


def test_every_run_leaves_an_anchor(chain):
    assert set(read_anchors()) == {LENGTH}
    make_events(1)
    audit_seal()
    assert set(read_anchors()) == {LENGTH, LENGTH + 1}


def test_a_full_disk_does_not_stop_the_sealing(db, monkeypatch):
    append_only.install(connection)

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(audit_chain.Path, "open", full)
    make_events(2)
    assert audit_seal() == 2


def test_the_command_exits_with_one_on_damage(chain, capsys):
    append_only.install(connection)
    call_command("audit_verify")
    assert f"审计链完整，已核对 {LENGTH} 条" in capsys.readouterr().out
    append_only.drop(connection)
    AuditEvent.objects.filter(pk=ids()[3]).update(reason="改")
    append_only.install(connection)
    with pytest.raises(CommandError) as damage:
        call_command("audit_verify")
    assert damage.value.returncode == 1
    assert f"内容被改的事件：{ids()[3]}" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_sealers_at_the_same_time_make_one_chain():
    append_only.install(connection)
    make_events(60)

    def seal():
        try:
            audit_seal()
        finally:
            connection.close()

    # An in-memory SQLite lets one thread in at a time.
    threads = [threading.Thread(target=seal) for _ in range(4 if connection.vendor == "postgresql" else 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    audit_seal()
    report = audit_verify()
    assert report.checked == 60
    assert report.is_intact, report.problems()
