"""《党支部工作手册》: what each chapter says, as of when, and for whom."""

from datetime import date, datetime
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Posting
from accounts.roles import Capability, Role
from branches.forms.handbook import HandbookForm
from branches.models import Membership, Organisation, OrganisationChange
from branches.selectors.handbook import handbook_years
from branches.selectors.handbook_parts import Listing, Logs, Note
from branches.services import handbook as services
from branches.services.admission_rules import admission_rules_load
from core import jobs
from core.calendar import local_today
from core.jobs import job_execute
from core.models import AuditEvent, Job, JobState
from tests.branches.handbooks import YEAR, chapter, fill, read, words
from tests.factories import make_member, make_organisation

pytestmark = pytest.mark.django_db
TITLES = [
    "支部基本情况",
    "支委分工",
    "党员名册",
    "党小组",
    "年度计划",
    "组织生活落实情况",
    "支部党员大会记录",
    "支委会记录",
    "党小组会记录",
    "党课记录",
    "主题党日记录",
    "组织生活会记录",
    "民主评议党员记录",
    "谈心谈话",
    "发展党员",
    "党费收缴",
    "组织关系",
    "换届选举",
    "支部大事记",
]


@pytest.fixture
def book(city):
    fill(city)
    return read(city)


def rows(book, title, number=0):
    listings = [part for part in chapter(book, title).parts if isinstance(part, Listing)]
    return [list(map(str, row)) for row in listings[number].rows]


def logs(book, title):
    return next(part.logs for part in chapter(book, title).parts if isinstance(part, Logs))


def test_chapters_stand_in_the_usual_order(book):
    assert [each.title for each in book.chapters] == TITLES
    assert not any(each.is_empty for each in book.chapters if each.title not in ("党小组会记录", "组织生活会记录"))


def test_cover_tells_branch_unit_secretary_and_moment(book, city):
    assert dict(book.cover) == {
        "党支部": "中共整理一科旧名党支部",
        "所在单位": "中共市档案整理中心",
        "年度": "2025年",
        "党支部书记": "钱一帆",
        "数据截至": "2026年2月3日 09:30",
        "生成人": city.user(Role.BRANCH_SECRETARY).name,
    }


def test_names_are_those_of_the_years_end(book):
    """Renamed in January: the booklet of the year before keeps the old name."""
    assert book.branch == "旧名党支部"
    facts = dict(chapter(book, "支部基本情况").parts[0].pairs)
    assert (facts["党组织全称"], facts["上级党组织"]) == ("中共整理一科旧名党支部", "中共市档案整理中心机关党委")
    assert rows(book, "支部基本情况") == [
        ["2025-03-01", "更名", "由“中共老科党支部”更名为“中共整理一科党支部”", "组字3号"]
    ]


def test_headcount_and_roster_are_those_of_the_years_end(book):
    """One left in August; one was on probation until the next January."""
    facts = dict(chapter(book, "支部基本情况").parts[0].pairs)
    assert (facts["党员总数"], facts["正式党员"], facts["预备党员"]) == (6, 5, 1)
    names = {row[1]: row for row in rows(book, "党员名册")}
    assert "何转出" not in names
    assert "林转入" in names
    assert names["吴五岳"][6:10] == ["预备党员", "2010-07-01", "None", "第一党小组"]
    assert names["周四海"][6:9] == ["正式党员", "2010-07-01", "2011-07-01"]


def test_numbers_are_masked_and_nothing_else_of_them_is_there(book):
    row = next(row for row in rows(book, "党员名册") if row[1] == "钱一帆")
    assert row[10:] == ["110105********002X", "138****0001"]
    assert "cipher" not in words(book)
    assert "hash" not in words(book)


def test_committee_and_groups(book):
    assert [row[:2] for row in rows(book, "支委分工")] == [["书记", "钱一帆"], ["组织委员", "孙二禾"]]
    assert rows(book, "支委分工", 1) == [["2025-10-01", "李三木", "宣传委员", "免职"]]
    assert rows(book, "党小组") == [["第一党小组", "吴五岳", "2", "吴五岳、周四海"]]


def test_plans_and_obligations_with_their_source(book):
    assert rows(book, "年度计划") == [["2025-06-30", "支部党员大会", "年中大会", "", "计划中"]]
    source = "《中国共产党支部工作条例（试行）》第十一条（条例要求）"
    assert rows(book, "组织生活落实情况") == [["党员大会", "每季度至少1次", "3", "1", "1", "二季度", source]]
    assert [row[1:] for row in rows(book, "组织生活落实情况", 1)] == [
        ["一季度", "1", "1", "已完成", ""],
        ["二季度", "1", "0", "已逾期", ""],
        ["三季度", "1", "0", "已减免", "全员抗洪"],
    ]


