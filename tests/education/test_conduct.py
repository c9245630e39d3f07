"""The code of conduct: versions of the committee, commitments that their own members alone see."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Capability, Role
from core.calendar import local_today
from core.models import AuditEvent
from education.models import ConductCommitment, ConductText
from education.selectors.conduct import conduct_in_force
from education.services.conduct import conduct_commit, conduct_publish

pytestmark = pytest.mark.django_db
TODAY = local_today()


def publish(city, **changed):
    values = {"title": "若干规范", "text": "一、坚定立场。", "valid_from": TODAY} | changed
    return conduct_publish(by=city.user(Role.CITY_STAFF), organisation=city.root, **values)


def test_versions_follow_each_other(city):
    first = publish(city)
    with pytest.raises(ValidationError, match="应晚于上一版"):
        publish(city)
    with pytest.raises(ValidationError, match="不能早于今天"):
        publish(city, valid_from=TODAY - timedelta(days=1))
    second = publish(city, valid_from=TODAY + timedelta(days=5))
    assert (first.number, second.number) == (1, 2)
    assert conduct_in_force(TODAY) == first
    assert conduct_in_force(TODAY + timedelta(days=5)) == second


def test_once_per_version_and_only_of_the_one_in_force(city):
    text, member = publish(city), city.user(Role.MEMBER)
    row = conduct_commit(by=member, text_id=text.pk)
    assert conduct_commit(by=member, text_id=text.pk) == row
    assert AuditEvent.objects.filter(action="conduct.commit").count() == 1
    with pytest.raises(ValidationError, match="新的版本"):
        conduct_commit(by=member, text_id=text.pk + 1)
    with pytest.raises(ValidationError, match="没有对应的在册党员"):
        conduct_commit(by=city.user(Role.CITY_STAFF), text_id=text.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConductCommitment.objects.create(text=text, member=row.member)


def test_nobody_else_sees_it(city):
    text = publish(city)
    conduct_commit(by=city.user(Role.MEMBER), text_id=text.pk)
    for role in Role.values:
        seen = ConductCommitment.objects.visible_to(city.user(role), Capability.CONDUCT_COMMIT).exists()
        assert seen is (role == Role.MEMBER), role
        assert not ConductCommitment.objects.visible_to(city.user(role), Capability.CONDUCT_PUBLISH).exclude(
            member__user=city.user(role)
        )


def test_nothing_about_speech_is_stored():
    names = {field.name for field in ConductCommitment._meta.get_fields()}
    assert names == {"id", "text", "member", "made_at"}


def test_pages(city):
    staff, member = city.client(Role.CITY_STAFF), city.client(Role.MEMBER)
    assert "还没有施行的规范" in member.get("/education/conduct/").content.decode()
    post = {"title": "若干规范", "text": "写了很久的正文", "valid_from": "2001-01-01"}
    page = staff.post("/education/conduct/publish/", post).content.decode()
    assert "写了很久的正文" in page
    assert "不能早于今天" in page
    staff.post("/education/conduct/publish/", post | {"valid_from": TODAY.isoformat()})
    text = ConductText.objects.get()
    assert member.get("/education/conduct/publish/").status_code == 403
    page = member.get("/education/conduct/").content.decode()
    assert "没有名单" in page
    member.post("/education/conduct/commit/", {"text": text.pk})
    assert "您已承诺遵守" in member.get("/education/conduct/").content.decode()
    assert "您已承诺" not in staff.get("/education/conduct/").content.decode()
    answer = staff.post("/education/conduct/commit/", {"text": text.pk}, follow=True)
    assert "没有对应的在册党员" in answer.content.decode()
