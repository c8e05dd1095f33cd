"""Databases of a server, made, copied and dropped by its administrator. Needs asyncpg; may be called from anywhere,
inside a running event loop too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg


def url_of(server: str, database: str) -> str:
    """The same server and login, another database."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


def create_database(server: str, name: str) -> str:
    """Make an empty database, UTF8 and C.UTF-8 as everywhere, and return its URL."""
    _as_administrator(
        server,
        lambda admin: admin.execute(f"create database \"{name}\" template template0 encoding 'UTF8' locale 'C.UTF-8'"),
    )
    return url_of(server, name)


def clone_database(server: str, template: str, name: str) -> str:
    """Copy a database that nobody uses, with the settings its roles have in it, and return the copy's URL.

    `create database` copies what is in the database but not `alter role ... in database ... set`, and a city's roles
    take their search path from there. Roles and their passwords belong to the server: the copies share them.
    """
    _as_administrator(server, lambda admin: _clone(admin, template, name))
    return url_of(server, name)


def drop_database(server: str, name: str) -> None:
    """Drop a database, ending its sessions; none of that name is no error. Roles stay."""
    _as_administrator(server, lambda admin: admin.execute(f'drop database if exists "{name}" with (force)'))


async def _clone(admin: asyncpg.Connection, template: str, name: str) -> None:
    await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", template)
    await admin.execute(f'create database "{name}" template "{template}" strategy file_copy')
    rows = await admin.fetch(
        "select r.rolname, s.setconfig from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase"
        " left join pg_roles r on r.oid = s.setrole where d.datname = $1",
        template,
    )
    for role, settings in rows:
        whose = f'role "{role}" in database "{name}"' if role else f'database "{name}"'
        for key, _, value in (setting.partition("=") for setting in settings):
            await admin.execute("select set_config($1, $2, false)", key, value)
            await admin.execute(f'alter {whose} set "{key}" from current')


def _as_administrator(server: str, act: Callable[[asyncpg.Connection], Coroutine[Any, Any, object]]) -> None:
    async def connect_and_act() -> None:
        admin = await asyncpg.connect(server)
        try:
            await act(admin)
        finally:
            await admin.close()

    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(lambda: asyncio.run(connect_and_act())).result()
