"""Settings of messages that leave the house."""

from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.core.settings import Section


class SmtpSettings(Section):
    """The mail server."""

    model_config = SettingsConfigDict(env_prefix="GRIDCASE_SMTP_")

    host: str = Field(default="", description="Mail server; empty: e-mails go to the file outbox/email.jsonl")
    port: int = Field(default=587, ge=1, le=65535, description="Its port")
    security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="How it is spoken to")
    user: str = Field(default="", description="Its login, where it asks for one")
    password: str = Field(default="", repr=False, description="The password of that login")
    sender: str = Field(default="gridcase@localhost", description="Whom e-mails come from")
