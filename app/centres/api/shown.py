"""A centre's page, put together for a reader or as the answer to a change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.centres.queries import places
from app.centres.rules import HOW_WORDS, Hours, Span, Stationing, next_opening, opening_at, openings
from app.centres.schemas.clocks import clock
from app.core.access import Actor
from app.core.database import Connection
from app.reference.queries import Reference

ACTIONS = (
    "set_hours", "set_day", "clear_day", "set_window", "close_window", "set_room", "close_room", "station", "unstation",
    "plan_shift", "cancel_shift", "swap_shifts", "import_rota",
)  # fmt: skip


async def page(
    conn: Connection, code: str, *, actor: Actor, at: datetime, rules: Reference, language: str
) -> dict[str, Any]:  # fmt: skip
    """What the centre offers at `at`; raises NotFound."""
    centre = await places.get_centre(conn, code)
    tz = rules.city.tz
    today = at.astimezone(tz).date()
    hours = (await places.hours_around(conn, [code], today)).get(code)
    known = hours or Hours()
    now_open = opening_at(at, known, rules.calendar, tz)
    special = await places.list_special_days(conn, code, today)
    return {
        **{name: centre[name] for name in ("code", "name", "name_en", "tier", "area", "parent", "version")},
        "open_now": now_open is not None if hours else None,
        "closes": now_open.closes if now_open else None,
        "next_opening": next_opening(at, known, rules.calendar, tz),
        "today": [{"opens": o.opens, "closes": o.closes} for o in openings(today, 1, known, rules.calendar, tz)],
        "hours": [{"weekday": day, "spans": clocks(spans)} for day, spans in sorted(known.on(today).items())],
        "special_days": [
            {"day": s["day"], "spans": clocks([(m.lower, m.upper) for m in s["minutes"]]), "reason": s["reason"]}
            for s in special
        ],
        "units": [in_words(row, language) for row in await places.list_stations(conn, code, at)],
        "windows": [{"code": row["code"], "name": row["name"]} for row in await places.list_windows(conn, code, at)],
        "rooms": [dict(row) for row in await places.list_rooms(conn, code, at)],
        "available_actions": list(ACTIONS) if places.manages(actor, centre["path"]) else [],
    }  # fmt: skip


def in_words(row: Any, language: str) -> dict[str, Any]:
    """A station with how it is there in words."""
    return {**dict(row), "how_text": HOW_WORDS[Stationing(row["how"])].say(language)}


def clocks(spans: Sequence[Span]) -> list[dict[str, str]]:
    """Spans as clocks show them."""
    return [{"opens": clock(opens), "closes": clock(closes)} for opens, closes in spans]
