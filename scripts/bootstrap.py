"""Make .venv and install the pinned requirements. Standard library only; a second run sees the stamp and ends."""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = {"run": ("requirements.txt",), "dev": ("requirements.txt", "requirements-dev.txt")}


def give_up(message: str) -> NoReturn:
    print(message, file=sys.stderr, flush=True)
    raise SystemExit(1)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two commands started together must not install into one environment."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def fingerprint(kind: str) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for name in REQUIREMENTS[kind]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_installed(kind: str) -> bool:
    stamp = VENV / f".installed-{kind}"
    return PYTHON.exists() and stamp.is_file() and stamp.read_text() == fingerprint(kind)


def works(python: Path) -> bool:
    """False for an environment that was moved, or whose Python is gone."""
    if not python.exists():
        return False
    command = [str(python), "-c", "import pip, sys; sys.exit(sys.prefix == sys.base_prefix)"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def venv_commands() -> list[list[str]]:
    """Debian splits venv and pip off; either is enough to make an environment with pip in it."""
    make = [sys.executable, "-m", "venv", str(VENV)]
    if importlib.util.find_spec("ensurepip"):
        return [make]
    if importlib.util.find_spec("venv") and importlib.util.find_spec("pip"):
        return [
            [*make, "--without-pip"],
            [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "-q", "pip"],
        ]
    give_up("Python's venv is missing on this machine. As root: apt install -y python3-venv, then try again.")


def make_venv() -> None:
    commands = venv_commands()
    print("bootstrap: making .venv", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    for command in commands:
        if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
            give_up("bootstrap: .venv could not be made (see above).")


def install(kind: str) -> None:
    print("bootstrap: installing the pinned requirements (one or two minutes the first time)", flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["-r", REQUIREMENTS[kind][-1]]
    if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode:
        give_up("bootstrap: pip could not install the requirements (see above; is the network up?)")
    # requirements-dev.txt includes requirements.txt.
    for installed in {kind, "run"}:
        (VENV / f".installed-{installed}").write_text(fingerprint(installed))


def ensure(kind: str) -> None:
    """`kind` is "run" or "dev"."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file alone may meet an older one
        give_up("Python 3.11 or later is needed: make PYTHON=python3.11 ...")
    with one_at_a_time():
        if is_installed(kind):
            return
        if not works(PYTHON):
            make_venv()
        install(kind)


def enter(module: str, kind: str) -> None:
    """Go on as `module` inside .venv, unless that is where we are."""
    ensure(kind)
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.chdir(ROOT)
        os.execv(PYTHON, [str(PYTHON), "-m", module, *sys.argv[1:]])  # noqa: S606


if __name__ == "__main__":
    ensure(sys.argv[1] if len(sys.argv) > 1 else "run")
