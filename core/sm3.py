"""SM3 (GB/T 32905-2016). OpenSSL's, or this slow one where OpenSSL was built without it."""

from __future__ import annotations

import hashlib
import struct

_START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
_MASK = 0xFFFFFFFF


def sm3_hex(data: bytes) -> str:
    """The SM3 digest as 64 hex digits."""
    try:
        return hashlib.new("sm3", data).hexdigest()
    except ValueError:
        return sm3_pure(data)


def sm3_pure(data: bytes) -> str:
    """The same in plain Python: some 50 times slower."""
    padded = data + b"\x80" + b"\x00" * ((55 - len(data)) % 64) + struct.pack(">Q", len(data) * 8)
    state: tuple[int, ...] = _START
    for offset in range(0, len(padded), 64):
        state = _compress(state, struct.unpack(">16I", padded[offset : offset + 64]))
    return struct.pack(">8I", *state).hex()


def _rotate(word: int, count: int) -> int:
    count %= 32
    return (word << count | word >> (32 - count)) & _MASK


def _expand(block: tuple[int, ...]) -> list[int]:
    words = list(block)
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _rotate(words[j - 3], 15)
        mixed ^= _rotate(mixed, 15) ^ _rotate(mixed, 23)
        words.append(mixed ^ _rotate(words[j - 13], 7) ^ words[j - 6])
    return words


def _compress(state: tuple[int, ...], block: tuple[int, ...]) -> tuple[int, ...]:
    words = _expand(block)
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        constant = 0x79CC4519 if j < 16 else 0x7A879D8A
        ss1 = _rotate((_rotate(a, 12) + e + _rotate(constant, j)) & _MASK, 7)
        ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if j < 16 else (e & f) | (~e & g)
        tt1 = (ff + d + (ss1 ^ _rotate(a, 12)) + (words[j] ^ words[j + 4])) & _MASK
        tt2 = (gg + h + ss1 + words[j]) & _MASK
        a, b, c, d = tt1, a, _rotate(b, 9), c
        e, f, g, h = tt2 ^ _rotate(tt2, 9) ^ _rotate(tt2, 17), e, _rotate(f, 19), g
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True))