def test_a_log_says_all_that_the_minutes_say(book):
    found = logs(book, "支部党员大会记录")[0]
    assert found.title == "2025年1月8日　第1次大会"
    short, long = dict(found.short), dict(found.long)
    assert short == {
        "会议类型": "支部党员大会",
        "地点": "三楼会议室",
        "日期": "2025年1月8日",
        "起止时间": "09:00 至 10:30",
        "主持人": "钱一帆",
        "记录人": "孙二禾",
        "应到": "5人（有表决权5人）",
        "实到": "4人（有表决权4人）",
    }
    assert long["缺席及原因"] == "周四海（病假，住院）"
    assert long["议题"] == "听取支委会工作报告\n讨论整改措施"
    assert long["表决"] == ("通过整改措施：举手表决，应到有表决权5人，实到4人，赞成3，反对0，弃权1；通过。")
    assert long["决议（整改）事项及责任人、时限"] == "修订制度（责任人：李三木，时限：2025年2月7日）"
    assert long["备注"] == ""


def test_marks_of_late_corrected_and_returned_logs(book):
    today = local_today()
    day = f"{today.year}年{today.month}月{today.day}日"
    late = dict(logs(book, "支委会记录")[0].long)["备注"]
    assert late.splitlines()[0] == f"补记：{day}填写，出差。"
    assert late.splitlines()[1].startswith(f"更正：{day}，")
    assert late.endswith("时间写错。")
    assert dict(logs(book, "主题党日记录")[0].short)["会议类型"] == "主题党日，同时计为党课"
    returned = dict(logs(book, "主题党日记录")[0].long)
    assert returned["备注"] == "已退回待更正：缺讨论情况。"
    assert returned["本类内容"] == "党课题目：纪律党课\n讲课人：钱一帆\n党日主题：清廉机关"


def test_a_log_that_counts_twice_stands_in_full_once(book):
    assert [row[1:] for row in rows(book, "党课记录")] == [
        ["2025-06-09", "退回的主题党日", "5", "5", "主题党日记录"],
        ["2025-07-01", "联合党课", "5", "4", "本章"],
    ]
    assert [log.subject for log in logs(book, "党课记录")] == ["联合党课"]


def test_a_joint_meeting_shows_the_own_people_alone(book):
    found = logs(book, "党课记录")[0]
    assert (found.expected, found.present) == (5, 4)
    told = dict(found.long)
    assert told["缺席及原因"] == "孙二禾（出差）"
    assert told["共同召开"] == "整理二科党支部（牵头）"
    assert "不该出现" not in words(book)


def test_void_logs_and_those_of_other_years_are_left_out(book):
    assert "作废的大会" not in words(book)
    assert "上一年的大会" not in words(book)


def test_grades_are_counts_unless_the_reader_may_see_them(book, city):
    assert rows(book, "民主评议党员记录", 1) == [
        ["党员总数", "5"], ["优秀", "1"], ["合格", "4"], ["基本合格", "0"], ["不合格", "0"],
    ]  # fmt: skip
    assert rows(book, "民主评议党员记录", 2) == [["李三木", "优秀"]]
    reader = read(city, Role.MEMBER)
    assert len([part for part in chapter(reader, "民主评议党员记录").parts if isinstance(part, Listing)]) == 2
    assert any(isinstance(part, Note) for part in chapter(reader, "民主评议党员记录").parts)


def test_chapters_need_the_right_to_what_they_show(book, city):
    """A plain member orders no booklet; were one read for him, it would hold what he may see elsewhere."""
    titles = [each.title for each in read(city, Role.MEMBER).chapters]
    assert "谈心谈话" not in titles
    assert "发展党员" not in titles
    assert "党员名册" not in titles
    assert read(city, Role.SYSTEM_ADMIN).chapters == ()


def test_talks_admissions_dues(city):
    admission_rules_load()
    fill(city)
    book = read(city)
    assert rows(book, "谈心谈话") == [["1", "2025-03-03", "钱一帆、孙二禾", "委员之间"]]
    assert rows(book, "发展党员") == [
        ["赵新苗", "入党积极分子", "2025-04-02　推荐和确定入党积极分子\n2025-10-02　半年考察"]
    ]
    assert dict(chapter(book, "党费收缴").parts[0].pairs) == {
        "全年应交": "180.00元",
        "本年度收到": "90.00元",
        "交纳党费的党员": "1人",
        "减免党费的党员": "0人",
        "已过月份未交清": "1人",
    }
    assert "钱一帆" not in words(chapter(book, "党费收缴"))


