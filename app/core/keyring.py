"""The ring of sealing keys, of which the last seals what is new; and where it stands.

A line of the ring is the base64 of 32 bytes or more, or the word `master`: the key that follows from the master key, with
which a city begins. The ring lies in a file beside the master key, stands in the environment, or belongs to a program (the
port to a KMS or a vault), which is called with `list`, `add` or `destroy ID` and prints the lines of the ring.
"""

import base64
import hashlib
import os
import secrets
import shlex
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.core.settings import settings

KEY = 32
DERIVED = "master"
PROGRAM_SECONDS = 10  # a program that says nothing by then has failed
ASK_AGAIN = 300  # seconds until a program is asked for its ring once more


@dataclass(frozen=True, slots=True)
class SealingKey:
    """One key of the ring. Its id follows from it: four bytes, shown as eight letters."""

    id: bytes
    key: bytes
    line: str


class ByHand(Exception):
    """The ring is changed by hand: how, in words."""


class Source(Protocol):
    """Where a ring stands."""

    where: str

    def stamp(self) -> object:
        """Another one once the ring may be another."""

    def lines(self) -> list[str]:
        """The ring; raises OSError or RuntimeError."""

    def add(self) -> None:
        """Put a fresh key at its end; raises OSError, RuntimeError or ByHand."""

    def destroy(self, key: SealingKey) -> None:
        """Leave nothing of a key; raises OSError, RuntimeError or ByHand."""


def read_lines(text: str) -> list[str]:
    """The lines of a ring, without remarks; a comma ends one too."""
    lines = (line.partition("#")[0].strip() for line in text.replace(",", "\n").splitlines())
    return [line for line in lines if line]


def read_ring(lines: Sequence[str], derived: bytes) -> tuple[SealingKey, ...]:
    """The keys that lines stand for; raises ValueError, also for none."""
    if not lines:
        raise ValueError("the ring of sealing keys is empty")
    keys = [derived if line == DERIVED else base64.b64decode(line, validate=True) for line in lines]
    if any(len(key) < KEY for key in keys):
        raise ValueError("a sealing key must hold at least 32 bytes")
    return tuple(_named(key[:KEY], line) for key, line in zip(keys, lines, strict=True))


def _named(key: bytes, line: str) -> SealingKey:
    return SealingKey(hashlib.sha256(b"gridcase sealing key\n" + key).digest()[:4], key, line)


def _new_line() -> str:
    return base64.b64encode(secrets.token_bytes(KEY)).decode()


class File:
    """`sealing.keys` in the data folder. While it is not there, the ring is the key that follows from the master key."""

    def __init__(self, path: Path) -> None:
        self.path, self.where = path, str(path)

    def stamp(self) -> object:
        """When it was last written."""
        return self.path.stat().st_mtime_ns if self.path.exists() else None

    def lines(self) -> list[str]:
        """What it holds."""
        return read_lines(self.path.read_text(encoding="utf-8")) if self.path.exists() else [DERIVED]

    def add(self) -> None:
        """One line more."""
        self._write([*self.lines(), _new_line()])

    def destroy(self, key: SealingKey) -> None:
        """One line less; the old file is written over before it goes."""
        left = [line for line in self.lines() if line != key.line]
        if self.path.exists():
            with self.path.open("r+b") as file:
                file.write(b"\n" * self.path.stat().st_size)
                file.flush()
                os.fsync(file.fileno())
        self._write(left)

    def _write(self, lines: Sequence[str]) -> None:
        """Whole or not at all, readable by its owner alone."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self.path)


class Environment:
    """`GRIDCASE_SEALING_KEYS`: whoever runs the service changes it."""

    where = "GRIDCASE_SEALING_KEYS"

    def __init__(self, text: str) -> None:
        self.text = text

    def stamp(self) -> object:
        """It does not change while a process runs."""
        return self.text

    def lines(self) -> list[str]:
        """What it holds."""
        return read_lines(self.text)

    def add(self) -> None:
        """Says what to add."""
        raise ByHand(
            f"add this to the end of {self.where}, behind a comma, and start every process anew:\n{_new_line()}"
        )

    def destroy(self, key: SealingKey) -> None:
        """Says what to take away."""
        raise ByHand(f"nothing needs key {key.id.hex()} any more: take it out of {self.where}, and out of its backups")


class Program:
    """The command that `GRIDCASE_KEY_COMMAND` names."""

    def __init__(self, command: str) -> None:
        self.command, self.where = command, command

    def stamp(self) -> object:
        """It is asked again every few minutes."""
        return int(time.monotonic() // ASK_AGAIN)

    def lines(self) -> list[str]:
        """What it prints."""
        return read_lines(self._run("list"))

    def add(self) -> None:
        """It makes the key."""
        self._run("add")

    def destroy(self, key: SealingKey) -> None:
        """It destroys the key, or leaves the word for the first one out."""
        self._run("destroy", DERIVED if key.line == DERIVED else key.id.hex())

    def _run(self, *words: str) -> str:
        command = [*shlex.split(self.command), *words]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PROGRAM_SECONDS, check=True)  # noqa: S603
        except (subprocess.SubprocessError, OSError) as error:
            said = (getattr(error, "stderr", "") or "").strip()
            raise RuntimeError(f"{self.where} {words[0]} failed: {said or error}") from error
        return done.stdout


def source() -> Source:
    """Where the ring of this process stands, by the settings."""
    configured = settings()
    if configured.key_command:
        return Program(configured.key_command)
    if configured.sealing_keys:
        return Environment(configured.sealing_keys)
    return File(configured.home / "sealing.keys")
