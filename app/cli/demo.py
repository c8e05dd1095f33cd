"""The demo city: load it once, tell it from another, show how to get in."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.cli import app, console, in_city, owner, run
from app.cli.city import create_city, migrate_city
from app.core import provision
from app.core.database import Connection
from app.core.settings import settings
from seeds import load
from seeds.hohhot.city import City, build_city
from seeds.year import REPORTS, check, city_hash, load_year

demo_app = typer.Typer(no_args_is_help=True, help="The demo city of Hohhot (synthetic map, invented people).")
app.add_typer(demo_app, name="demo")

ADDRESS = "http://127.0.0.1:8000"
# One account for each role, such that one case can pass through their hands.
SHOWN = ("wang.grid", "li.window", "sun.coordinator", "zhou.mediator", "chen.housing", "liu.head", "xu.discipline",
         "hu.supervisor", "lin.auditor", "guo.admin")  # fmt: skip
CURL = """\
curl -s {address}/v1/cases \\
  -H 'Authorization: Bearer {key}' \\
  -H "Idempotency-Key: demo-$(date +%s)" -H 'Content-Type: application/json' -d '{{
  "kind": "request", "category": "heating.outage", "channel": "hotline", "title": "家中停暖",
  "location": {{"point": {{"type": "Point", "coordinates": [{lon:.6f}, {lat:.6f}]}}, "crs": "WGS84"}},
  "parties": [{{"role": "petitioner", "name": "张三", "phone": "13800000000"}}]
}}' | python3 -m json.tool --no-ensure-ascii"""


class _Stages(Progress):
    """What is being done, a line a stage: with a bar on a terminal, as plain lines elsewhere."""

    def told(self, said: str) -> None:
        """The next stage begins."""
        self.ended()
        self.add_task(said, total=1)
        if not console.is_terminal:
            console.print(f"  {said} …", highlight=False)

    def moved(self, done: int, total: int) -> None:
        """So far within the stage."""
        self.update(self.task_ids[-1], completed=done, total=total)

    def ended(self) -> None:
        """The stage is over."""
        for task in self.tasks[-1:]:
            self.update(task.id, completed=task.total)


async def _counts(conn: Connection) -> tuple[int, int]:
    return await conn.fetchval("select count(*) from cell"), await conn.fetchval("select count(*) from cases")


def _end(as_of: datetime | None, tz: ZoneInfo) -> datetime:
    """Until when the city has lived: now, or noon of the day; nothing lies ahead on the day itself."""
    now = datetime.now(tz).replace(second=0, microsecond=0)
    if as_of is None:
        return now
    end = as_of.replace(hour=12, tzinfo=tz)
    return min(end, now) if end.date() == now.date() else end


@demo_app.command("load")
def load_demo(
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day whose noon its history ends at; default now.")
    ] = None,
) -> None:
    """Make the demo city unless it is there: areas, 1,388 centres, 3,300 cells, staff, 20,000 cases.

    All or nothing: what was interrupted is simply run again. Same day named, same city.

    Example: gridcase demo load --as-of 2026-11-01
    """
    name = settings().city
    if run(provision.exists(name)):
        migrate_city(name)
        cells, cases = in_city(_counts)
        if cells:
            console.print(f"{name}: {cells:,} 网格 cells, {cases:,} 诉求 cases; 已载入 loaded already")
            return
    profile = load.read_profile(load.PROFILES["hohhot"])
    end = _end(as_of, ZoneInfo(profile["time_zone"]))
    console.print(f"演示城市 demo city [bold]{name}[/bold]，截至 as of {end:%Y-%m-%d %H:%M}", highlight=False)
    columns = (
        SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description}"), BarColumn(bar_width=24),
        MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    began = time.monotonic()
    with _Stages(*columns, console=console, disable=not console.is_terminal) as stages:
        stages.told("建库 making room")
        create_city(name, profile, bare=False)
        run(_load(profile, end, stages))
        stages.ended()
    seconds = time.monotonic() - began
    console.print(f"完成 ready: 3,300 网格 cells, {REPORTS:,} 诉求 cases ({seconds:.0f} s)", highlight=False)


async def _load(profile: Mapping[str, Any], end: datetime, stages: _Stages) -> None:
    """Everything in one transaction, the gate included: a city that fails it was never there. Raises RuntimeError."""
    async with owner() as conn:
        async with conn.transaction():
            findings = await load.load_demo_city(conn, profile, stages.told)
            stages.told("排班 duty rota")
            await load.load_demo_rota(conn, profile, as_of=end.date())
            await load_year(conn, build_city(), end=end, told=stages.told, moved=stages.moved)
            stages.told("核对 checking")
            if wrong := await check(conn, findings=findings, cases=REPORTS):
                listed = "\n  ".join(wrong[:20])
                raise RuntimeError(
                    f"演示城市不符，未保留 the demo city is not as it should be and was not kept:\n  {listed}"
                )
        stages.told("整理 tidying up")
        await conn.execute("analyze")  # what was copied is frozen and visible already


@demo_app.command("hash")
def show_hash() -> None:
    """One hash over everything in the city but its secrets: equal for equal days, until somebody works in it.

    Example: gridcase demo hash
    """
    console.print(in_city(city_hash), highlight=False, soft_wrap=True)


@app.command("accounts")
def accounts(
    every: Annotated[bool, typer.Option("--all", help="Everybody of the cast, not one for each role.")] = False,
    address: Annotated[str, typer.Option(help="Where the service answers.")] = ADDRESS,
) -> None:
    """Show the demo accounts with their passwords, the sandbox key, and a request to try it with.

    Example: gridcase accounts --all
    """
    city = build_city()
    console.print(
        "\n[bold]演示账号 Demo accounts[/bold]" + ("" if every else "  （全部 all: gridcase accounts --all）")
    )
    console.print(_cast(city, every=every))
    _show_key(city, address)
    port = "" if address == ADDRESS else f" PORT={address.rpartition(':')[2]}"
    console.print(f"\n[bold]接着 Next[/bold]  {address}/docs  ·  在另一终端 in a second terminal: make tour{port}\n",
                  highlight=False, soft_wrap=True)  # fmt: skip


def _cast(city: City, *, every: bool) -> Table:
    table = Table("role", "login", "password", box=None, pad_edge=False, header_style="bold")
    for column in table.columns:
        column.no_wrap = True
    table.add_column("谁 who", overflow="fold")
    for member in sorted(city.cast, key=lambda m: SHOWN.index(m.login) if m.login in SHOWN else len(SHOWN)):
        if every or member.login in SHOWN:
            table.add_row(member.role, member.login, load.demo_password(member.login), member.who_zh)
    return table


def _show_key(city: City, address: str) -> None:
    machine = city.machines[0]
    key = load.demo_key(machine.id)
    cell = next(cell for cell in city.cells if cell.code == "150102001001001")
    place = cell.boundary.representative_point()
    console.print(f"\n[bold]接口密钥 API key[/bold]  {machine.name} {machine.name_en}\n{key}", highlight=False)
    console.print("\n[bold]粘贴即可登记一件 Paste this to register a request[/bold]")
    curl = CURL.format(address=address, key=key, lon=place.x, lat=place.y)
    console.print(curl, markup=False, highlight=False, soft_wrap=True)
