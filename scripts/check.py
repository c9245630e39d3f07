"""`make check`: everything that judges the code without running it. Two checks at a time; all are reported."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.bootstrap import ROOT, VENV, enter

APPS = [
    "accounts",
    "assessment",
    "branches",
    "config",
    "core",
    "discipline",
    "education",
    "outreach",
    "oversight",
    "reports",
]


def commands() -> dict[str, list[str]]:
    """The slowest first."""
    python = [str(VENV / "bin" / "python")]
    manage = [*python, "manage.py"]
    templates = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("templates/**/*.html"))
    return {
        "mypy": [*python, "-m", "mypy", *APPS, "scripts"],
        "bandit": [*python, "-m", "bandit", "-q", "-ll", "-ii", "-r", "-c", "pyproject.toml", *APPS, "scripts"],
        "import-linter": [str(VENV / "bin" / "lint-imports"), "--no-cache"],
        "migrations": [*manage, "makemigrations", "--check", "--dry-run"],
        "deploy": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
        "ruff check": [*python, "-m", "ruff", "check", "."],
        "ruff format": [*python, "-m", "ruff", "format", "--check", "."],
        "djade": [str(VENV / "bin" / "djade"), "--check", "--target-version", "5.2", *templates],
        "pip check": [*python, "-m", "pip", "check"],
    }


def environment(var_dir: str) -> dict[str, str]:
    """As in production: `check --deploy` is to judge the defaults, not this machine's shell."""
    unset = {"DEBUG", "HTTPS", "DATABASE_URL", "REDIS_URL"}
    env = {key: value for key, value in os.environ.items() if key not in unset}
    env.update(VAR_DIR=var_dir, SECRET_KEY=secrets.token_hex(32), ALLOWED_HOSTS="portal.example")
    env.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    return env


def run(name: str, command: list[str], env: dict[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    passed = done.returncode == 0
    report = "" if passed else f"{done.stdout}{done.stderr}"
    print(
        f"{'ok    ' if passed else 'FAILED'} {name} ({time.monotonic() - started:.1f} s)\n{report}", end="", flush=True
    )
    return passed


def main() -> None:
    enter("scripts.check", "dev")
    wanted = {name: command for name, command in commands().items() if not sys.argv[1:] or name in sys.argv[1:]}
    with tempfile.TemporaryDirectory(prefix="check-") as var_dir, ThreadPoolExecutor(max_workers=2) as pool:
        Path(var_dir, "static").mkdir()
        env = environment(var_dir)
        results = dict(zip(wanted, pool.map(lambda name: run(name, wanted[name], env), wanted), strict=True))
    failed = [name for name, passed in results.items() if not passed]
    print(f"check: {len(results) - len(failed)} of {len(results)} passed", flush=True)
    if failed:
        raise SystemExit(f"check: failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
