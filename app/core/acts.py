"""The service vouches for what it writes: who changes rows past it has no key for that (app/checkpoints finds them out)."""

import os
from typing import NamedTuple

from app.core.crypto import keys

NONCE = 12


class Act(NamedTuple):
    """One transaction, or one statement of intake: its name, and the key that belongs to it alone."""

    nonce: bytes
    key: bytes

    @classmethod
    def new(cls) -> "Act":
        """Another one."""
        return cls.named(os.urandom(NONCE))

    @classmethod
    def named(cls, nonce: bytes) -> "Act":
        """The one with this name, again."""
        return cls(nonce, keys().derive(f"act {nonce.hex()}"))

    def as_setting(self) -> str:
        """As the functions `traced` and `sealed` of the database take it."""
        return f"{self.nonce.hex()}:{self.key.hex()}"


# Before the first write of a transaction; until its end.
VOUCH = "select set_config('gridcase.act', $1, true)"
