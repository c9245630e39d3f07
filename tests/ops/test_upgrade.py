"""What an earlier version let through does not stop the new one."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = (
    "INSERT INTO branches_organisation (path, depth, numchild, kind, type_code, name, short_name, name_pinyin, "
    "initials, code, uscc, founded_on, status) VALUES (?, 1, 0, ?, ?, ?, ?, '', '', ?, '', '2020-01-01', 'active')"
)


@pytest.mark.slow
def test_types_that_do_not_fit_their_kind_are_set_to_the_usual_one(tmp_path: Path) -> None:
    own = {"VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'old.sqlite3'}", "HTTPS": "off"}

    def migrate(*arguments: str) -> None:
        command = [sys.executable, "manage.py", "migrate", "-v0", *arguments]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **own}, check=True)

    migrate("branches", "0001")
    kinds = [("unit", "611"), ("branch", "621"), ("branch", "932"), ("organ_committee", "631"), ("group", "631")]
    with sqlite3.connect(tmp_path / "old.sqlite3") as database:
        for number, (kind, wrong) in enumerate(kinds, start=1):
            database.execute(ROW, (f"000{number}", kind, wrong, f"某{number}", f"某{number}", f"T{number}"))
    database.close()
    migrate()
    with sqlite3.connect(tmp_path / "old.sqlite3") as database:
        found = database.execute("SELECT type_code FROM branches_organisation ORDER BY path").fetchall()
    database.close()
    assert [row[0] for row in found] == ["", "631", "932", "611", ""]
