"""Keys and sealing: AES-256-GCM envelopes, the keyed phone index, and secrets derived from one master key.

What is sealed has a data key of its own, wrapped by a key of the ring (app/core/keyring.py). The database keeps the wrapped
key apart from the row (`data_key`), where rotation wraps it anew and erasure destroys it; the row has only its name.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from uuid_utils.compat import uuid7

from app.core.keyring import DERIVED, KEY, SealingKey, read_ring, source
from app.core.settings import settings

NONCE = 12
NAME, KEY_ID = 16, 4  # bytes: what a data key is called in its row, and under which key of the ring it is wrapped
WRAPPED = KEY_ID + NONCE + KEY + 16
BEFORE_RINGS = NONCE + KEY + 16  # wrapped under the key that follows from the master key, which is not named
_DATA_KEY = b"gridcase data key"
FRESH_SECONDS = 1.0  # a ring that was changed is known everywhere by then
# No 0/O, 1/I/L: read over the phone. 31 characters, a prime, so that a check character catches every slip of one digit.
READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


# What has a key of its own that follows from the master key, and stays when the ring changes.
PURPOSES = ("phone", "query", "query-hash", "number", "veil", "token", "checkpoint")


class Unsealable(Exception):
    """The ciphertext was made under another key, for another place, or was erased."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ciphertext with its own data key, itself wrapped. Destroying `key` erases the content.

    `key` is name, id of the wrapping key, wrapped key as it is made, and without the name as the database gives it.
    """

    key: bytes
    body: bytes

    def as_text(self) -> str:
        """For a column of text: key and body in base64, a dot between."""
        return ".".join(base64.b64encode(part).decode() for part in (self.key, self.body))

    @classmethod
    def from_text(cls, text: str) -> "Sealed":
        """What `as_text` wrote; raises ValueError for anything else."""
        key, body = (base64.b64decode(part, validate=True) for part in text.split("."))
        return cls(key, body)


@dataclass(frozen=True)
class Keys:
    """What is secret comes from one master key, a label apart; data keys are wrapped under the keys of a ring, the last of
    which is the current one. Without a ring, under the one that follows from the master key."""

    master: bytes = field(repr=False)
    ring: tuple[SealingKey, ...] = field(default=(), repr=False)

    def derive(self, label: str) -> bytes:
        """32 bytes for one purpose (HMAC-SHA256 of the label)."""
        return _derived(self.master, label)

    def password(self, label: str) -> str:
        """A password for a role or demo account, the same at every call."""
        return base64.b32encode(self.derive(f"password:{label}"))[:20].decode().lower()

    def seal(self, content: Mapping[str, object], place: str) -> Sealed:
        """Encrypt `content` under a fresh data key, bound to `place` (row and column)."""
        return self.seal_bytes(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), place)

    def unseal(self, sealed: Sealed, place: str) -> dict[str, Any]:
        """The content again; raises Unsealable."""
        content: dict[str, Any] = json.loads(self.unseal_bytes(sealed, place))
        return content

    def seal_bytes(self, content: bytes, place: str) -> Sealed:
        """The same for bytes as they are."""
        data_key, nonce = secrets.token_bytes(KEY), os.urandom(NONCE)
        return Sealed(
            key=uuid7().bytes + self._wrap(data_key),
            body=nonce + AESGCM(data_key).encrypt(nonce, content, place.encode()),
        )

    def unseal_bytes(self, sealed: Sealed, place: str) -> bytes:
        """The bytes again; raises Unsealable."""
        aad = place.encode()
        try:
            return AESGCM(self._unwrap(sealed.key, aad)).decrypt(sealed.body[:NONCE], sealed.body[NONCE:], aad)
        except (InvalidTag, ValueError) as error:  # a key that was erased is too short to be tried
            raise Unsealable(place) from error

    @property
    def sealing(self) -> tuple[SealingKey, ...]:
        """The ring; the last key is the current one."""
        return self.ring or read_ring([DERIVED], _derived(self.master, "seal"))

    def wrapped_anew(self, key: bytes, place: str = "") -> bytes:
        """A wrapped data key under the current key of the ring, as `data_key` holds it; raises Unsealable. `place` is needed
        for one from before there were rings."""
        try:
            return self._wrap(self._unwrap(key, place.encode()))
        except (InvalidTag, ValueError) as error:
            raise Unsealable(place) from error

    def _wrap(self, data_key: bytes) -> bytes:
        current, nonce = self.sealing[-1].id, os.urandom(NONCE)
        under = _ring(self)[current]
        return current + nonce + under.encrypt(nonce, data_key, _DATA_KEY)

    def _unwrap(self, key: bytes, aad: bytes) -> bytes:
        if len(key) == BEFORE_RINGS:
            first = next((k.id for k in self.sealing if k.line == DERIVED), b"")
            return self._key(first).decrypt(key[:NONCE], key[NONCE:], aad)
        if len(key) not in (WRAPPED, NAME + WRAPPED):
            raise ValueError("no wrapped key")
        wrapped = key[-WRAPPED:]
        under, nonce, data_key = wrapped[:KEY_ID], wrapped[KEY_ID : KEY_ID + NONCE], wrapped[KEY_ID + NONCE :]
        return self._key(under).decrypt(nonce, data_key, _DATA_KEY)

    def _key(self, name: bytes) -> AESGCM:
        found = _ring(self).get(name) or _looked_up(self, name)
        if found is None:
            raise ValueError(f"the ring has no key {name.hex()}")
        return found

    def purpose_id(self, purpose: str) -> str:
        """What the key of a purpose is called, which says nothing of it."""
        return hashlib.sha256(b"gridcase purpose\n" + self.derive(purpose)).hexdigest()[:8]

    @property
    def number_key(self) -> bytes:
        """What the numbers of cases are put out of their order with (SQL function `case_digits`)."""
        return _derived(self.master, "number")

    def veil(self, serial: int) -> uuid.UUID:
        """What a row that the database numbers is called by outside: of two, nobody can tell how many came between."""
        return uuid.UUID(bytes=self._veiling().encryptor().update(serial.to_bytes(16)))

    def unveil(self, name: uuid.UUID) -> int | None:
        """The number again; None for a name that was never given."""
        serial = int.from_bytes(self._veiling().decryptor().update(name.bytes))
        return serial if serial < 2**63 else None

    def _veiling(self) -> Cipher[modes.ECB]:
        """One block and no more: a permutation of numbers, the same at every call."""
        return Cipher(algorithms.AES(_derived(self.master, "veil")), modes.ECB())  # noqa: S305

    def phone_index(self, phone: str) -> bytes:
        """Blind index: equal phones give equal bytes, without the key nothing can be tried."""
        digits = re.sub(r"\D", "", phone)
        digits = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
        return hmac.new(_derived(self.master, "phone"), digits.encode(), hashlib.sha256).digest()[:16]

    def query_code(self, case_id: str, issue: int) -> str:
        """The resident's code: ten readable characters (49 bits), the same whenever the first receipt is shown again."""
        number = int.from_bytes(
            hmac.new(_derived(self.master, "query"), f"{case_id}:{issue}".encode(), hashlib.sha256).digest()
        )
        signs = []
        for _ in range(10):
            number, rest = divmod(number, len(READABLE))
            signs.append(READABLE[rest])
        return "".join(signs)

    def query_hash(self, code: str) -> bytes:
        """What is stored of a query code: keyed, so that the table alone does not allow guessing."""
        return hmac.new(_derived(self.master, "query-hash"), code.strip().upper().encode(), hashlib.sha256).digest()


