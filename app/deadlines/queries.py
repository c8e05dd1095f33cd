"""Reading procedures and calendars back into the dataclasses of the rules."""

from dataclasses import replace
from datetime import date

from pydantic import TypeAdapter

from app.core.database import Connection
from app.deadlines.rules import Calendar, Procedure

_procedure = TypeAdapter(Procedure)


async def list_procedures(conn: Connection) -> dict[tuple[str, int], Procedure]:
    """Every version of every procedure, by code and version."""
    rows = await conn.fetch("select code, version, definition, withdrawn_from from procedure order by code, version")
    return {
        (code, version): replace(_procedure.validate_python(definition), withdrawn_from=withdrawn)
        for code, version, definition, withdrawn in rows
    }


def in_force(procedures: dict[tuple[str, int], Procedure], code: str, day: date) -> Procedure:
    """The newest version of `code` that takes cases on `day`; the oldest one for days before them all.

    Raises KeyError when the city has no such procedure, or none of its versions takes cases any more.
    """
    versions = [p for (c, _), p in procedures.items() if c == code]
    taking = [p for p in versions if p.withdrawn_from is None or day < p.withdrawn_from]
    if not taking:
        raise KeyError(code)
    return max((p for p in taking if p.valid_from <= day), key=lambda p: p.version, default=taking[0])


async def read_calendar(conn: Connection, name: str) -> Calendar:
    """The calendar as loaded; `weekdays` is Monday to Friday, with nothing to be published."""
    if name == "weekdays":
        return Calendar(name)
    days = await conn.fetch("select day, is_workday from calendar_day where calendar = $1", name)
    years = frozenset(await list_calendar_years(conn, name))
    return Calendar(name, years, {day: is_workday for day, is_workday in days})


async def list_calendar_years(conn: Connection, name: str) -> list[int]:
    """The published years."""
    rows = await conn.fetch("select year from calendar_year where calendar = $1 order by year", name)
    return [year for (year,) in rows]
