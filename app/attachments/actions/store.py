"""The one port to where sealed bytes lie: put, get, delete over a folder.

It sees ciphertext alone. Several servers of a city share one folder.
"""

import hashlib
import hmac
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from app.attachments.settings import AttachmentSettings
from app.core.crypto import keys
from app.core.settings import section, settings


class Store:
    """A folder of files, each named by a keyed hash of what it holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, city: str) -> "Store":
        """The folder of a city, as the settings say."""
        return cls((section(AttachmentSettings).folder or settings().home / "attachments") / city)

    def put(self, content: bytes) -> str:
        """Keep `content` for good and give its name: once this returns, a crash does not lose it. Raises OSError."""
        name = hmac.new(keys().derive("attachment file"), content, hashlib.sha256).hexdigest()
        place = self._place(name)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = place.with_name(f"{name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(place)
        for folder in (place.parent, self.folder):
            _sync_folder(folder)
        return name

    def get(self, name: str) -> bytes:
        """What was put under this name; raises OSError."""
        return self._place(name).read_bytes()

    def delete(self, name: str) -> None:
        """Remove it; nothing happens when it is gone already."""
        self._place(name).unlink(missing_ok=True)

    def list_prefix(self, first: str) -> dict[str, datetime]:
        """The files whose names begin with these two characters, also one half written, with the time of writing."""
        folder = self.folder / first
        if not folder.is_dir():
            return {}
        return {f.name: datetime.fromtimestamp(f.stat().st_mtime, UTC) for f in os.scandir(folder) if f.is_file()}

    def _place(self, name: str) -> Path:
        return self.folder / name[:2] / name


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder last."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
