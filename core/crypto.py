"""Personal data at rest: AES-256-GCM for what is read back, a keyed hash for what is looked up.

FIELD_KEY is any secret text. Several keys, oldest first, are separated by commas: the last one encrypts and its
position is the version in front of the value, so that old values stay readable while they are rewritten.
"""

from __future__ import annotations

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12


class DecryptionError(ValueError):
    """The value was not written with any key at hand, or was changed."""


class _Keys(NamedTuple):
    cipher: AESGCM
    hasher: hmac.HMAC


def encrypt(text: str) -> str:
    """ "v1:..." readable by `decrypt`; "" stays "". The same text gives another value each time."""
    if not text:
        return ""
    ring = _ring(settings.FIELD_KEY)
    nonce = os.urandom(NONCE_BYTES)
    sealed = ring[-1].cipher.encrypt(nonce, text.encode(), None)
    return f"v{len(ring)}:{urlsafe_b64encode(nonce + sealed).decode()}"


def decrypt(value: str) -> str:
    """The text behind a value of `encrypt`; "" stays "". DecryptionError if it is none, or was tampered with."""
    if not value:
        return ""
    version, _, payload = value.partition(":")
    try:
        raw = urlsafe_b64decode(payload)
        return _keys(version).cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
    except (InvalidTag, ValueError) as error:
        raise DecryptionError("无法解密：密钥不符或数据已损坏。") from error


def keyed_hash(text: str) -> str:
    """64 hex digits, the same for the same text and key, of no use without the key; "" stays ""."""
    if not text:
        return ""
    keyed = _ring(settings.FIELD_KEY)[-1].hasher.copy()
    keyed.update(text.encode())
    return keyed.hexdigest()


def is_current(value: str) -> bool:
    """Whether the value was encrypted with the newest key ("" counts as such)."""
    return not value or value.startswith(f"v{len(_ring(settings.FIELD_KEY))}:")


def _keys(version: str) -> _Keys:
    ring = _ring(settings.FIELD_KEY)
    number = int(version[1:]) if version[:1] == "v" and version[1:].isdecimal() else 0
    if not 1 <= number <= len(ring):
        raise DecryptionError("无法解密：未知的密钥版本。")
    return ring[number - 1]


@lru_cache(maxsize=4)
def _ring(secrets: str) -> tuple[_Keys, ...]:
    parts = [part.strip() for part in secrets.split(",")]
    if not all(parts):
        raise ImproperlyConfigured("FIELD_KEY is empty")
    return tuple(
        _Keys(AESGCM(_subkey(part, b"field-encryption")), hmac.new(_subkey(part, b"field-hash"), digestmod="sha256"))
        for part in parts
    )


def _subkey(secret: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret.encode())
