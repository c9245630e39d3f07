"""专职副书记列席: by the posts of the day, with reasons and without contents."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from branches.choices import PostKind
from branches.models import Post
from oversight.models import SitIn
from oversight.selectors.sit_ins import deputies_on, sit_in_years
from oversight.services import sit_ins as services
from tests.factories import LONG_AGO
from tests.oversight.papers import DAY, TODAY

pytestmark = pytest.mark.django_db


def appoint(city, number=0, **fields):
    member = city.members[number]
    values = {
        "organisation": city.committee,
        "member": member,
        "kind": PostKind.DEPUTY_SECRETARY,
        "starts_on": LONG_AGO,
    }
    Post.objects.create(**values | fields)
    return member


def record(city, **changes):
    values = {
        "kind": "party_group", "held_on": TODAY, "title": "党组会", "expected": True, "attended": True, "reason": "",
        "opinion_given": False, "deputy": None,
    }  # fmt: skip
    return services.sit_in_record(by=city.user(Role.UNIT_STAFF), organisation=city.unit, values=values | changes)


def test_the_deputy_comes_from_the_posts_of_the_day(city):
    assert record(city, title="没有任职").deputy is None
    first = appoint(city, ends_on=TODAY)
    second = appoint(city, 1, starts_on=TODAY)
    assert deputies_on(city.unit, TODAY) == [(second.pk, second.name)]
    assert record(city).deputy == second
    assert record(city, held_on=TODAY - DAY).deputy == first
    assert deputies_on(city.foreign_unit, TODAY) == []


def test_several_deputies_are_chosen_from(city):
    first, second = appoint(city), appoint(city, 1)
    with pytest.raises(ValidationError, match="有几名副书记"):
        record(city)
    assert record(city, deputy=second.pk).deputy == second
    with pytest.raises(ValidationError, match="不是本单位的副书记"):
        record(city, deputy=city.members[3].pk, title="另一次")
    assert first != second


def test_revised_and_removed(city):
    row = record(city)
    values = {"kind": "leaders", "held_on": TODAY, "title": "局长办公会", "expected": True, "attended": False}
    with pytest.raises(ValidationError, match="请写明原因"):
        services.sit_in_revise(by=row.by, row=row, values=values)
    changed = services.sit_in_revise(by=row.by, row=row, values={**values, "reason": "出差", "opinion_given": False})
    assert (changed.kind, changed.reason) == ("leaders", "出差")
    services.sit_in_remove(by=row.by, row=changed)
    assert not SitIn.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"held_on": TODAY + DAY}, "held_on"),
        ({"attended": False}, "reason"),
        ({"reason": "病假"}, "reason"),
        ({"expected": False, "attended": False, "opinion_given": True}, "opinion_given"),
        ({"title": ""}, "title"),
        ({"title": "找13800138000"}, "title"),
    ],
)
def test_bad_input_changes_nothing(city, changes, field):
    with pytest.raises(ValidationError) as error:
        record(city, **changes)
    assert field in error.value.message_dict
    assert not SitIn.objects.exists()


def test_a_meeting_once(city):
    record(city)
    with pytest.raises(ValidationError, match="已经登记"):
        record(city)


@pytest.mark.parametrize("bad", [{"attended": False}, {"reason": "病假"}])
def test_the_database_refuses(city, bad):
    row = record(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        SitIn.objects.filter(pk=row.pk).update(**bad)


def test_the_year(city):
    record(city, opinion_given=True)
    record(city, title="另一次", attended=False, reason="出差")
    record(city, title="民主生活会", kind="democratic_life", expected=False)
    row = next(row for row in sit_in_years(city.user(Role.CITY_STAFF), TODAY.year) if row.unit == city.unit)
    assert (row.expected, row.attended, row.absent, row.opinions, row.kinds) == (2, 1, 1, 1, (1, 1, 0))
