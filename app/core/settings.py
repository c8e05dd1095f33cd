"""Settings, read once from the environment; every field is documented in the README's table."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the service needs to know about its surroundings. Names in the environment carry the prefix `GRIDCASE_`."""

    model_config = SettingsConfigDict(env_prefix="GRIDCASE_", extra="ignore")

    database_url: str = Field(
        default="", validation_alias="DATABASE_URL", description="Administrator of the PostGIS database"
    )
    app_database_url: str = Field(
        default="", description="Login of the city's app role, where the service must not hold the administrator's"
    )
    city: str = Field(default="hohhot", pattern=r"^[a-z][a-z0-9_]{0,40}$", description="City served by this process")
    home: Path = Field(default=Path(".gridcase"), description="Folder for the key file and the private cluster")
    master_key: str = Field(default="", description="Base64 of at least 32 bytes; empty: the file master.key in home")
    pool_size: int = Field(default=8, ge=1, le=200, description="Database connections of one server process")
    token_minutes: int = Field(default=30, ge=1, le=24 * 60, description="Life of an access token")
    max_body_bytes: int = Field(default=8_000_000, ge=1_000, description="Largest request body")
    attachment_folder: Path | None = Field(
        default=None, description="Where sealed files lie; empty: attachments in home"
    )
    attachment_max_bytes: int = Field(default=16_000_000, ge=1_000, description="Largest file that may be attached")
    attachment_max_pixels: int = Field(
        default=50_000_000, ge=10_000, le=200_000_000, description="Most pixels of a picture; memory grows with it"
    )
    docs: bool = Field(default=True, description="Serve /docs and /openapi.json")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")
    quiet_from: int = Field(default=21, ge=12, le=23, description="Local hour from which nothing is sent that can wait")
    quiet_until: int = Field(default=8, ge=0, le=11, description="Local hour at which the quiet hours end")
    query_tries_per_hour: int = Field(default=60, ge=1, description="Wrong or right query codes an address may try")
    emergency_hours: int = Field(default=4, ge=1, le=72, description="Hours to begin handling in an emergency")
    emergency_most_days: int = Field(default=30, ge=1, le=180, description="Longest emergency before it is renewed")
    supervision_days: int = Field(default=5, ge=1, le=60, description="Working days to answer a supervision (P20)")
    task_days: int = Field(default=5, ge=1, le=60, description="Working days for the written result of a task")
    proxy_authority_days: int = Field(
        default=0,
        ge=0,
        le=30,
        description="Working days from the wish for a proxy to the authority; 0: the same day (D1)",
    )
    proxy_filing_days: int = Field(default=1, ge=0, le=30, description="Working days until it is filed (D1)")
    proxy_pass_on_days: int = Field(default=1, ge=0, le=30, description="Working days to pass a notice on (D2)")
    proxy_report_days: int = Field(default=7, ge=1, le=90, description="Days within which a proxy reports back")
    proxy_longest_days: int = Field(default=183, ge=1, le=1098, description="Longest period of an authority")
    login_tries_per_hour: int = Field(default=30, ge=1, description="Failed logins of an account; an address: tenfold")
    smtp_host: str = Field(default="", description="Mail server; empty: e-mails go to the file outbox/email.jsonl")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port")
    smtp_security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="How it is spoken to")
    smtp_user: str = Field(default="", description="Its login, where it asks for one")
    smtp_password: str = Field(default="", repr=False, description="The password of that login")
    smtp_sender: str = Field(default="gridcase@localhost", description="Whom e-mails come from")


@cache
def settings() -> Settings:
    """The settings of this process. Without DATABASE_URL, that of the private cluster in the data folder."""
    read = Settings()
    noted = read.home / "database.url"
    if not read.database_url and noted.is_file():
        read.database_url = noted.read_text(encoding="utf-8").strip()
    return read
