"""Everything `make run` does to the data before the first process starts: static files, migrations, the demo city."""

import hashlib
import io
import os

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

DEMO = ["--units", "8", "--branches", "40", "--members", "600", "--years", "2", "--seed", "1"]


def collect_static() -> None:
    """Only when a source file or the code has changed since the last time."""
    digest = hashlib.sha256()
    ignored = StaticFilesConfig.ignore_patterns
    for finder in get_finders():
        for name, storage in sorted(finder.list(ignored), key=lambda found: found[0]):
            found = os.stat(storage.path(name))
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = settings.VAR_DIR / "static.stamp"
    if stamp.is_file() and stamp.read_text() == digest.hexdigest():
        return
    print("run: collecting static files", flush=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest.hexdigest())


def wants_demo() -> bool:
    """An empty database; or our own SQLite whose first start was cut short before the accounts were written."""
    if os.environ.get("DEMO", "on").lower() in {"off", "0", "no", "false"}:
        return False
    if not get_user_model()._default_manager.exists():
        return True
    return not os.environ.get("DATABASE_URL") and not (settings.VAR_DIR / "demo_accounts.json").is_file()


def load_demo() -> None:
    accounts = settings.VAR_DIR / "demo_accounts.json"
    print("run: loading the demo city", flush=True)
    call_command("demo_data", *DEMO, f"--accounts={accounts}")
    if accounts.is_file():
        accounts.chmod(0o600)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

    collect_static()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("rules_load", stdout=io.StringIO())  # a new version brings new rules
    if wants_demo():
        load_demo()


if __name__ == "__main__":
    main()
