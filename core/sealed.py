"""Content kept between an upload and its commit: compressed, then encrypted, as text."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from typing import Any

from core.crypto import decrypt, encrypt


def pack(content: Any) -> str:
    """Any JSON-able content (dates become text), compressed, then encrypted."""
    return pack_bytes(json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str).encode())


def unpack(text: str) -> Any:
    return json.loads(unpack_bytes(text))


def pack_bytes(content: bytes) -> str:
    return encrypt(b64encode(zlib.compress(content, 1)).decode())


def unpack_bytes(text: str) -> bytes:
    return zlib.decompress(b64decode(decrypt(text)))
