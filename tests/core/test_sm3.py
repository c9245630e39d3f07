"""SM3 against the vectors of GB/T 32905-2016, and our fallback against OpenSSL."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sm3 import sm3_hex, sm3_pure

VECTORS = {
    b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
}


@pytest.mark.parametrize("text", VECTORS)
def test_standard_vectors(text):
    assert sm3_hex(text) == sm3_pure(text) == VECTORS[text]


@given(st.binary(max_size=300))
def test_the_fallback_equals_openssl(data):
    assert sm3_pure(data) == sm3_hex(data)


def test_without_openssl_sm3_the_fallback_answers(monkeypatch):
    def refuse(*args):
        raise ValueError("unsupported hash type sm3")

    monkeypatch.setattr(hashlib, "new", refuse)
    assert sm3_hex(b"abc") == VECTORS[b"abc"]
