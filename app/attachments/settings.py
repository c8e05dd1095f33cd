"""Settings of attachments."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.core.settings import Section


class AttachmentSettings(Section):
    """Where files lie, and how large they may be."""

    model_config = SettingsConfigDict(env_prefix="GRIDCASE_ATTACHMENT_")

    folder: Path | None = Field(default=None, description="Where sealed files lie; empty: attachments in home")
    max_bytes: int = Field(default=16_000_000, ge=1_000, description="Largest file that may be attached")
    max_pixels: int = Field(
        default=50_000_000, ge=10_000, le=200_000_000, description="Most pixels of a picture; memory grows with it"
    )
