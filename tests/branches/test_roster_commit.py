"""What happens between a roster's preview and its commit, and what is left of it afterwards."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accounts.roles import Role
from branches.choices import OrganisationKind
from branches.models import Member, RosterBatch
from branches.services import roster as services
from branches.services.organisation_status import organisation_abolish
from core.calendar import local_today
from core.crypto import keyed_hash
from core.models import AuditEvent
from tests.branches.rosters import SHORT, id_number, person, workbook
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db


def counts(batch):
    return batch.created_count, batch.updated_count, batch.unchanged_count, batch.error_count


def test_what_changed_after_the_preview_is_shown_again(city, upload, commit):
    batch = upload(workbook(SHORT, person(1)))
    other = upload(workbook(SHORT, person(1, 工作岗位="另填")))
    commit(other)
    with pytest.raises(ValidationError) as error:
        commit(batch)
    assert error.value.code == "stale"
    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == ("preview", (0, 1, 0, 0))
    commit(batch)
    assert Member.objects.get(name="赵甲乙").position == "科员"


def test_a_branch_that_ended_after_the_preview_stops_the_import(city, upload, commit):
    empty = make_organisation(city.committee, OrganisationKind.BRANCH, "将撤支部")
    batch = upload(workbook(SHORT, person(1, 所在党支部="将撤支部")))
    organisation_abolish(by=city.user(Role.CITY_STAFF), organisation=empty, effective_on=local_today())
    with pytest.raises(ValidationError) as error:
        commit(batch)
    assert "预览之后有变动" in error.value.messages[0]
    assert not Member.objects.filter(name="赵甲乙").exists()


def test_a_number_taken_elsewhere_after_the_preview_stops_the_import(city, upload, commit):
    batch = upload(workbook(SHORT, person(1), person(2, 姓名="二人")))
    Member.objects.filter(pk=city.foreign_members[0].pk).update(id_number_hash=keyed_hash(id_number(1)))
    with pytest.raises(ValidationError) as error:
        commit(batch)
    assert "没有导入任何一行" in error.value.messages[0]
    assert not Member.objects.filter(name="二人").exists()


def test_committing_twice_stores_once(city, upload, commit):
    batch = upload(workbook(SHORT, person(1)))
    commit(batch)
    commit(batch)
    assert Member.objects.filter(name="赵甲乙").count() == 1
    assert AuditEvent.objects.filter(action="roster.commit").count() == 1


def test_a_dropped_batch_is_gone(city, upload, commit):
    batch = upload(workbook(SHORT, person(1)))
    services.roster_drop(by=city.user(Role.UNIT_STAFF), batch=batch)
    batch.refresh_from_db()
    assert (batch.state, batch.payload, batch.changes) == ("dropped", "", [])
    with pytest.raises(ValidationError):
        commit(batch)


def test_nothing_personal_is_kept_in_clear(city, upload, commit):
    batch = upload(workbook(SHORT, person(1), person(2, 姓名="二人")))
    stored = str(RosterBatch.objects.filter(pk=batch.pk).values())
    commit(batch)
    stored += str(RosterBatch.objects.filter(pk=batch.pk).values()) + str(list(AuditEvent.objects.values()))
    stored += str(list(Member.objects.filter(name="二人").values()))
    for number in (id_number(1), id_number(2), "13800000001", "13800000002"):
        assert number not in stored
