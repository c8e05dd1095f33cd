"""Reading the calls of a page, and making them.

A ```http block is one call: `WHO METHOD /path` (WHO: a login of the cast, a post of the demo city, `resident` without a
login, `machine` with its API key), perhaps `@ instant` beneath it (the clock then stands there), perhaps a JSON body after
an empty line. `→ 201` says what it is answered with, and a ```json block what the answer holds at least: `"$name"` keeps a
value, `{name}` in later paths and bodies is what was kept. A step (`…/actions/…`) is based on the version that its taker
sees. The body `(a picture)` is a file to attach; `clock RUN /agreements` is the runner, at the instant that the clock
stands at.
"""

import asyncio
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.database import Database
from app.core.roles import LoginRole
from app.jobs.actions import flag_obligations
from tests.cast import Cast, Person
from tests.support.files import png

PICTURE = "(a picture)"
CALL = re.compile(r"^```http\n(.*?)^```\n(.*?)(?=^```http|\Z)", re.M | re.S)


@dataclass(frozen=True)
class Call:
    """One call and what is expected of it."""

    who: str
    method: str
    path: str
    at: datetime | None
    body: str | None
    status: int
    answer: Any


def calls(page: str) -> Iterator[Call]:
    """The calls of a page in their order."""
    for asked, said in CALL.findall(page):
        head, _, body = asked.strip().partition("\n\n")
        first, *more = head.split("\n")
        who, method, path = first.split()
        at = datetime.fromisoformat(more[0].removeprefix("@ ")) if more else None
        status = re.search(r"^→ (\d{3})", said, re.M)
        assert status, f"what is {first} answered with?"
        answer = re.search(r"^```json\n(.*?)^```", said, re.M | re.S)
        yield Call(who, method, path, at, body or None, int(status[1]), json.loads(answer[1]) if answer else None)


def filled(text: str, kept: dict[str, Any]) -> str:
    """The text with what was kept in the place of its names."""
    return re.sub(r"\{(\w+)\}", lambda name: str(kept.get(name[1], name[0])), text)


def holds(expected: Any, found: Any, kept: dict[str, Any], where: str = "#") -> None:
    """Fails unless `found` holds what is expected: members of objects, some item for each item of a list."""
    if isinstance(expected, dict):
        assert isinstance(found, dict), f"{where}: {found!r} is no object"
        for name, value in expected.items():
            assert name in found, f"{where}: no {name} in {sorted(found)}"
            holds(value, found[name], kept, f"{where}/{name}")
    elif isinstance(expected, list):
        assert isinstance(found, list), f"{where}: {found!r} is no list"
        assert expected or not found, f"{where}: expected nothing, found {found!r}"
        for n, value in enumerate(expected):
            assert any(_held(value, item, kept) for item in found), f"{where}/{n}: nothing like {value!r} in {found!r}"
    elif isinstance(expected, str) and re.fullmatch(r"\$\w+", expected):
        kept[expected[1:]] = found
    else:
        wanted = filled(expected, kept) if isinstance(expected, str) else expected
        assert found == wanted, f"{where}: {found!r} is not {wanted!r}"


def _held(expected: Any, found: Any, kept: dict[str, Any]) -> bool:
    tried = dict(kept)
    try:
        holds(expected, found, tried)
    except AssertionError:
        return False
    kept |= tried
    return True


class Teller:
    """Speaks the calls of one page."""

    def __init__(self, cast: Cast, freeze: Callable[[datetime], None]) -> None:
        self.cast, self.freeze, self.kept = cast, freeze, dict[str, Any]()
        self.speakers = dict[str, Person]()

    def person(self, who: str) -> Person:
        """Who calls."""
        if who == "machine":
            return self.cast.machine()
        return self.speakers.setdefault(who, self.cast.seat(who) if who[0].isupper() else self.cast(who))

    def anybody_reads(self, url: str) -> bool:
        """Whether one of those who called so far reads it."""
        return any(person.get(url).status_code == 200 for person in self.speakers.values())

    def tell(self, call: Call) -> None:
        """Make one call and compare the answer."""
        if call.at is not None:
            self.freeze(call.at)
        path = filled(call.path, self.kept)
        if call.who == "clock":
            assert call.at is not None, "the runner runs at an instant"
            asyncio.run(_agreements(call.at))
            return
        body = PICTURE if call.body == PICTURE else json.loads(filled(call.body, self.kept)) if call.body else None
        reply = self._reply(call, path, body)
        assert reply.status_code == call.status, f"{call.who} {call.method} {path}: {reply.status_code} {reply.text}"
        if call.answer is not None:
            holds(call.answer, reply.json(), self.kept)

    def _reply(self, call: Call, path: str, body: Any) -> Any:
        if call.who == "resident":
            return self.cast.client.request(call.method, path, json=body)
        person = self.person(call.who)
        if call.method == "GET":
            return person.get(path)
        if body == PICTURE:
            case_id, _, purpose = path.removeprefix("/v1/cases/").partition("/attachments?purpose=")
            return person.attach(case_id, png(), purpose)
        thing, step, _ = path.partition("/actions/")
        version = None
        if step:
            seen = person.get(thing)
            version = seen.json()["version"] if seen.status_code == 200 else 1
        return person.post(path, body, version=version, key=uuid.uuid4().hex)


async def _agreements(now: datetime) -> None:
    database = await Database.open("hohhot", LoginRole.RUNNER, size=2)
    try:
        await flag_obligations(database, now)
    finally:
        await database.close()
