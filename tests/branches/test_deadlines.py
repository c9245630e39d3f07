"""What is due once becomes an obligation of its own: opened, moved, done, removed, waived, shown, reminded."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from branches.models import Obligation, Organisation
from branches.policy import deadlines as register
from branches.policy.obligations import State, soon_days, state_of
from branches.selectors.obligations import todo_of
from branches.services.deadlines import deadlines_refresh
from branches.services.measures import Deadline, DeadlineSource, register_deadlines
from branches.services.obligation_checks import obligations_mend, obligations_verify
from branches.services.obligations import obligation_waive, obligations_open
from branches.services.requirements import requirements_load
from core.models import Notice
from core.periods import parse_period
from reports.selectors.home import home_for
from reports.selectors.quarterly import quarter_snapshot
from reports.services.reminders import reminders_send
from tests.factories import make_user

THURSDAY = date(2026, 9, 17)
RULE = {
    "code": "X01", "title": "试办事项", "frequency": "once", "needed": 1, "condition": "always", "measure": "probe",
    "source": "《试行办法》", "article": "第三条", "label": "本级默认", "valid_from": "2020-01-01", "kinds": [],
}  # fmt: skip


class Records:
    """Records of an app above: what they say is what is due."""

    def __init__(self) -> None:
        self.rows: dict[str, Deadline] = {}

    def told(self, subjects):
        return [row for subject, row in self.rows.items() if subjects is None or subject in subjects]

    def write(self, row: Deadline) -> None:
        self.rows[row.subject] = row
        deadlines_refresh(source="probe", subjects=[row.subject])

    def remove(self, subject: str) -> None:
        del self.rows[subject]
        deadlines_refresh(source="probe", subjects=[subject])


@pytest.fixture
def records(city, monkeypatch):
    monkeypatch.setattr(register, "_sources", dict(register._sources))
    found = Records()
    register_deadlines(
        DeadlineSource("probe", "试办记录", "办结后自动计入。", found.told, lambda subject: f"/probe/{subject[6:]}/")
    )
    requirements_load(rows=[RULE])
    return found


def task(organisation: Organisation, key: int = 1, **changes) -> Deadline:
    row = Deadline("X01", organisation.pk, f"probe:{key}", "交来方案", date(2026, 9, 1), date(2026, 9, 20), done=False)
    return replace(row, **changes)


def stored(key: int = 1) -> Obligation:
    return Obligation.objects.get(subject=f"probe:{key}")


def test_whole_life(city, records):
    records.write(task(city.unit))
    row = stored()
    assert (row.organisation_id, row.period, row.title, row.done) == (city.unit.pk, "2026M09", "交来方案", 0)
    assert (row.starts_on, row.ends_on) == (date(2026, 9, 1), date(2026, 9, 20))
    records.write(task(city.unit, ends_on=date(2026, 10, 8), title="交来修改的方案"))
    assert stored().pk == row.pk
    assert (stored().period, stored().title) == ("2026M10", "交来修改的方案")
    records.write(task(city.unit, ends_on=date(2026, 10, 8), done=True))
    assert stored().done == 1
    assert obligations_verify() == []
    records.remove("probe:1")
    assert not Obligation.objects.filter(subject="probe:1").exists()


def test_it_follows_its_record_to_another_organisation(city, records):
    records.write(task(city.branch))
    records.write(task(city.sibling))
    assert stored().organisation_id == city.sibling.pk


def test_asked_and_due_on_one_day(city, records):
    records.write(task(city.branch, starts_on=date(2026, 9, 25), ends_on=date(2026, 9, 20)))
    assert stored().starts_on == stored().ends_on == date(2026, 9, 20)


def test_waived_ones_stay(city, records):
    records.write(task(city.branch))
    obligation_waive(by=city.user(Role.UNIT_STAFF), obligation=stored(), reason="任务已经合并办理")
    records.remove("probe:1")
    assert stored().waived
    assert obligations_verify() == []


def test_opening_periods_leaves_them_alone(city, records):
    records.write(task(city.branch))
    obligations_open(through=date(2026, 12, 31))
    assert stored().title == "交来方案"
    assert obligations_verify() == []


def test_differences_are_found_and_mended(city, records):
    records.write(task(city.branch))
    records.write(task(city.branch, key=2))
    records.rows["probe:1"] = task(city.branch, ends_on=date(2026, 9, 30), done=True)
    del records.rows["probe:2"]
    records.rows["probe:3"] = task(city.sibling, key=3)
    found = obligations_verify()
    assert {(each.what, each.where) for each in found} == {
        ("done", "probe:1"), ("ends_on", "probe:1"), ("extra", "probe:2"), ("missing", "probe:3"),
    }  # fmt: skip
    obligations_mend(found)
    assert obligations_verify() == []
    assert stored(3).organisation_id == city.sibling.pk


def test_unknown_source_and_rule(city, records):
    with pytest.raises(LookupError):
        deadlines_refresh(source="nobody", subjects=["nobody:1"])
    with pytest.raises(LookupError, match="X99"), transaction.atomic():
        records.write(task(city.branch, rule="X99"))
    with pytest.raises(ValidationError, match="计量"):
        requirements_load(rows=[RULE | {"code": "X02", "measure": "meetings"}])


def test_the_database_holds_one_row_a_record(city, records):
    records.write(task(city.branch))
    row = stored()
    row.pk, row.period = None, "2026M11"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    Obligation.objects.filter(subject="probe:1").update(done=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Obligation.objects.filter(subject="probe:1").update(title="")


@pytest.mark.parametrize("rows", [1, 50])
def test_statements_do_not_grow(city, records, django_assert_num_queries, rows):
    places = [city.branch, city.sibling]
    for key in range(1, rows + 1):
        records.rows[f"probe:{key}"] = task(places[key % 2], key)
    subjects = list(records.rows)
    with django_assert_num_queries(5):  # savepoint, stored, versions, insert, release
        deadlines_refresh(source="probe", subjects=subjects)
    with django_assert_num_queries(3):
        deadlines_refresh(source="probe", subjects=subjects)


def test_what_runs_over_years_is_soon_in_its_last_month():
    assert soon_days(date(2024, 1, 1), date(2026, 12, 31)) == 30
    state = state_of(
        done=0, needed=1, waived=False, starts_on=date(2024, 1, 1), ends_on=date(2026, 12, 31), today=date(2026, 6, 1)
    )
    assert state == State.DUE


@pytest.mark.parametrize(
    ("place", "role"),
    [("branch", Role.BRANCH_SECRETARY), ("unit", Role.UNIT_STAFF), ("root", Role.CITY_STAFF)],
)
def test_each_is_told_what_its_own_organisation_is_asked(city, records, place, role):
    records.write(task(getattr(city, place)))
    answering = city.user(role)
    lines = [line for line in home_for(answering, THURSDAY).todo if "交来方案" in line.title]
    assert [(line.title, line.url, line.action) for line in lines] == [
        ("交来方案（2026年9月20日前）", "/probe/1/", "去办理")
    ]
    others = {Role.BRANCH_SECRETARY, Role.UNIT_STAFF, Role.CITY_STAFF, Role.MEMBER} - {role}
    for other in others:
        home = home_for(city.user(other), THURSDAY)
        assert not [line for line in (*home.todo, *home.coming) if "交来方案" in line.title]
    reminders_send(today=THURSDAY)
    assert list(Notice.objects.values_list("user", flat=True)) == [answering.pk]
    body = Notice.objects.get().body
    assert f"{getattr(city, place).short_name} · 交来方案（截至9月20日，依据《试行办法》第三条）" in body
    assert reminders_send(today=THURSDAY) == 0


def test_what_is_done_is_asked_of_nobody(city, records):
    city.user(Role.UNIT_STAFF)
    records.write(task(city.unit, done=True))
    assert todo_of([city.unit.pk], THURSDAY) == []
    assert reminders_send(today=THURSDAY) == 0


def test_pages_show_the_thing_and_open_its_record(city, records):
    records.write(task(city.branch))
    page = city.client(Role.BRANCH_SECRETARY).get(f"/obligations/{stored().pk}/").content.decode()
    assert "交来方案 · 2026年9月20日前" in page
    assert 'href="/probe/1/"' in page
    listed = city.client(Role.UNIT_STAFF).get("/obligations/list/?period=2026M09").content.decode()
    assert "交来方案" in listed
    assert "2026-09-20 前" in listed
    rules = city.client(Role.CITY_STAFF).get("/obligations/rules/").content.decode()
    assert "按各事项的期限" in rules
    stranger = make_user(Role.UNIT_STAFF, city.foreign_unit, username="stranger")
    city.users["stranger"] = stranger
    assert city.client("stranger").get(f"/obligations/{stored().pk}/").status_code == 404


def test_the_quarter_report_names_it(city, records):
    records.write(task(city.unit))
    snapshot = quarter_snapshot(city.root, parse_period("2026Q3"), date(2026, 10, 5))
    rule = next(each for each in snapshot.summary["rules"] if each["code"] == "X01")
    assert (rule["items"], rule["done"], rule["open"]) == (1, 0, 1)
    assert snapshot.sheets["X01"][0][3] == "交来方案"
