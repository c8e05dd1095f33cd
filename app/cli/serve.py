"""Serving one city."""

import resource
from typing import Annotated

import typer
import uvicorn

from app.capabilities import grants
from app.cli import app, console, run
from app.core import provision
from app.core.addresses import is_loopback, trusted_proxies
from app.core.database import Database
from app.core.settings import settings

MOST_FILES = 65_536


def make_room() -> None:
    """Let this process have as many connections open as the system allows: each is a file, and the usual thousand is soon
    taken by clients that send nothing, until their time is over."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


async def _can_be_served() -> None:
    """Raises RuntimeError for roles that may do too much: told once, before there are processes to tell it again and again."""
    async with Database.opened(settings().city, grants()):
        pass


@app.command("serve")
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Server processes.")] = 2,
) -> None:
    """Serve the city's API; SIGTERM lets requests in hand finish.

    Example: gridcase --city hohhot serve --port 8000
    """
    if settings().database_url and not run(provision.exists(settings().city)):
        console.print(f"[red]gridcase:[/red] there is no city {settings().city}; make it with `gridcase city create`")
        raise typer.Exit(1)
    if not is_loopback(host) and not settings().trusted_proxies:
        console.print(
            "[red]gridcase:[/red] GRIDCASE_TRUSTED_PROXIES is not set: name the networks of the proxies in front, by commas,"
            " or `none` where callers connect directly. Tries are counted by address, and without it nobody's is known"
        )
        raise typer.Exit(1)
    run(_can_be_served())
    trusted_proxies()  # what is no network is told before anything listens
    make_room()
    uvicorn.run(
        "app.main:create_served_app", factory=True, host=host, port=port, workers=workers, access_log=False,
        log_level="warning", loop="uvloop", http="app.core.protocol:TimelyProtocol", ws="none", proxy_headers=False,
        timeout_graceful_shutdown=20, timeout_keep_alive=15,
        timeout_worker_healthcheck=120,  # a busy machine takes long to import it all; uvicorn would start anew for ever
    )  # fmt: skip
