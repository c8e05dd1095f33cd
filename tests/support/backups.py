"""Backups of a test's database, as an operator makes and restores them."""

import subprocess
import uuid
from pathlib import Path

import asyncpg

from app.core.settings import settings
from tests import databases
from tests.access.town import off_loop


def backup(*words: str, to: Path) -> str:
    subprocess.run(["pg_dump", "--format=custom", f"--file={to}", *words, settings().database_url], check=True)
    return str(to)


def restored(dump: str, *more: str) -> str:
    """A database of its own with what dumps hold; gives its URL."""
    url = databases.new_database(f"restored_{uuid.uuid4().hex[:8]}")

    async def room() -> None:
        conn = await asyncpg.connect(url)
        await conn.execute("create schema extensions")
        for extension in ("postgis", "ltree", "pg_trgm", "btree_gist"):
            await conn.execute(f"create extension {extension} schema extensions")
        await conn.close()

    off_loop(room())
    for one in (dump, *more):
        subprocess.run(
            ["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={url}", one], check=True
        )
    return url
