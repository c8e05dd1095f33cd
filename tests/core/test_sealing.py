"""What is sealed opens only where it belongs; codes and indexes say nothing without the key."""

import base64
import secrets
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.crypto import READABLE, Keys, Sealed, Unsealable, make_key_file

KEYS = Keys(b"k" * 32)
CONTENT = {"name": "张三", "phone": "13800000000"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


@given(st.dictionaries(TEXTS, st.none() | TEXTS), TEXTS)
def test_what_is_sealed_comes_back_whole(content: dict[str, Any], place: str) -> None:
    assert KEYS.unseal(KEYS.seal(content, place), place) == content


def test_it_opens_in_no_other_row() -> None:
    with pytest.raises(Unsealable):
        KEYS.unseal(KEYS.seal(CONTENT, "party 1"), "party 2")


def test_it_opens_under_no_other_master_key() -> None:
    with pytest.raises(Unsealable):
        Keys(b"x" * 32).unseal(KEYS.seal(CONTENT, "party 1"), "party 1")


def test_one_seal_does_not_open_another() -> None:
    one, other = KEYS.seal(CONTENT, "party 1"), KEYS.seal(CONTENT, "party 1")
    assert one.body != other.body
    with pytest.raises(Unsealable):
        KEYS.unseal(Sealed(one.key, other.body), "party 1")


@pytest.mark.parametrize("key", [b"", b"\x00", b"\x00" * 60], ids=["dropped", "a byte", "overwritten"])
def test_an_erased_key_erases_the_content(key: bytes) -> None:
    sealed = KEYS.seal(CONTENT, "party 1")
    with pytest.raises(Unsealable):
        KEYS.unseal(Sealed(key, sealed.body), "party 1")
    with pytest.raises(Unsealable):
        KEYS.unseal(Sealed(sealed.key, b""), "party 1")


def test_a_changed_byte_is_noticed() -> None:
    sealed = KEYS.seal(CONTENT, "party 1")
    for place in range(0, len(sealed.body), 7):
        body = bytearray(sealed.body)
        body[place] ^= 1
        with pytest.raises(Unsealable):
            KEYS.unseal(Sealed(sealed.key, bytes(body)), "party 1")


def test_a_ciphertext_holds_nothing_readable() -> None:
    sealed = KEYS.seal(CONTENT, "party 1")
    for part in (sealed.key, sealed.body):
        assert "张三".encode() not in part
        assert b"138" not in part


@pytest.mark.parametrize("written", ["13800000000", "138 0000 0000", "+86 138-0000-0000", "8613800000000"])
def test_one_phone_has_one_index_however_it_is_written(written: str) -> None:
    assert KEYS.phone_index(written) == KEYS.phone_index("13800000000")
    assert KEYS.phone_index("13800000001") != KEYS.phone_index("13800000000")
    assert Keys(b"x" * 32).phone_index(written) != KEYS.phone_index("13800000000")


def test_query_codes_are_readable_repeatable_and_new_with_each_issue() -> None:
    case = "01a206cf-ffd4-701d-98b1-6b2166fde918"
    first, second = KEYS.query_code(case, 1), KEYS.query_code(case, 2)
    assert first == KEYS.query_code(case, 1) != second
    assert len(first) == 10
    assert set(first + second) <= set(READABLE)
    assert Keys(b"x" * 32).query_code(case, 1) != first
    assert KEYS.query_hash(f" {first.lower()} ") == KEYS.query_hash(first) != KEYS.query_hash(second)


def test_query_codes_use_every_sign_about_equally() -> None:
    signs = "".join(KEYS.query_code(str(n), 1) for n in range(3100))
    counts = [signs.count(sign) for sign in READABLE]
    assert min(counts) > 850
    assert max(counts) < 1150


def test_secrets_of_one_label_say_nothing_of_another() -> None:
    assert len({KEYS.password("role:a_app"), KEYS.password("role:a_owner"), KEYS.derive("token").hex()}) == 3


def test_the_key_file_is_its_owners_alone_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "home" / "master.key"
    make_key_file(path)
    first = path.read_text()
    make_key_file(path)
    assert path.read_text() == first
    assert len(base64.b64decode(first)) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["master.key"]


def test_random_rows_never_raise_anything_but_unsealable() -> None:
    for size in (0, 1, 11, 12, 27, 28, 60, 200):
        with pytest.raises(Unsealable):
            KEYS.unseal(Sealed(secrets.token_bytes(size), secrets.token_bytes(size)), "party 1")