def test_relations_terms_and_events(book):
    assert rows(book, "组织关系") == [["2025-04-20", "林转入", "转入", "外市某机关党支部"]]
    assert rows(book, "组织关系", 1) == [["2025-08-08", "何转出", "组织内调整", "整理二科党支部"]]
    assert rows(book, "组织关系", 2)[0][:4] == ["介字7号", "林转入", "转入", "外市某机关党支部"]
    assert rows(book, "换届选举")[0][:2] == ["第4届", "2025-11-11"]
    assert rows(book, "换届选举", 1) == [
        ["换届选举", "已办结", "2025-11-11", "请示 请字1号 2025-10-08", "钱一帆（书记）", "2025-11-20"]
    ]
    assert rows(book, "支部大事记") == [
        ["2025年3月1日", "党支部更名：由“中共老科党支部”更名为“中共整理一科党支部”"],
        ["2025年9月9日", "周四海转为正式党员"],
        ["2025年11月11日", "选举产生第4届党支部班子"],
    ]


def test_a_branch_with_nothing_has_a_proper_booklet(city):
    bare = make_organisation(city.committee, "branch", "新设党支部", founded_on=date(YEAR, 7, 7))
    book = read(city, Role.UNIT_STAFF, bare)
    assert [each.title for each in book.chapters] == TITLES
    assert [each.title for each in book.chapters if not each.is_empty] == ["支部基本情况", "支部大事记"]
    assert rows(book, "支部大事记") == [["2025年7月7日", "党支部成立"]]
    assert dict(book.cover)["党支部书记"] == ""


def test_a_running_year_is_read_as_of_today(city):
    fill(city)
    book = read(city, moment=datetime(YEAR, 6, 1, 8, tzinfo=ZoneInfo("Asia/Shanghai")))
    names = {row[1] for row in rows(book, "党员名册")}
    assert "何转出" in names
    assert [row[1] for row in rows(book, "组织生活落实情况", 1)] == ["一季度", "二季度"]
    assert rows(book, "组织生活落实情况", 1)[1][4] == "即将到期"


def test_a_merged_branch_is_read_as_of_its_last_day(city):
    fill(city)
    day = date(YEAR, 9, 1)
    Organisation.objects.filter(pk=city.branch.pk).update(ended_on=day, status="merged", merged_into=city.sibling)
    Membership.objects.filter(organisation=city.branch, ends_on=None).update(ends_on=day, leave_reason="moved")
    OrganisationChange.objects.create(
        organisation=city.branch,
        kind="merged",
        effective_on=day,
        after={"name": "整理二科党支部", "members": 6},
        by=city.user(Role.UNIT_STAFF),
    )
    branch = Organisation.objects.get(pk=city.branch.pk)
    book = read(city, branch=branch)
    assert len(rows(book, "党员名册")) == 6
    merged = ["2025年9月1日", "党支部合并：并入整理二科党支部，6名党员随之转入"]
    assert merged in rows(book, "支部大事记")
    other = read(city, Role.UNIT_STAFF, city.sibling)
    assert ["2025年9月1日", merged[1].replace("党支部合并", "“整理一科党支部”合并")] in rows(other, "支部大事记")
    assert handbook_years(branch, date(2027, 1, 1))[0] == YEAR


@pytest.mark.parametrize("count", [1, 3, 50])
def test_queries_do_not_grow_with_logs_and_members(city, count, django_assert_num_queries):
    fill(city, logs=count)
    for number in range(count):
        make_member(city.branch, f"党员{number}")
    city.user(Role.BRANCH_SECRETARY).scope(Capability.HANDBOOK_GENERATE)
    with django_assert_num_queries(34):
        read(city)


# --- ordering and building -------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "private"


def order(city, role=Role.BRANCH_SECRETARY, branch=None, year=YEAR):
    return services.handbook_order(by=city.user(role), branch=branch or city.branch, year=year, today=date(2026, 2, 3))


def test_one_order_makes_three_files_and_is_audited(city):
    fill(city)
    job = order(city)
    assert order(city).pk == job.pk
    assert job_execute(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.DONE, "工作手册已生成，可以下载Word、PDF和Excel三种文件。")
    title = "整理一科党支部2025年工作手册"
    assert [path.name for path in jobs.result_paths(job)] == [f"{title}.docx", f"{title}.pdf", f"{title}.xlsx"]
    event = AuditEvent.objects.filter(action="handbook.generate").latest("pk")
    assert (event.scope_path, event.after) == (city.branch.path, {"year": YEAR})
    assert order(city).pk != job.pk


def test_a_job_run_twice_leaves_three_files(city):
    job = order(city)
    with patch("branches.services.handbook.write_docx", side_effect=OSError("disk")):
        job_execute(job.pk)
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, attempts=1)
    assert job_execute(job.pk)
    job.refresh_from_db()
    assert len(jobs.result_paths(job)) == 3


