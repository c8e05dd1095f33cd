"""The ring of sealing keys: where it stands, and what a key that was added or destroyed opens."""

import base64
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.crypto import NAME, Keys, Sealed, Unsealable
from app.core.keyring import ByHand, Environment, File, Program, SealingKey, read_lines, read_ring

MASTER = b"k" * 32
DERIVED = Keys(MASTER).derive("seal")
CONTENT = {"name": "张三"}
EXAMPLE = Path(__file__).parents[2] / "examples" / "key-program.sh"


def ring(*lines: str) -> tuple[SealingKey, ...]:
    return read_ring(lines, DERIVED)


def line(sign: bytes) -> str:
    return base64.b64encode(sign * 32).decode()


FIRST, SECOND = line(b"1"), line(b"2")


def test_what_is_new_is_sealed_under_the_last_key_and_the_others_open() -> None:
    begun = Keys(MASTER)
    before = begun.seal(CONTENT, "party 1")
    grown = Keys(MASTER, ring("master", FIRST, SECOND))
    after = grown.seal(CONTENT, "party 1")
    assert before.key[NAME : NAME + 4] == begun.sealing[0].id == grown.sealing[0].id
    assert after.key[NAME : NAME + 4] == grown.sealing[-1].id
    assert grown.unseal(before, "party 1") == grown.unseal(after, "party 1") == CONTENT
    with pytest.raises(Unsealable):
        begun.unseal(after, "party 1")


def test_a_key_wrapped_anew_opens_without_the_old_one() -> None:
    sealed = Keys(MASTER).seal(CONTENT, "party 1")
    wrapped = replace(sealed, key=Keys(MASTER, ring("master", FIRST)).wrapped_anew(sealed.key))
    alone = Keys(MASTER, ring(FIRST))
    assert alone.unseal(wrapped, "party 1") == CONTENT
    with pytest.raises(Unsealable):
        alone.unseal(sealed, "party 1")
    with pytest.raises(Unsealable):
        alone.wrapped_anew(sealed.key)


def test_what_was_sealed_before_keys_had_names_opens_while_the_ring_has_that_key() -> None:
    """AES-256-GCM under the key that follows from the master key, as every version before wrote it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    data_key, place = b"d" * 32, b"party 1"
    old = Sealed(
        b"w" * 12 + AESGCM(DERIVED).encrypt(b"w" * 12, data_key, place),
        b"n" * 12 + AESGCM(data_key).encrypt(b"n" * 12, b'{"name":"\xe5\xbc\xa0\xe4\xb8\x89"}', place),
    )
    assert Keys(MASTER).unseal(old, "party 1") == Keys(MASTER, ring("master", FIRST)).unseal(old, "party 1") == CONTENT
    with pytest.raises(Unsealable):
        Keys(MASTER, ring(FIRST)).unseal(old, "party 1")
    wrapped = Keys(MASTER, ring("master", FIRST)).wrapped_anew(old.key, "party 1")
    assert Keys(MASTER, ring(FIRST)).unseal(replace(old, key=wrapped), "party 1") == CONTENT


def test_other_secrets_do_not_change_with_the_ring() -> None:
    one, other = Keys(MASTER), Keys(MASTER, ring(FIRST))
    assert one.phone_index("13800000000") == other.phone_index("13800000000")
    assert one.query_code("a", 1) == other.query_code("a", 1)
    assert (one.veil(7), one.number_key, one.password("x")) == (other.veil(7), other.number_key, other.password("x"))


@pytest.mark.parametrize(
    ("lines", "said"),
    [([], "empty"), (["c2hvcnQ="], "32 bytes"), (["no key"], "base64")],
    ids=["none", "short", "text"],
)
def test_a_ring_that_cannot_be_used_is_refused(lines: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_ring(lines, DERIVED)


def test_remarks_and_commas() -> None:
    assert read_lines(f"master # the first\n\n{FIRST},{SECOND}\n# end") == ["master", FIRST, SECOND]


def test_a_file_grows_and_shrinks(tmp_path: Path) -> None:
    file = File(tmp_path / "home" / "sealing.keys")
    assert (file.lines(), file.stamp()) == (["master"], None)
    file.add()
    file.add()
    first, second, third = read_ring(file.lines(), DERIVED)
    assert (first.key, len({second.key, third.key})) == (DERIVED, 2)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    file.destroy(second)
    assert [key.id for key in read_ring(file.lines(), DERIVED)] == [first.id, third.id]
    assert [path.name for path in file.path.parent.iterdir()] == ["sealing.keys"]


def test_an_environment_is_changed_by_hand() -> None:
    stands = Environment(f"{FIRST},{SECOND}")
    assert stands.lines() == [FIRST, SECOND]
    with pytest.raises(ByHand, match="GRIDCASE_SEALING_KEYS"):
        stands.add()
    with pytest.raises(ByHand, match=ring(FIRST)[0].id.hex()):
        stands.destroy(ring(FIRST)[0])


def test_a_program_keeps_the_ring(tmp_path: Path) -> None:
    program = Program(f"sh {EXAMPLE} {tmp_path / 'ring'}")
    assert program.lines() == ["master"]
    program.add()
    program.add()
    _, second, third = read_ring(program.lines(), DERIVED)
    program.destroy(second)
    assert program.lines() == ["master", third.line]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; sys.exit('the vault is sealed')", "the vault is sealed"),
        ("import signal; signal.pause()", "timed out"),
    ],
)
def test_a_program_that_fails_says_so(code: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.keyring.PROGRAM_SECONDS", 1)
    with pytest.raises(RuntimeError, match=said):
        Program(f'{sys.executable} -c "{code}"').lines()
