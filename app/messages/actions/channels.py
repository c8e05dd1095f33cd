"""The ways out: one small port a channel. Files by default, real SMTP once a server is named in the settings."""

import json
import os
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from app.core.settings import section, settings
from app.messages.rules import Channel
from app.messages.settings import SmtpSettings


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message ready to go. `id` is the same at every attempt, so that a receiver can tell a repeat."""

    id: str
    to: str
    subject: str
    text: str


class NotSent(Exception):
    """It certainly did not leave: try again. The argument is a word for the operator, without personal data."""


class Unsure(Exception):
    """The connection broke when it may have been taken already: a person decides."""


Port = Callable[[OutgoingMessage], None]  # blocking; raises NotSent or Unsure


def port(channel: Channel) -> Port:
    """The way out for a channel, as the settings have it now."""
    if channel is Channel.EMAIL and section(SmtpSettings).host:
        return send_by_smtp
    return lambda letter: append_to_file(channel, letter)


def append_to_file(channel: Channel, letter: OutgoingMessage) -> None:
    """One JSON line in `outbox/<channel>.jsonl` of the data folder, readable by its owner alone."""
    folder = settings().home / "outbox"
    line = json.dumps(
        {"id": letter.id, "to": letter.to, "subject": letter.subject, "text": letter.text}, ensure_ascii=False
    )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / f"{channel}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise NotSent(type(error).__name__) from error
    with os.fdopen(descriptor, "ab", buffering=0) as file:
        file.write(line.encode() + b"\n")  # one write: lines of several processes do not mix


def send_by_smtp(letter: OutgoingMessage) -> None:
    """By the server of the settings. Refusals are certain; a connection lost while it took the message is not."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = section(SmtpSettings).sender, letter.to, letter.subject
    mail["Message-ID"] = f"<{letter.id}@{section(SmtpSettings).sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    try:
        server = _connected()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(type(error).__name__) from error
    try:
        server.send_message(mail)
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError) as error:
        raise NotSent(type(error).__name__) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unsure(type(error).__name__) from error
    finally:
        _hang_up(server)


def _connected() -> smtplib.SMTP:
    s = section(SmtpSettings)
    secure = ssl.create_default_context()
    if s.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(s.host, s.port, timeout=30, context=secure)
    else:
        server = smtplib.SMTP(s.host, s.port, timeout=30)
    try:
        if s.security == "starttls":
            server.starttls(context=secure)
        if s.user:
            server.login(s.user, s.password)
    except BaseException:
        server.close()
        raise
    return server


def _hang_up(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()
