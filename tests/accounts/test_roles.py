"""Roles in code equal the permission matrix, both ways."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from accounts.roles import (
    ADMINISTRATORS,
    NOT_BY_AUTHOR,
    REASON_NEEDED,
    ROLES,
    SECOND_PERSON_NEEDED,
    Capability,
    Reach,
    Role,
)

MATRIX = Path(__file__).parents[2] / "docs" / "permission_matrix.csv"
COLUMNS = {
    "member": Role.MEMBER,
    "branch_sec": Role.BRANCH_SECRETARY,
    "unit_staff": Role.UNIT_STAFF,
    "unit_discipline": Role.UNIT_DISCIPLINE,
    "city_staff": Role.CITY_STAFF,
    "sysadmin": Role.SYSTEM_ADMIN,
    "secadmin": Role.SECURITY_ADMIN,
    "auditadmin": Role.AUDIT_ADMIN,
}
LETTERS = {"S": Reach.SELF, "B": Reach.OWN, "U": Reach.UNIT, "C": Reach.CITY}
# What the administrators need to do their work; everything else is business data.
ADMINISTRATIVE = ("account.", "role_grant.", "session.", "sec_policy.", "sys_param.", "backup.", "audit.")
EVERYONES = ("notice.list_own", "job.view_own", "org_unit.list", "suggestion.write")


def rows() -> list[dict[str, str]]:
    with MATRIX.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["object"] != "login"]


def test_every_row_is_a_capability_and_every_capability_a_row() -> None:
    named = [f"{row['object']}.{row['action']}" for row in rows()]
    assert len(named) == len(set(named))
    assert set(named) == {capability.value for capability in Capability}
    assert all(capability.name == capability.value.replace(".", "_").upper() for capability in Capability)


@pytest.mark.parametrize("column", COLUMNS)
def test_role_equals_its_column(column: str) -> None:
    written = {
        f"{row['object']}.{row['action']}": LETTERS[row[column][0]] for row in rows() if row[column][0] in LETTERS
    }
    assert {row[column].lstrip("SBUC") for row in rows()} <= {"", "-", "!", "!!", "#"}
    assert {capability.value: reach for capability, reach in ROLES[COLUMNS[column]].items()} == written


def test_nobody_else_holds_anything() -> None:
    assert set(ROLES) == set(Role) == set(COLUMNS.values())
    assert {row[column] for row in rows() for column in ("anon", "left_user")} == {"-"}


@pytest.mark.parametrize(("mark", "marked"), [("!", REASON_NEEDED), ("!!", SECOND_PERSON_NEEDED), ("#", NOT_BY_AUTHOR)])
def test_marks(mark: str, marked: frozenset[Capability]) -> None:
    found = {f"{row['object']}.{row['action']}" for row in rows() for column in COLUMNS if row[column][1:] == mark}
    assert {capability.value for capability in marked} == found


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrators_have_no_business(role: Role) -> None:
    held = {capability.value for capability in ROLES[role]}
    assert {name for name in held if not name.startswith(ADMINISTRATIVE) and name not in EVERYONES} == set()
