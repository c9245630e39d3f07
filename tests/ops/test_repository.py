"""What must not be in the repository."""

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_lock_file_names_no_registry_and_keeps_the_hashes() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert all("resolved" not in entry for entry in packages.values())
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())


def test_npm_runs_no_scripts_of_others() -> None:
    settings = dict(line.split("=") for line in (ROOT / ".npmrc").read_text().split())
    assert settings["ignore-scripts"] == "true"
    assert settings["omit-lockfile-registry-resolved"] == "true"
    assert "registry" not in settings


def test_every_requirement_is_pinned_exactly() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            requirement = line.split("#")[0].strip()
            if requirement and not requirement.startswith("-r "):
                assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[0-9][A-Za-z0-9.]*", requirement), line


def test_third_party_assets_are_not_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    assert not [name for name in listed if name.startswith(("assets/", "node_modules/", "var/", ".venv/"))]
    assert not [name for name in listed if name.endswith((".min.js", ".min.css", ".woff2"))]
