"""Importing a roster: read, compared, committed as a whole; imported again it changes nothing."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError

from accounts.roles import Role
from branches.choices import EntryReason, OrganisationKind
from branches.ledgers.members import MemberLedger
from branches.models import Applicant, Member, Membership, RosterBatch
from branches.services.members import member_disable
from core.calendar import local_today
from core.crypto import decrypt, keyed_hash
from core.sealed import unpack
from tests.branches.admissions import make_applicant
from tests.branches.rosters import LOCAL, NATIONAL, SHORT, id_number, person, workbook
from tests.factories import make_member, make_organisation

pytestmark = pytest.mark.django_db


def counts(batch):
    return batch.created_count, batch.updated_count, batch.unchanged_count, batch.error_count


def problems(batch):
    return [(f"{error['column']}{error['row']}", error["message"]) for error in batch.errors]


def test_new_members_are_stored_whole_and_encrypted(city, upload, commit):
    batch = upload(workbook(SHORT, person(1), person(2, 姓名="单 雄")))
    assert counts(batch) == (2, 0, 0, 0)
    assert Member.objects.filter(name="赵甲乙").count() == 0
    commit(batch)
    member = Member.objects.get(name="单雄")
    assert (member.name_pinyin, member.initials) == ("shan xiong", "sx")
    assert (member.gender, member.birth_date) == ("2", date(1985, 3, 2))
    assert (member.joined_on, member.confirmed_on, member.category) == (date(2010, 7, 1), date(2011, 7, 1), "full")
    assert decrypt(member.id_number_cipher) == id_number(2)
    assert member.id_number_hash == keyed_hash(id_number(2))
    assert (member.id_number_mask, member.phone_mask) == (f"520199********{id_number(2)[-4:]}", "138****0002")
    stay = Membership.objects.get(member=member)
    assert (stay.organisation, stay.starts_on, stay.entry_reason) == (city.branch, local_today(), EntryReason.IMPORTED)
    assert member.revision == 1
    member.full_clean()


def test_a_branch_without_members_gets_them_from_its_founding_on(city, upload, commit):
    empty = make_organisation(city.committee, OrganisationKind.BRANCH, "新支部", founded_on=date(2012, 1, 1))
    later = person(2, 姓名="后来", 所在党支部="新支部", 入党日期="2015-01-01", 转正日期="2016-01-01")
    commit(upload(workbook(SHORT, person(1, 所在党支部=empty.code), later)))
    stays = dict(Membership.objects.filter(organisation=empty).values_list("member__name", "starts_on"))
    assert stays == {"赵甲乙": date(2012, 1, 1), "后来": date(2015, 1, 1)}


def test_importing_again_changes_nothing(city, upload, commit):
    rows = [person(n, 姓名=name) for n, name in enumerate(("赵甲", "钱乙", "孙丙"), start=1)]
    commit(upload(workbook(SHORT, *rows)))
    again = upload(workbook(SHORT, *rows))
    assert counts(again) == (0, 0, 3, 0)
    before = list(Member.objects.order_by("pk").values())
    commit(again)
    assert list(Member.objects.order_by("pk").values()) == before
    assert Membership.objects.filter(member__name="赵甲").count() == 1


def test_changes_are_shown_and_stored_with_history(city, upload, commit):
    commit(upload(workbook(SHORT, person(1))))
    member = Member.objects.get(name="赵甲乙")
    batch = upload(workbook(SHORT, person(1, 工作岗位="主任", 手机号码="13900000009", 所在党支部="整理二科党支部")))
    assert counts(batch) == (0, 1, 0, 0)
    (change,) = batch.changes
    assert change["fields"] == [
        ["所在党支部", "整理一科党支部", "整理二科党支部"],
        ["工作岗位", "科员", "主任"],
        ["手机号码", "138****0001", "139****0009"],
    ]
    commit(batch)
    member.refresh_from_db()
    assert (member.position, member.organisation, member.revision) == ("主任", city.sibling, 2)
    assert decrypt(member.phone_cipher) == "13900000009"
    assert decrypt(member.id_number_cipher) == id_number(1)
    stays = list(Membership.objects.filter(member=member).order_by("pk").values_list("organisation", "ends_on"))
    assert stays == [(city.branch.pk, local_today()), (city.sibling.pk, None)]
    assert unpack(RosterBatch.objects.get(pk=batch.pk).payload)["updated"][0][2]["position"] == "科员"


def test_moving_by_roster_ends_posts(city, upload, commit):
    member = city.members[0]
    row = {"姓名": member.name, "出生日期": "1985-03-02", "所在党支部": "整理二科党支部"}
    commit(upload(workbook(("姓名", "出生日期", "所在党支部"), row)))
    assert not member.posts.filter(ends_on=None).exists()


def test_moving_by_roster_takes_the_admission_along(city, upload, commit):
    member = make_member(city.branch, "蒋小满", category="probationary", birth_date=date(1990, 5, 4))
    applicant = make_applicant(city)
    Applicant.objects.filter(pk=applicant.pk).update(member=member)
    row = {"姓名": member.name, "出生日期": "1990-05-04", "所在党支部": "整理二科党支部"}
    commit(upload(workbook(("姓名", "出生日期", "所在党支部"), row)))
    member.refresh_from_db()
    applicant.refresh_from_db()
    assert member.organisation == applicant.organisation == city.sibling


def test_own_export_imported_changes_nothing(city, upload, commit):
    row = person(
        1,
        民族="布依族",
        学历="大学本科",
        学位="理学学士",
        是否流动党员="是",
        籍贯="云川",
        工作电话="0851-12345678",
        党龄校正值=-3,
        电子邮件="a@example.cn",
        入党时所在支部="云川一中支部",
        所在党小组="第一党小组",
        新社会阶层类型="无",
    )
    commit(upload(workbook((*SHORT, *(key for key in row if key not in SHORT)), row)))
    make_member(city.branch, "掩码无号", birth_date=date(1970, 1, 1))
    file = BytesIO()
    rows = MemberLedger.workbook(city.user(Role.UNIT_STAFF), file)
    file.seek(0)
    batch = upload(file)
    assert problems(batch) == []
    assert counts(batch) == (0, 0, rows, 0)
    assert batch.notes == {"党籍状态": "须在党员页面办理，不由名册改动"}


def test_both_heading_sets_below_titles_in_any_order(city, upload, commit):
    local = {
        "姓名": "周甲",
        "出生日期": date(1990, 5, 6),
        "性别": "女",
        "入党时间": datetime(2020, 7, 1),  # noqa: DTZ001
        "民族": "苗",
        "转正时间": "2021/7/1",
        "籍贯": "云川",
        "学位": "硕士",
        "学历": "研究生",
        "手机号码": 13800000077,
        "所在党组织": "中共整理一科党支部委员会",
        "现居住地": "不存",
        "身份证号码": None,
    }
    batch = upload(
        workbook(tuple(reversed(LOCAL)), local, above=(("某单位党员花名册",), (), ("2026年11月", None, "制表")))
    )
    assert problems(batch) == []
    assert batch.notes == {"现居住地": "住址不存储（个人信息最小化）"}
    national = {
        "姓名": "吴乙",
        "公民身份号码": id_number(3),
        "所在党支部": "整理一科党支部",
        "人员类别": "预备党员",
        "入党日期": 45474.0,
        "是否农民工": "否",
        "户籍所在地": "x",
        "党龄": 3,
        "序号": 1,
    }
    second = upload(workbook(NATIONAL, national))
    assert problems(second) == []
    assert set(second.notes) == {"序号", "现居住地", "户籍所在地", "党龄"}
    commit(batch)
    commit(second)
    first = Member.objects.get(name="周甲")
    assert (first.category, first.education, first.degree, first.ethnicity) == ("full", "14", "3", "06")
    assert (Member.objects.get(name="吴乙").joined_on, Member.objects.get(name="吴乙").category) == (
        date(2024, 7, 1),
        "probationary",
    )
    assert "不存" not in str(Member.objects.filter(name="周甲").values())


ERRORS = [
    ({"姓名": "赵3"}, "A2", "姓名里有数字"),
    ({"姓名": None}, "A2", "姓名是空的"),
    ({"姓名": "赵甲\x7f"}, "A2", "含有看不见的控制字符"),
    ({"公民身份号码": 5.2019919850302e17}, "B2", "号码被Excel存成了数字，后几位已经丢失"),
    ({"公民身份号码": "520199198503020011"}, "B2", "公民身份号码末位校验码不符，请核对是否抄错"),
    ({"人员类别": "积极分子"}, "C2", "不在可选项中"),
    ({"人员类别": "预备党员"}, "C2", "预备党员不应有转正日期"),
    ({"所在党支部": "养护科党支部"}, "D2", "在您的范围内没有这个党支部"),
    ({"所在党支部": "不存在的支部"}, "D2", "在您的范围内没有这个党支部"),
    ({"所在党支部": None}, "D2", "所在党支部是空的"),
    ({"手机号码": "12345"}, "E2", "手机号码应为1开头的11位数字，这里是5位"),
    ({"入党日期": "201007"}, "F2", "只有年月，没有日，不能确定是哪一天"),
    ({"入党日期": "2000-01-01"}, "F2", "入党时不满18周岁"),
    ({"转正日期": "2009-07-01"}, "G2", "转正日期早于入党日期"),
    ({"转正日期": "2199-07-01"}, "G2", "年份不合理"),
    ({"工作岗位": "长" * 61}, "H2", "有61个字，超过60个字的上限"),
]


@pytest.mark.parametrize(("values", "place", "message"), ERRORS)
def test_every_error_names_its_cell(city, upload, commit, values, place, message):
    batch = upload(workbook(SHORT, person(1, **values), person(2, 姓名="无错")))
    assert (place, message) in problems(batch)
    assert batch.error_count == 1
    assert batch.payload == ""
    with pytest.raises(ValidationError):
        commit(batch)
    assert not Member.objects.filter(name="无错").exists()


def test_errors_say_what_would_be_accepted_and_hide_numbers(upload):
    wrong = id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1")
    batch = upload(workbook(SHORT, person(1, 公民身份号码=wrong, 姓名=f"赵{id_number(2)}")))
    assert all(error["accepted"] for error in batch.errors)
    assert wrong not in str(batch.errors)
    assert id_number(2) not in str(batch.errors)


def test_formulas_are_refused(city, upload):
    batch = upload(workbook(SHORT, person(1, 姓名='=CONCATENATE("赵","甲")', 工作岗位="=1+1")))
    assert problems(batch)[:2] == [("A2", "单元格是公式"), ("H2", "单元格是公式")]


def test_the_same_person_twice_in_a_file(upload):
    batch = upload(workbook(SHORT, person(1), person(1, 姓名="同号"), person(2, 公民身份号码=None, 姓名="无号")))
    assert ("B3", "与第2行是同一个人") in problems(batch)
    headings = ("姓名", "出生日期", "所在党支部", "入党日期")
    row = {"姓名": "同名", "出生日期": "1980-01-01", "所在党支部": "整理一科党支部", "入党日期": "2001-01-01"}
    assert problems(upload(workbook(headings, row, row))) == [("A3", "与第2行是同一个人")]


def test_without_number_and_birth_date_nobody_is_guessed(city, upload):
    batch = upload(workbook(SHORT, person(1, 公民身份号码=None)))
    assert [message for _, message in problems(batch)] == ["身份号码和出生日期都是空的，无法辨认同名的人"]


def test_namesakes_are_told_apart_by_branch_or_not_at_all(city, upload):
    make_member(city.branch, "同名人")
    make_member(city.sibling, "同名人")
    headings = ("姓名", "出生日期", "所在党支部", "工作岗位")
    row = {"姓名": "同名人", "出生日期": "1985-03-02", "所在党支部": "整理二科党支部", "工作岗位": "新岗"}
    batch = upload(workbook(headings, row))
    assert counts(batch) == (0, 1, 0, 0)
    make_member(city.sibling, "同名人")
    assert "有几名同名同生日的党员" in problems(upload(workbook(headings, row)))[0][1]


def test_a_number_is_filled_in_for_a_known_person(city, upload, commit):
    member = city.members[0]
    row = person(1, 姓名=member.name, 入党日期=None, 转正日期=None, 人员类别=None, 工作岗位=None, 手机号码=None)
    batch = upload(workbook(SHORT, row))
    assert counts(batch) == (0, 1, 0, 0)
    commit(batch)
    member.refresh_from_db()
    assert decrypt(member.id_number_cipher) == id_number(1)
    assert member.joined_on == date(2010, 7, 1)


def test_numbers_elsewhere_are_refused_without_saying_where(city, upload):
    foreign = city.foreign_members[0]
    Member.objects.filter(pk=foreign.pk).update(id_number_hash=keyed_hash(id_number(5)))
    batch = upload(workbook(SHORT, person(5)))
    assert problems(batch) == [("B2", "该号码已登记在本次导入范围之外，不能重复登记")]
    for secret in (foreign.name, city.foreign.short_name, city.foreign_unit.short_name):
        assert secret not in str(batch.errors)


def test_branches_outside_are_refused_like_branches_that_do_not_exist(city, upload):
    outside = upload(workbook(SHORT, person(1, 所在党支部=city.foreign.code)))
    nowhere = upload(workbook(SHORT, person(1, 所在党支部="T-99999")))
    assert problems(outside) == problems(nowhere)
    sibling = upload(workbook(SHORT, person(1, 所在党支部="整理二科党支部")), Role.BRANCH_SECRETARY, city.branch)
    assert problems(sibling) == [("D2", "在您的范围内没有这个党支部")]


def test_those_who_left_do_not_come_back_by_roster(city, upload):
    member = city.members[3]
    member_disable(by=city.user(Role.UNIT_STAFF), member=member, reason="transferred", left_on=local_today())
    row = {"姓名": member.name, "出生日期": "1985-03-02", "所在党支部": "整理一科党支部"}
    batch = upload(workbook(("姓名", "出生日期", "所在党支部"), row))
    assert "减员" in problems(batch)[0][1]


def test_masks_match_or_are_refused(city, upload, commit):
    commit(upload(workbook(SHORT, person(1))))
    mask = f"520199********{id_number(1)[-4:]}"
    known = person(1, 公民身份号码=mask, 手机号码="138****0001")
    assert counts(upload(workbook(SHORT, known))) == (0, 0, 1, 0)
    wrong_phone = upload(workbook(SHORT, {**known, "手机号码": "138****0002"}))
    assert "掩码号码与登记的不一致" in problems(wrong_phone)[0][1]
    stranger = upload(workbook(SHORT, {**known, "姓名": "别人"}))
    assert "掩码号码与在册党员对不上" in problems(stranger)[0][1]


def test_a_sheet_of_nonsense_is_refused_as_a_whole(upload, monkeypatch):
    monkeypatch.setattr("branches.policy.roster_columns.REFUSALS_MAXIMUM", 10)
    with pytest.raises(ValidationError) as error:
        upload(workbook(SHORT, *[person(1, 入党日期="?") for _ in range(11)]))
    assert "错误太多" in error.value.messages[0]


def test_blank_and_short_rows_say_nothing(city, upload):
    batch = upload(workbook(SHORT, person(1), [None] * 8, ["  ", "　"], person(2, 姓名="末行")))
    assert counts(batch) == (2, 0, 0, 0)
    assert batch.row_count == 2


def test_what_is_no_roster(upload):
    for headings, rows, message in (
        (("甲", "乙"), [(1, 2)], "没有找到表头"),
        (("姓名", "性别", "民族"), [("赵甲", "男", "汉")], "缺少必需的列"),
        (SHORT, [], "没有数据行"),
    ):
        with pytest.raises(ValidationError) as error:
            upload(workbook(headings, *rows))
        assert message in error.value.messages[0]
    for content in (b"", b"PK\x03\x04 broken", b"<html></html>", b"\xd0\xcf\x11\xe0 xls"):
        with pytest.raises(ValidationError):
            upload(BytesIO(content))
    assert RosterBatch.objects.count() == 0


def test_a_member_without_category_is_judged_by_dates(city, upload):
    headings = ("姓名", "公民身份号码", "所在党支部", "入党日期")
    recent = {"姓名": "新人", "公民身份号码": id_number(1), "所在党支部": "整理一科党支部", "入党日期": local_today()}
    old = {**recent, "姓名": "老人", "公民身份号码": id_number(2), "入党日期": "2004-01-01"}
    unknown = {**recent, "姓名": "不明", "公民身份号码": id_number(3), "入党日期": None}
    batch = upload(workbook(headings, recent, old))
    categories = [dict(change["facts"])["人员类别"] for change in batch.changes]
    assert categories == ["预备党员", "正式党员"]
    assert "不足以判断" in problems(upload(workbook(headings, unknown)))[0][1]


def test_confirmation_makes_a_full_member(city, upload, commit):
    new = make_member(city.branch, "待转正", category="probationary", joined_on=date(2024, 7, 1))
    row = {"姓名": "待转正", "出生日期": "1985-03-02", "所在党支部": "整理一科党支部", "转正日期": "2025-07-01"}
    commit(upload(workbook(("姓名", "出生日期", "所在党支部", "转正日期"), row)))
    new.refresh_from_db()
    assert (new.category, new.confirmed_on) == ("full", date(2025, 7, 1))
