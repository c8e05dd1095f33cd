"""Settings of checkpoints."""

from pathlib import Path

from pydantic import Field

from app.core.settings import Section


class CheckpointSettings(Section):
    """How often the record is signed, and where the signatures go."""

    checkpoint_seconds: int = Field(
        default=300, ge=1, le=86_400, description="Seconds between two signed checkpoints of the record"
    )
    checkpoint_folder: Path | None = Field(
        default=None,
        description="Folder for a copy of every checkpoint, best on another machine that only adds; empty: none",
    )
    verify_hour: int = Field(
        default=2, ge=0, le=23, description="Local hour after which the runner verifies the whole record, once a day"
    )
    checkpoint_key: str = Field(
        default="", description="Base64 of the 32 bytes of an Ed25519 key; empty: one derived from the master key"
    )
    checkpoint_former_keys: list[str] = Field(
        default=[], description="Public keys (base64) that signed earlier checkpoints, as a JSON list"
    )
