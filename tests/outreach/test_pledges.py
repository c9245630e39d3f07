"""先锋岗 and 承诺践诺: written, reviewed, published, kept, judged; measured as S03; nobody is counted or compared."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from branches.models import Member, Obligation
from branches.services.obligations import obligations_open
from outreach.models import Pledge, PledgeLimit, VanguardPost
from outreach.policy.pledges import ItemData, Limits, pledge_problem
from outreach.selectors.duties import waiting
from outreach.selectors.pledges import limits_on
from outreach.services import pledges as services
from outreach.services import vanguard
from tests.factories import make_meeting
from tests.outreach.conftest import TODAY, make_brand

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
YEAR = TODAY.year
ITEMS = [
    ItemData("study", "每月读一本书", date(YEAR, 12, 31)),
    ItemData("service", "每季度进社区一次", date(YEAR, 12, 31)),
]


def write(by, member, items=ITEMS):
    return services.pledge_write(by=by, member=member, year=YEAR, items=items)


def published(city, secretary, member=None):
    pledge = write(secretary, member or city.members[0])
    services.pledges_review(by=secretary, branch=city.branch, decisions={pledge.pk: None})
    pledge.refresh_from_db()
    return pledge


def test_whole_life(city, secretary):
    user = city.user(Role.MEMBER)
    pledge = write(user, city.members[4])
    assert [duty.title for duty in waiting(secretary, TODAY)] == ["党员承诺待审诺"]
    assert services.pledges_review(by=secretary, branch=city.branch, decisions={pledge.pk: "写具体些"}) == (0, 1)
    assert [duty.detail for duty in waiting(user, TODAY)] == ["写具体些"]
    write(user, city.members[4], ITEMS[:1])
    assert services.pledges_review(by=secretary, branch=city.branch, decisions={pledge.pk: None}) == (1, 0)
    item = pledge.items.get()
    pledge.refresh_from_db()
    services.pledge_progress(by=user, pledge=pledge, texts={item.pk: "读到第三本"})
    log = make_meeting(city.branch, TODAY, kind="life_meeting")
    count = services.pledges_judge(
        by=secretary, branch=city.branch, held_on=TODAY, meeting=log, results={pledge.pk: {item.pk: "fulfilled"}}
    )
    pledge.refresh_from_db()
    item.refresh_from_db()
    assert (count, pledge.state, pledge.judged_on, pledge.meeting) == (1, "judged", TODAY, log)
    assert (item.progress, item.result) == ("读到第三本", "fulfilled")
    with pytest.raises(ValidationError, match="不再修改"):
        write(user, city.members[4])


def test_published_pledge_meets_the_years_rule(city, secretary):
    obligations_open(since=date(YEAR, 1, 1), through=date(YEAR, 12, 31))
    row = Obligation.objects.get(requirement__code="S03", organisation=city.branch)
    assert (row.needed, row.done, row.requirement.level) == (1, 0, "warn")
    published(city, secretary)
    published(city, secretary, city.members[1])
    row.refresh_from_db()
    assert row.done == 1
    assert Obligation.objects.get(requirement__code="S03", organisation=city.sibling).done == 0


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], "1至5条"),
        ([ItemData("work", f"第{number}件", date(YEAR, 6, 30)) for number in range(6)], "1至5条"),
        ([ItemData("work", " ", date(YEAR, 6, 30))], "没有写承诺内容"),
        ([ItemData("work", "一件事", date(YEAR + 1, 1, 1))], f"应在{YEAR}年内"),
        ([ItemData("work", "一件事", date(YEAR, 1, 1))] * 2, "内容相同"),
    ],
)
def test_what_a_pledge_must_hold(city, secretary, items, words):
    with pytest.raises(ValidationError, match=words):
        write(secretary, city.members[0], items)
    assert not Pledge.objects.exists()


def test_limits_are_data(city, secretary):
    PledgeLimit.objects.create(valid_from=TODAY, fewest=2, most=3, source="本级")
    assert limits_on(TODAY) == Limits(2, 3)
    assert limits_on(TODAY - timedelta(days=1)) == Limits(1, 5)
    with pytest.raises(ValidationError, match="2至3条"):
        write(secretary, city.members[0], ITEMS[:1])
    assert pledge_problem(ITEMS, YEAR, Limits(2, 3)) == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        PledgeLimit.objects.create(valid_from=date(2000, 1, 1), fewest=3, most=2, source="")


def test_review_is_of_the_own_branch_and_all_or_none(city, secretary):
    mine = write(secretary, city.members[0])
    theirs = write(secretary, city.sibling_members[0])
    with pytest.raises(ValidationError, match="已经审核过"):
        services.pledges_review(by=secretary, branch=city.branch, decisions={mine.pk: None, theirs.pk: None})
    with pytest.raises(ValidationError, match="须写明原因"):
        services.pledges_review(by=secretary, branch=city.branch, decisions={mine.pk: "  "})
    assert set(Pledge.objects.values_list("state", flat=True)) == {"submitted"}


def test_judging_wants_every_item_and_an_own_log(city, secretary):
    pledge = published(city, secretary)
    first = pledge.items.first()
    with pytest.raises(ValidationError, match="逐条"):
        services.pledges_judge(
            by=secretary, branch=city.branch, held_on=TODAY, meeting=None, results={pledge.pk: {first.pk: "missed"}}
        )
    log = make_meeting(city.sibling, TODAY)
    with pytest.raises(ValidationError, match="本党组织"):
        services.pledges_judge(by=secretary, branch=city.branch, held_on=TODAY, meeting=log, results={pledge.pk: {}})
    assert not Pledge.objects.filter(state="judged").exists()


def test_who_reads_what(city, secretary, staff):
    user = city.user(Role.MEMBER)
    waits = write(secretary, city.members[0])
    own = write(user, city.members[4])
    shown = published(city, secretary, city.members[1])
    foreign = published_in(city.foreign_members[0])
    assert set(Pledge.objects.open_to(user)) == {own, shown}
    assert set(Pledge.objects.open_to(secretary)) == {waits, own, shown}
    assert set(Pledge.objects.open_to(staff)) == {shown}
    assert set(Pledge.objects.open_to(city.user(Role.CITY_STAFF))) == {shown, foreign}
    assert not Pledge.objects.open_to(city.user(Role.AUDIT_ADMIN)).exists()


def published_in(member):
    return Pledge.objects.create(
        organisation=member.organisation, member=member, year=YEAR, state="published", published_on=TODAY,
        by_id=Member.objects.exclude(user=None).values_list("user", flat=True).first(),
    )  # fmt: skip


def test_post_of_a_member_or_a_team(city, secretary):
    values = {"title": "窗口先锋岗", "standard": "首问负责", "shown_on": TODAY, "holder": city.members[0], "team": ""}
    post = vanguard.post_create(by=secretary, organisation=city.branch, values=values)
    log = make_meeting(city.branch, TODAY)
    review = vanguard.post_review(by=secretary, post=post, held_on=TODAY, grade="met", meeting=log)
    assert review.held_on == log.held_on
    vanguard.post_withdraw(by=secretary, post=post, held_on=TODAY, reason="岗位调整")
    with pytest.raises(ValidationError, match="已经撤销"):
        vanguard.post_review(by=secretary, post=post, held_on=TODAY, grade="met")
    for wrong in ({"team": "窗口团队"}, {"holder": None}, {"holder": city.sibling_members[0]}):
        with pytest.raises(ValidationError):
            vanguard.post_create(by=secretary, organisation=city.branch, values={**values, **wrong})
    assert VanguardPost.objects.count() == 1


def test_duties_are_two_queries(city, staff, secretary, django_assert_num_queries):
    make_brand(city, secretary)
    staff.can("brand.review")
    with django_assert_num_queries(2):
        assert [duty.title for duty in waiting(staff, TODAY)] == ["党建品牌待审核"]
