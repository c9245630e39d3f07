"""专项行动: prepared, started, carried out by a list, ended; read downwards."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.roles import Capability, Role
from branches.models import Obligation
from branches.services.requirements import requirements_load
from branches.services.worklists import item_add, item_close, item_report
from oversight.models import Campaign
from oversight.selectors.campaigns import campaign_progress
from oversight.services import campaigns as services
from tests.factories import make_user
from tests.oversight.works import TODAY, sheet

pytestmark = pytest.mark.django_db
HOME = "/oversight/campaigns/"
VALUES = {
    "title": "机关治理效能提升行动",
    "basis": "机关工委年度工作安排",
    "goals": "解决办事环节多的问题",
    "starts_on": TODAY - timedelta(days=30),
    "ends_on": TODAY + timedelta(days=60),
}
SUMMARY = "各单位按清单完成了项目，办事环节明显减少，群众反映良好。"


@pytest.fixture(autouse=True)
def rules(db):
    requirements_load()


def make_campaign(city, *, started=True, **values):
    by = city.user(Role.CITY_STAFF)
    made = services.campaign_create(by=by, organisation=city.root, values={**VALUES, **values})
    return services.campaign_start(by=by, campaign=made) if started else made


def project(city, campaign, organisation, **values):
    given = {"task": "精简办事环节", "organisation": organisation, "due_on": TODAY + timedelta(days=5), **values}
    return item_add(by=city.user(Role.CITY_STAFF), worklist=campaign.worklist, **given)


def text(answer):
    return answer.content.decode()


def login(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_whole_life(city):
    staff, unit = city.user(Role.CITY_STAFF), city.user(Role.UNIT_STAFF)
    campaign = make_campaign(city)
    item = project(city, campaign, city.unit)
    assert Obligation.objects.get(requirement__code="V03").organisation == city.unit
    with pytest.raises(ValidationError, match="1个项目"):
        services.campaign_end(by=staff, campaign=campaign, summary=SUMMARY)
    item_report(by=unit, item=item, result="环节由五个减到三个")
    item_close(by=staff, item=item)
    with pytest.raises(ValidationError, match="至少20个字"):
        services.campaign_end(by=staff, campaign=campaign, summary="完成了")
    ended = services.campaign_end(by=staff, campaign=campaign, summary=SUMMARY)
    assert (ended.state, ended.ended_on) == ("ended", TODAY)
    with pytest.raises(ValidationError):
        services.campaign_update(by=staff, campaign=campaign, values=VALUES)
    again = services.campaign_reopen(by=staff, campaign=campaign, reason="还要巩固成效")
    assert (again.state, again.summary) == ("running", SUMMARY)


def test_read_downwards_once_it_runs(city):
    campaign = make_campaign(city, started=False)
    reader = city.user(Role.BRANCH_SECRETARY)
    assert not Campaign.objects.visible_to(reader, Capability.CAMPAIGN_VIEW).exists()
    services.campaign_start(by=city.user(Role.CITY_STAFF), campaign=campaign)
    assert Campaign.objects.visible_to(reader, Capability.CAMPAIGN_VIEW).exists()
    assert not Campaign.objects.visible_to(city.user(Role.UNIT_STAFF), Capability.CAMPAIGN_WRITE).exists()
    with pytest.raises(ValidationError):
        services.campaign_start(by=city.user(Role.CITY_STAFF), campaign=campaign)


def test_progress_is_by_unit_and_each_unit_sees_its_own(city):
    campaign = make_campaign(city)
    project(city, campaign, city.unit)
    late = project(city, campaign, city.foreign, starts_on=TODAY - timedelta(days=9))
    type(late).objects.filter(pk=late.pk).update(due_on=TODAY - timedelta(days=1))
    rows = campaign_progress(city.user(Role.CITY_STAFF), campaign)
    assert [(row.unit, row.total, row.overdue) for row in rows] == [(city.unit, 1, 0), (city.foreign_unit, 1, 1)]
    assert [row.unit for row in campaign_progress(city.user(Role.UNIT_STAFF), campaign)] == [city.unit]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ends_on": TODAY - timedelta(days=40)}, "__all__"),
        ({"title": ""}, "title"),
        ({"goals": "找 13800138000 联系"}, "goals"),
    ],
)
def test_bad_campaigns_are_refused(city, values, field):
    with pytest.raises(ValidationError) as refused:
        make_campaign(city, **values)
    assert field in refused.value.message_dict
    assert not Campaign.objects.exists()


def test_the_same_one_stands_once(city):
    campaign = make_campaign(city)
    with pytest.raises(ValidationError, match="已经有了"):
        make_campaign(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(state="ended")


def test_pages(city):
    staff = city.client(Role.CITY_STAFF)
    post = {name: str(value) for name, value in VALUES.items()}
    assert "没有保存" in text(staff.post(f"{HOME}new/", post | {"ends_on": "2001-01-01"}))
    staff.post(f"{HOME}new/", post)
    campaign = Campaign.objects.get()
    url = f"{HOME}{campaign.pk}/"
    assert city.client(Role.UNIT_STAFF).get(url).status_code == 404
    staff.post(f"{url}start/")
    project(city, campaign, city.unit)
    project(city, campaign, city.foreign_unit, task="别的单位的项目")
    page = text(city.client(Role.UNIT_STAFF).get(url))
    assert "精简办事环节" in page
    assert city.foreign_unit.short_name not in page
    assert "别的单位的项目" not in page
    assert city.client(Role.UNIT_STAFF).get(f"{url}update/").status_code == 403
    page = text(staff.get(url))
    assert city.foreign_unit.short_name in page
    assert f"list={campaign.worklist_id}&amp;org={city.unit.pk}" in page
    staff.post(f"{url}update/", post | {"title": "改了名称", "revision": 2})
    campaign.refresh_from_db()
    assert campaign.title == "改了名称"
    assert "不能结束" in text(staff.post(f"{url}end/", {"summary": SUMMARY, "revision": 3}))


def test_list_costs_the_same(city, django_assert_num_queries):
    for role in (Role.CITY_STAFF, Role.UNIT_STAFF):
        client, made = city.client(role), Campaign.objects.count()
        client.get(HOME)
        for wanted in (1, 3, 50):
            for number in range(made, wanted):
                make_campaign(city, title=f"行动{number}")
            made = max(made, wanted)
            with django_assert_num_queries(5):
                client.get(HOME)
    assert "行动7" in sheet(client.post(f"{HOME}export/"))


def test_a_foreign_unit_sees_no_figure_of_others(city):
    campaign = make_campaign(city)
    project(city, campaign, city.unit)
    page = text(login(make_user(Role.UNIT_STAFF, city.foreign_unit)).get(HOME))
    assert campaign.title in page
    assert "0/1" not in page
