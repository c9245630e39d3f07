"""Encryption at rest and keyed hashes."""

import time

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from core.crypto import DecryptionError, decrypt, encrypt, is_current, keyed_hash


@given(st.text())
def test_what_goes_in_comes_out(text):
    assert decrypt(encrypt(text)) == text


def test_nothing_stays_nothing():
    assert encrypt("") == decrypt("") == keyed_hash("") == ""


def test_a_value_hides_its_text_and_repetition():
    first, second = encrypt("13800138000"), encrypt("13800138000")
    assert first.startswith("v1:")
    assert first != second
    assert "13800138000" not in first


def test_a_changed_value_is_refused():
    value = encrypt("110105194912310021")
    for at in range(3, len(value), 5):
        changed = value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]
        with pytest.raises(DecryptionError):
            decrypt(changed)


@pytest.mark.parametrize(
    "value", ["13800138000", "v1:", "v1:????", "v9:AAAA", "v0:AAAA", "vv:AAAA", "v1:汉字", "v²:AAAA"]
)
def test_what_was_never_encrypted_is_refused(value):
    with pytest.raises(DecryptionError):
        decrypt(value)


def test_the_hash_depends_on_the_key(settings):
    settings.FIELD_KEY = "first"
    ours = keyed_hash("13800138000")
    assert ours == keyed_hash("13800138000")
    assert len(ours) == 64
    assert ours != keyed_hash("13800138001")
    settings.FIELD_KEY = "second"
    assert keyed_hash("13800138000") != ours


def test_a_new_key_reads_old_values_and_writes_its_own(settings):
    settings.FIELD_KEY = "old"
    value = encrypt("13800138000")
    settings.FIELD_KEY = "old,new"
    assert decrypt(value) == "13800138000"
    assert not is_current(value)
    assert encrypt("x").startswith("v2:")
    settings.FIELD_KEY = "other"
    with pytest.raises(DecryptionError):
        decrypt(value)


def test_an_empty_key_is_a_configuration_error(settings):
    settings.FIELD_KEY = ""
    with pytest.raises(ImproperlyConfigured):
        encrypt("x")


def test_a_whole_roster_takes_seconds_at_most():
    started = time.perf_counter()
    values = [encrypt(f"1380013{number:05d}") for number in range(10_000)]
    hashes = {keyed_hash(decrypt(value)) for value in values}
    assert len(hashes) == 10_000
    assert time.perf_counter() - started < 5
