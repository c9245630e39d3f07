"""Asking the database and the broker whether they are there; each answer takes about a second at most."""

from __future__ import annotations

import logging

import redis
from django.conf import settings
from django.db import Error, connection

TIMEOUT = 1  # seconds

logger = logging.getLogger(__name__)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone())
    except Error as error:
        logger.warning("healthz: database: %s", error.__class__.__name__)
        return False


def broker_answers() -> bool:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=None
        ) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError, ValueError) as error:
        logger.warning("healthz: broker: %s", error.__class__.__name__)
        return False
