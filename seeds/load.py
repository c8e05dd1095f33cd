"""Loading the reference data and the demo city through the same actions that everything else uses."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import shapely

from app.areas import actions as areas
from app.areas.actions import AreaRow
from app.centres.actions.load import load_places, load_rota
from app.core.access import Permission
from app.core.crypto import keys
from app.core.database import Connection
from app.deadlines import actions as deadlines
from app.grids import actions as grids
from app.grids.actions import CellRow
from app.grids.rules import Finding, PartitionLaw
from app.routing import actions as routing
from app.staff import actions as staff
from app.staff.actions import PostRow, StaffRow
from app.staff.queries import hash_password
from app.units import actions as units
from app.units.schemas import UnitOut
from seeds.hohhot.city import build_city
from seeds.hohhot.places import build_places, build_rota
from seeds.hohhot.records import City, paths
from seeds.reference import load as reference
from seeds.reference.profile import Profile

PROFILES = {
    "hohhot": Path(__file__).parent / "hohhot" / "profile.yaml",
    **{path.stem: path for path in (Path(__file__).parent / "profiles").glob("*.yaml")},
}
SINCE = datetime(2000, 1, 1, tzinfo=UTC)  # the demo city has always stood as it is, so that history can be filed in it
PLACES = UUID("0f1d6b0a-3c52-5f0e-8a57-150100150100")  # names the ids of windows, rooms, stations and shifts
Told = Callable[[str], None]


def read_profile(path: Path) -> dict[str, Any]:
    """A city profile, checked; raises ReferenceDataError that names what is wrong."""
    return reference.read_yaml(path, Profile).model_dump(mode="json", exclude_unset=True)


def band(profile: Mapping[str, Any]) -> tuple[int, int] | None:
    """The households a cell may have, or None where the city sets no band."""
    given = profile.get("household_band")
    return (given["least"], given["most"]) if given else None


async def load_reference(conn: Connection, profile: Mapping[str, Any]) -> None:
    """Categories, kinds of disputes, rules, procedures and the calendar the profile names. May be repeated."""
    await routing.load_categories(conn, reference.read_categories())
    await routing.load_dispute_kinds(conn, reference.read_dispute_kinds())
    await routing.load_rules(conn, reference.read_routing_rules())
    await deadlines.load_procedures(conn, reference.read_procedures())
    if profile["calendar"] != "weekdays":
        years = reference.read_calendar_years(profile["calendar"])
        days = reference.read_calendar_days(profile["calendar"])
        await deadlines.load_calendar(
            conn, profile["calendar"], [(y.year, y.source) for y in years],
            [(d.day, d.is_workday, d.name) for d in days],
        )  # fmt: skip


async def load_bare_city(conn: Connection, profile: Mapping[str, Any]) -> None:
    """What every city needs before a case can land: its area, its centre, its desks; routes compiled."""
    code, title = profile["code"], profile["title"]
    root = AreaRow(code, "city", None, code, title, True, None, None, None, False, "profile")
    await areas.load(conn, [root], since=SINCE)
    await units.load(
        conn,
        [
            UnitOut(f"C{code}", "centre", None, "city", code, None, f"{title}中心", f"{title} centre"),
            UnitOut(f"I{code}", "intake_desk", None, "city", code, None, f"{title}受理总台", "Intake desk"),
            UnitOut(f"X{code}", "discipline_desk", None, "city", code, None, f"{title}纪检监察信访窗口",
                    "Discipline desk"),
        ],
    )  # fmt: skip
    await routing.recompile(conn)


async def load_demo_city(conn: Connection, profile: Mapping[str, Any], told: Told) -> list[Finding]:
    """Areas, units, staff, cells and workers of the demo city; returns what the coverage check found (nothing)."""
    told("描绘城区 drawing the city")
    city = build_city()
    told("载入区域和机构 areas and units")
    below = paths(city.areas)
    await areas.load(
        conn,
        [
            AreaRow(a.code, a.tier, a.parent, below[a.code], a.name, a.official, shapely.to_wkb(a.boundary),
                    a.households, a.residents, a.synthetic, a.source)
            for a in city.areas
        ],
        since=SINCE,
    )  # fmt: skip
    await units.load(conn, city.units)
    told("载入人员 staff")
    await staff.load_staff(
        conn, [StaffRow(s.id, s.name, s.unit, s.full_time) for s in city.staff],
        [PostRow(p.id, p.role, p.unit, p.area, p.staff) for p in city.posts],
    )  # fmt: skip
    told("载入网格 cells")
    findings = await _load_cells(conn, city, profile)
    told("编译路由 routes")
    await routing.recompile(conn)
    told("布置中心 centres")
    await load_places(conn, build_places(city), since=SINCE, space=PLACES)
    told("建立账号 accounts")
    await load_accounts(conn, city)
    return findings


async def load_demo_rota(conn: Connection, profile: Mapping[str, Any], *, as_of: date) -> None:
    """Who is on duty at the demo city's centres in the weeks around a day, by the legal calendar."""
    calendar, tz = reference.read_calendar(profile["calendar"]), ZoneInfo(profile["time_zone"])
    plans = list(build_rota(build_city(), as_of, calendar, tz))
    await load_rota(conn, plans, at=datetime.combine(as_of, time(), tz), space=PLACES)


async def _load_cells(conn: Connection, city: City, profile: Mapping[str, Any]) -> list[Finding]:
    rows = [
        CellRow(c.code, c.community, c.centre, c.name, shapely.to_wkb(c.boundary), c.households, c.residents,
                c.synthetic, c.source)
        for c in city.cells
    ]  # fmt: skip
    law = PartitionLaw(profile["partition_law"])
    findings = await grids.load_cells(conn, rows, since=SINCE, law=law, band=band(profile))
    await grids.name_workers(conn, [(w.cell, w.staff) for w in city.cell_workers], since=SINCE)
    return findings


def demo_password(login: str) -> str:
    """The password of a demo account: made from this installation's key, so that it can be shown again."""
    return keys().password(f"demo account {login}")


async def load_accounts(conn: Connection, city: City) -> None:
    """A login for each of the permanent cast, and the sandbox key of the partner system."""
    for member in city.cast:
        await staff.set_account(conn, member.login, member.staff, hash_password(demo_password(member.login)))
    for machine in city.machines:
        await staff.make_key(
            conn, name=machine.name, unit=machine.unit, area=machine.area, key_id=machine.id,
            scopes=[Permission.CASE_REGISTER, Permission.CASE_READ, Permission.MAP_READ],
            source_system=machine.source_system, secret=keys().password(f"demo key {machine.id}"),
        )  # fmt: skip


def demo_key(machine_id: str) -> str:
    """The sandbox API key, as `load_accounts` made it."""
    return f"gck_{machine_id}_{keys().password(f'demo key {machine_id}')}"
