"""Settings, read once from the environment; docs/reference/settings.md is written from the descriptions.

A capability brings its own `Section` (in its `settings.py`, named in its `capability.py`) and reads it with `section`.
"""

from functools import cache
from pathlib import Path
from typing import TypeVar, cast

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core.nearby import networks


class Section(BaseSettings):
    """Settings that belong together. Names in the environment carry the prefix `GRIDCASE_`."""

    model_config = SettingsConfigDict(env_prefix="GRIDCASE_", extra="ignore")


S = TypeVar("S", bound=Section)


class Settings(Section):
    """What the service needs to know about its surroundings."""

    database_url: str = Field(
        default="", validation_alias="DATABASE_URL", description="Administrator of the PostGIS database"
    )
    app_database_url: str = Field(
        default="",
        description="Login of the city's app role, where the service must not hold the administrator's; others log in there too",
    )
    city: str = Field(default="hohhot", pattern=r"^[a-z][a-z0-9_]{0,40}$", description="City served by this process")
    home: Path = Field(default=Path(".gridcase"), description="Folder for the key file and the private cluster")
    master_key: str = Field(default="", description="Base64 of at least 32 bytes; empty: the file master.key in home")
    sealing_keys: str = Field(
        default="",
        description="The ring of sealing keys, with commas; empty: the file sealing.keys in home, if there is one",
    )
    key_command: str = Field(
        default="", description="A program that keeps the ring instead, called with `list`, `add` or `destroy ID`"
    )
    pool_size: int = Field(
        default=8, ge=1, le=200, description="Database connections of one server process, for each of its four roles"
    )
    token_minutes: int = Field(default=30, ge=1, le=24 * 60, description="Life of an access token")
    max_body_bytes: int = Field(
        default=4_000_000,
        ge=16_384,
        description="Largest body of JSON; most addresses take far less, as their schema says",
    )
    head_seconds: float = Field(default=10, gt=0, description="Seconds in which the head of a request is sent")
    body_seconds: float = Field(
        default=20, gt=0, description="Seconds in which a body is sent, and an answer taken; one more for each 8 KB"
    )
    metrics_networks: str = Field(
        default="127.0.0.0/8,::1/128", description="Who may ask for /metrics, directly: networks, with commas"
    )
    docs: bool = Field(default=True, description="Serve /docs and /openapi.json")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")
    reveals_per_day: int = Field(
        default=40, ge=1, le=10_000, description="Cases whose people one member of staff sees in clear within 24 hours"
    )
    query_tries_per_hour: int = Field(default=60, ge=1, description="Wrong query codes an address may try in an hour")
    trusted_proxies: str = Field(
        default="",
        description="Networks of the proxies in front, by commas, whose `X-Forwarded-For` is believed; or `none`."
        " Without it nothing but this machine is served",
    )

    @field_validator("metrics_networks")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        networks(text)
        return text


@cache
def settings() -> Settings:
    """The settings of this process. Without DATABASE_URL, that of the private cluster in the data folder."""
    read = Settings()
    noted = read.home / "database.url"
    if not read.database_url and noted.is_file():
        read.database_url = noted.read_text(encoding="utf-8").strip()
    return read


@cache
def _section(kind: type[Section]) -> Section:
    return kind()


def reread() -> None:
    """Forget what was read: the environment has changed."""
    settings.cache_clear()
    _section.cache_clear()


def section(kind: type[S]) -> S:
    """The settings of one capability, as this process first read them."""
    return cast(S, _section(kind))
