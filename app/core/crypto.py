"""Keys and sealing: AES-256-GCM envelopes, the keyed phone index, and secrets derived from one master key."""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.settings import settings

NONCE = 12
KEY = 32
# No 0/O, 1/I/L: read over the phone. 31 characters, a prime, so that a check character catches every slip of one digit.
READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class Unsealable(Exception):
    """The ciphertext was made under another key, for another place, or was erased."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ciphertext with its own data key, itself wrapped by the master key. Dropping `key` erases the content."""

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
    """Everything secret comes from one master key, a label apart."""

    master: bytes = field(repr=False)

    def derive(self, label: str) -> bytes:
        """32 bytes for one purpose (HMAC-SHA256 of the label)."""
        return hmac.new(self.master, label.encode(), hashlib.sha256).digest()

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
        data_key, aad = secrets.token_bytes(KEY), place.encode()
        wrap, nonce = os.urandom(NONCE), os.urandom(NONCE)
        return Sealed(
            key=wrap + AESGCM(_derived(self, "seal")).encrypt(wrap, data_key, aad),
            body=nonce + AESGCM(data_key).encrypt(nonce, content, aad),
        )

    def unseal_bytes(self, sealed: Sealed, place: str) -> bytes:
        """The bytes again; raises Unsealable."""
        aad = place.encode()
        try:
            data_key = AESGCM(_derived(self, "seal")).decrypt(sealed.key[:NONCE], sealed.key[NONCE:], aad)
            return AESGCM(data_key).decrypt(sealed.body[:NONCE], sealed.body[NONCE:], aad)
        except (InvalidTag, ValueError) as error:  # a key that was erased is too short to be tried
            raise Unsealable(place) from error

    @property
    def number_key(self) -> bytes:
        """What the numbers of cases are put out of their order with (SQL function `case_digits`)."""
        return _derived(self, "number")

    def veil(self, serial: int) -> uuid.UUID:
        """What a row that the database numbers is called by outside: of two, nobody can tell how many came between."""
        return uuid.UUID(bytes=self._veiling().encryptor().update(serial.to_bytes(16)))

    def unveil(self, name: uuid.UUID) -> int | None:
        """The number again; None for a name that was never given."""
        serial = int.from_bytes(self._veiling().decryptor().update(name.bytes))
        return serial if serial < 2**63 else None

    def _veiling(self) -> Cipher[modes.ECB]:
        """One block and no more: a permutation of numbers, the same at every call."""
        return Cipher(algorithms.AES(_derived(self, "veil")), modes.ECB())  # noqa: S305

    def phone_index(self, phone: str) -> bytes:
        """Blind index: equal phones give equal bytes, without the key nothing can be tried."""
        digits = re.sub(r"\D", "", phone)
        digits = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
        return hmac.new(_derived(self, "phone"), digits.encode(), hashlib.sha256).digest()[:16]

    def query_code(self, case_id: str, issue: int) -> str:
        """The resident's code: ten readable characters (49 bits), the same whenever the first receipt is shown again."""
        number = int.from_bytes(
            hmac.new(_derived(self, "query"), f"{case_id}:{issue}".encode(), hashlib.sha256).digest()
        )
        signs = []
        for _ in range(10):
            number, rest = divmod(number, len(READABLE))
            signs.append(READABLE[rest])
        return "".join(signs)

    def query_hash(self, code: str) -> bytes:
        """What is stored of a query code: keyed, so that the table alone does not allow guessing."""
        return hmac.new(_derived(self, "query-hash"), code.strip().upper().encode(), hashlib.sha256).digest()


@cache
def _derived(keys: Keys, label: str) -> bytes:
    return keys.derive(label)


@cache
def keys() -> Keys:
    """The keys of this process: from the setting, else from `master.key` in the data folder, made on first use."""
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
    return Keys(master)


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
