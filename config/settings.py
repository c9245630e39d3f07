"""All settings, one file, read from the environment. Every default serves the embedded installation (`make run`)."""

import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.contrib.messages import constants as message_levels

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules


def _var_dir() -> Path:
    """Everything the installation writes. Each test process has its own."""
    base = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
    path = base / "test" / os.environ.get("PYTEST_XDIST_WORKER", "main") if TESTING else base
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _key(name: str) -> str:
    """The key from the environment, else from a file that the first start writes: 32 random bytes as hex."""
    if value := env.str(name, default=""):
        return value
    path = VAR_DIR / name.lower()
    if not path.exists():
        draft = VAR_DIR / f".{name.lower()}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        try:
            os.link(draft, path)  # atomic: of two first starts one wins, and both read its key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


VAR_DIR = _var_dir()
SECRET_KEY = _key("SECRET_KEY")
FIELD_KEY = _key("FIELD_KEY")  # encrypts personal data; losing it loses the data
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORT = env.int("PORT", default=8000)

# What the portal promises, in one place; an installation overrides by the environment (PORTAL_LATE_ENTRY_DAYS=5).
PORTAL: dict[str, Any] = {
    "NAME": env.str("PORTAL_NAME", default="市直机关党建工作平台"),
    "BASE_URL": env.str("PORTAL_BASE_URL", default=f"http://127.0.0.1:{PORT}"),  # links in e-mails
    "LATE_ENTRY_DAYS": env.int("PORTAL_LATE_ENTRY_DAYS", default=3),
    "QUARTER_CLOSE_DAYS": env.int("PORTAL_QUARTER_CLOSE_DAYS", default=30),  # days after its end; a quarter then closes
    "QUARTER_REOPEN_DAYS": env.int("PORTAL_QUARTER_REOPEN_DAYS", default=5),  # working days a quarter is reopened for
    "FOUNDING_QUIET_MONTHS": env.int("PORTAL_FOUNDING_QUIET_MONTHS", default=0),  # months beside that of the founding
    "LOCK_FAILURES": env.int("PORTAL_LOCK_FAILURES", default=5),
    "LOCK_MINUTES": env.int("PORTAL_LOCK_MINUTES", default=30),
    "IDLE_MINUTES": env.int("PORTAL_IDLE_MINUTES", default=30),
    "ADMIN_IDLE_MINUTES": env.int("PORTAL_ADMIN_IDLE_MINUTES", default=15),
    "SESSION_HOURS": env.int("PORTAL_SESSION_HOURS", default=12),
    "PASSWORD_MIN_LENGTH": env.int("PORTAL_PASSWORD_MIN_LENGTH", default=12),
    "PASSWORD_MAX_LENGTH": env.int("PORTAL_PASSWORD_MAX_LENGTH", default=64),
    "PASSWORD_MAX_DAYS": env.int("PORTAL_PASSWORD_MAX_DAYS", default=90),  # 0: passwords do not age
    "SUGGESTION_DAYS": env.int("PORTAL_SUGGESTION_DAYS", default=15),  # working days within which the committee answers
    "UPLOAD_MAX_MB": env.int("PORTAL_UPLOAD_MAX_MB", default=20),
    "DUES_MONTHLY_CAP": env.int("PORTAL_DUES_MONTHLY_CAP", default=1000),  # yuan a month and person; 0: no cap
    "DUES_MOVE_MONTH": env.str("PORTAL_DUES_MOVE_MONTH", default="old"),  # "old" or "new" branch collects that month
}

# Applications --------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "treebeard",
    "axes",
    "csp",
    "django_celery_beat",
    "django_celery_results",
    "core",
    "accounts",
    "branches",
    "education",
    "discipline",
    "oversight",
    "outreach",
    "assessment",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.RequestContextMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.SessionPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "core.ui.page_context",
            ],
        },
    },
]

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
MESSAGE_TAGS = {message_levels.ERROR: "danger"}

# Database ------------------------------------------------------------------------------------------------------------


def _database() -> dict[str, Any]:
    """SQLite under VAR_DIR unless DATABASE_URL names another."""
    config: dict[str, Any] = {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR_DIR / "db.sqlite3"}
    if env.str("DATABASE_URL", default=""):
        config = dict(env.db_url("DATABASE_URL"))
    options = config.setdefault("OPTIONS", {})
    if config["ENGINE"].endswith("sqlite3"):
        # Writers queue up at BEGIN instead of failing half way; readers do not wait for them.
        pragmas = "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
        options.update(transaction_mode="IMMEDIATE", timeout=20, init_command=pragmas)
    else:
        options.setdefault("connect_timeout", 5)
        config.update(CONN_MAX_AGE=env.int("CONN_MAX_AGE", default=60), CONN_HEALTH_CHECKS=True)
    return config


DATABASES = {"default": _database()}

# A local cache only: nobody's login may depend on Redis.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Accounts and sessions -----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:login"

AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "accounts.passwords.LengthValidator",
        "OPTIONS": {"min_length": PORTAL["PASSWORD_MIN_LENGTH"], "max_length": PORTAL["PASSWORD_MAX_LENGTH"]},
    },
    {"NAME": "accounts.passwords.ClassesValidator"},
    {"NAME": "accounts.passwords.CommonValidator"},
    {"NAME": "accounts.passwords.OwnNamesValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 3600
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

SESSION_COOKIE_AGE = PORTAL["SESSION_HOURS"] * 3600
SESSION_COOKIE_SAMESITE = "Lax"

# Locked per account and address together, so that nobody locks a colleague out from elsewhere.
AXES_FAILURE_LIMIT = PORTAL["LOCK_FAILURES"]
AXES_COOLOFF_TIME = timedelta(minutes=PORTAL["LOCK_MINUTES"])
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # the audit log has it
AXES_SENSITIVE_PARAMETERS = ["old_password", "new_password", "repeated", "code"]  # it keeps what failed logins sent
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_CALLABLE = "accounts.views.login_locked"
AXES_CLIENT_IP_CALLABLE = "core.middleware.client_address"

# Security ------------------------------------------------------------------------------------------------------------

# Off only where the portal is tried out without a certificate: `make run` and development.
HTTPS = env.bool("HTTPS", default=not (DEBUG or TESTING))
# Whose second factor is required. Off without a certificate, or nobody could try the portal.
PORTAL["REQUIRE_OTP_ROLES"] = env.list(
    "PORTAL_REQUIRE_OTP_ROLES",
    default=["system_admin", "security_admin", "audit_admin", "city_staff"] if HTTPS else [],
)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS: list[str] = []

# How many reverse proxies of ours stand in front; 0 believes no forwarded header.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a roll call of a large committee
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# Language and time ---------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS: list[Path] = []
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "config.formats"

# Files ---------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# assets/ holds what scripts/assets.py installs (assets/vendor/...); it is never committed.
STATICFILES_DIRS = [path for path in (BASE_DIR / "static", BASE_DIR / "assets") if path.is_dir()]
MEDIA_ROOT = VAR_DIR / "private"  # never served by path: every download goes through a view
LIVE_STATIC = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = LIVE_STATIC
WHITENOISE_USE_FINDERS = LIVE_STATIC
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LIVE_STATIC
        else "config.storage.StaticStorage"
    },
}

# E-mail --------------------------------------------------------------------------------------------------------------

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="portal@localhost")
EMAIL_TIMEOUT = 10

# Celery --------------------------------------------------------------------------------------------------------------


def _broker(url: str) -> str:
    """kombu's spelling of a Redis address."""
    scheme, _, rest = url.partition("://")
    if scheme != "unix":
        return url
    path, _, query = rest.partition("?")
    database = query.removeprefix("db=") or "0"
    return f"redis+socket://{path}?virtual_host={database}"


REDIS_URL = env.str("REDIS_URL", default=f"unix://{VAR_DIR / 'redis.sock'}")
CELERY_BROKER_URL = _broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A frozen Redis costs a request about a second, not a minute.
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 2 * 3600,  # longer than any task, see CELERY_TASK_TIME_LIMIT
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "max_retries": 0,
}
# The job row in the database is the truth; a result row per task would only grow.
CELERY_RESULT_BACKEND = "django-db"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="portal")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 3600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ALWAYS_EAGER = TESTING
CELERY_TASK_EAGER_PROPAGATES = TESTING

CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    # A dead worker's job is found within 80 seconds.
    "job-sweep": {"task": "core.tasks.job_sweep", "schedule": timedelta(seconds=20)},
    "job-files-purge": {"task": "core.tasks.job_files_purge", "schedule": crontab(minute="40", hour="2")},
    "imports-purge": {"task": "core.tasks.imports_purge", "schedule": crontab(minute="45", hour="2")},
    "audit-seal": {"task": "core.tasks.audit_seal", "schedule": crontab()},
    "audit-seal-everything": {
        "task": "core.tasks.audit_seal",
        "schedule": crontab(minute="20", hour="2"),
        "kwargs": {"everything": True},
    },
    "notices-deliver": {"task": "core.tasks.notices_deliver", "schedule": crontab()},
    "sessions-sweep": {"task": "accounts.tasks.sessions_sweep", "schedule": crontab(minute="20", hour="2")},
    "obligations-open": {"task": "branches.tasks.obligations_open", "schedule": crontab(minute="10", hour="0")},
    "search-catch-up": {"task": "branches.tasks.search_catch_up", "schedule": crontab(minute="35", hour="3")},
    "quarters-close": {"task": "branches.tasks.quarters_close", "schedule": crontab(minute="25", hour="0")},
    "study-tasks-open": {"task": "education.tasks.study.study_tasks_open", "schedule": crontab(minute="15", hour="0")},
    # What time and changed organisations make due, after everything else of the night and before it is verified.
    "deadlines-follow": {"task": "branches.tasks.deadlines_follow", "schedule": crontab(minute="10", hour="1")},
    "study-hours-renew": {"task": "education.tasks.hours_renew", "schedule": crontab(minute="40", hour="0")},
    "obligations-verify": {"task": "branches.tasks.obligations_verify", "schedule": crontab(minute="0", hour="3")},
    # Every morning; the task itself knows the working days.
    "reminders-send": {"task": "reports.tasks.reminders_send", "schedule": crontab(minute="30", hour="8")},
    # Several nights, so that one dead night loses nothing; a built quarter is not built again.
    "quarter-reports-build": {
        "task": "reports.tasks.quarter_reports_build",
        "schedule": crontab(minute="0", hour="4", day_of_month="1-10", month_of_year="1,4,7,10"),
    },
}

# Logging -------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "core.context.RequestIdFilter"}},
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING" if TESTING else "INFO")},
    "loggers": {"django": {"handlers": [], "propagate": True}, "axes": {"level": "WARNING"}},
}