@pytest.mark.parametrize("year", [2018, 2027, 0])
def test_a_year_in_which_the_branch_did_not_stand_is_refused(city, year):
    with pytest.raises(ValidationError, match="没有"):
        order(city, year=year)
    assert not Job.objects.exists()
    assert not AuditEvent.objects.filter(action="handbook.generate").exists()


def test_only_a_branch_has_a_booklet(city):
    with pytest.raises(ValidationError, match="请选择党支部"):
        order(city, branch=city.unit)


def test_a_right_lost_before_the_job_runs_stops_it(city):
    job = order(city)
    Posting.objects.filter(user=city.user(Role.BRANCH_SECRETARY)).delete()
    job_execute(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.FAILED, "您已没有生成这个党支部工作手册的权限。")
    assert jobs.result_paths(job) == []


def test_years_to_choose_from(city):
    assert handbook_years(city.branch, date(2026, 2, 3)) == list(range(2026, 2018, -1))
    old = replace_founded(city.branch, date(1998, 5, 1))
    assert handbook_years(old, date(2026, 2, 3)) == list(range(2026, 2016, -1))


def replace_founded(branch, day):
    branch.founded_on = day
    return branch


# --- pages -----------------------------------------------------------------------------------------------------------


def test_page_orders_and_the_job_offers_three_downloads(city):
    client = city.client(Role.BRANCH_SECRETARY)
    url = f"/organisations/{city.branch.pk}/handbook/"
    assert url in client.get(f"/organisations/{city.branch.pk}/").content.decode()
    page = client.get(url).content.decode()
    assert "2019年" in page
    assert "还没有生成过" in page
    answer = client.post(url, {"year": "2024"})
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"
    job_execute(job.pk)
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    for kind, ending, magic in (("Word", "docx", b"PK"), ("PDF", "pdf", b"%PDF"), ("Excel", "xlsx", b"PK")):
        assert f"下载{kind}" in page
        answer = client.get(f"/jobs/{job.pk}/download/?type={ending}")
        assert answer.getvalue().startswith(magic)
        event = AuditEvent.objects.filter(action="job.download").latest("pk")
        assert event.after["file"] == f"整理一科党支部2024年工作手册.{ending}"
    assert client.get(f"/jobs/{job.pk}/download/?type=exe").status_code == 404
    assert "整理一科党支部2024年工作手册" in client.get(url).content.decode()


@pytest.mark.parametrize("year", ["", "1999", "abc", "2024\x00"])
def test_page_refuses_other_years(city, year):
    client = city.client(Role.BRANCH_SECRETARY)
    answer = client.post(f"/organisations/{city.branch.pk}/handbook/", {"year": year})
    assert answer.status_code == 200
    assert "is-invalid" in answer.content.decode()
    assert not Job.objects.exists()


def test_download_needs_the_right_still(city):
    client = city.client(Role.BRANCH_SECRETARY)
    client.post(f"/organisations/{city.branch.pk}/handbook/", {"year": "2024"})
    job = Job.objects.get()
    job_execute(job.pk)
    user = city.user(Role.BRANCH_SECRETARY)
    Posting.objects.filter(user=user).delete()
    Posting.objects.create(user=user, organisation=city.sibling, role=Role.BRANCH_SECRETARY, starts_on=date(2020, 1, 1))
    for ending in ("docx", "pdf", "xlsx"):
        assert client.get(f"/jobs/{job.pk}/download/?type={ending}").status_code == 403


def test_a_unit_or_a_foreign_branch_has_no_page(city):
    client = city.client(Role.UNIT_STAFF)
    assert client.get(f"/organisations/{city.unit.pk}/handbook/").status_code == 404
    assert client.get(f"/organisations/{city.foreign.pk}/handbook/").status_code == 404
    assert "/handbook/" not in client.get(f"/organisations/{city.unit.pk}/").content.decode()


def test_early_in_a_year_last_years_booklet_is_offered():
    years = [2026, 2025]
    assert HandbookForm(years=years, today=date(2026, 2, 28)).fields["year"].initial == 2025
    assert HandbookForm(years=years, today=date(2026, 3, 1)).fields["year"].initial is None
    assert HandbookForm(years=[2026], today=date(2026, 1, 5)).fields["year"].initial is None


@pytest.mark.django_db(transaction=True)
def test_the_records_are_read_in_one_moment(city):
    """Outside any transaction, as the worker does it."""
    fill(city)
    user = city.user(Role.BRANCH_SECRETARY)
    book = services.handbook_read(by_id=user.pk, branch_id=city.branch.pk, year=YEAR)
    assert [each.title for each in book.chapters] == TITLES