@cache
def _derived(master: bytes, label: str) -> bytes:
    return hmac.new(master, label.encode(), hashlib.sha256).digest()


@cache
def _ring(keys: Keys) -> dict[bytes, AESGCM]:
    return {key.id: AESGCM(key.key) for key in keys.sealing}


class _Held:
    """The keys of this process, and when it last asked whether the ring is still the same."""

    keys: Keys | None = None
    stamp: object = None
    asked = 0.0


def keys() -> Keys:
    """The keys of this process: the master key from the setting, else from `master.key` in the data folder, made on first
    use; the ring as it is now. Raises ValueError, and OSError or RuntimeError where the ring stands elsewhere."""
    now = time.monotonic()
    if _Held.keys is None or now - _Held.asked >= FRESH_SECONDS:
        stands = source()
        if _Held.keys is None or stands.stamp() != _Held.stamp:
            reread_keys()
        _Held.asked = now
    return _Held.keys  # type: ignore[return-value]  # just read


def reread_keys() -> None:
    """Read the ring now: it was changed."""
    stands = source()
    stamp, master = stands.stamp(), _Held.keys.master if _Held.keys else _master_key()
    _Held.keys, _Held.stamp = Keys(master, read_ring(stands.lines(), _derived(master, "seal"))), stamp


def _looked_up(asking: Keys, name: bytes) -> AESGCM | None:
    """A key that the ring did not have a second ago: it may have come since."""
    if asking is not _Held.keys:
        return None
    reread_keys()
    return _ring(keys()).get(name)


def _master_key() -> bytes:
    configured = settings().master_key
    if configured:
        master = base64.b64decode(configured)
    else:
        path = settings().home / "master.key"
        if not path.exists():
            make_key_file(path)
        master = base64.b64decode(path.read_text())
    if len(master) < KEY:
        raise ValueError("the master key must hold at least 32 bytes")
    return master


def opened(sealed: bytes | None, key: bytes | None, place: str) -> dict[str, Any]:
    """The sealed content of a place; nothing where there is none, or once its key was erased."""
    if sealed is None or key is None:
        return {}
    try:
        return keys().unseal(Sealed(key, sealed), place)
    except Unsealable:
        return {}


def make_key_file(path: Path) -> None:
    """Write a fresh master key, readable by its owner alone; keeps a key that another process made meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY)).decode())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
