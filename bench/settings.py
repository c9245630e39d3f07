"""The portal's own settings, with the admin site beside it for comparison. For measurements only."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, PORTAL

HTTPS = SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
INSTALLED_APPS = ["django.contrib.admin", *INSTALLED_APPS]
ROOT_URLCONF = "bench.urls"
PORTAL["REQUIRE_OTP_ROLES"] = []
