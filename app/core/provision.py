"""Making room for a city on a server: its schema, its login roles, the shared extensions.

Runs as the administrator that DATABASE_URL names. Everything here may be repeated.
"""

import re
from collections.abc import Mapping

import asyncpg

from app.core.crypto import keys
from app.core.database import Connection, connect, database_name
from app.core.roles import Grants, LoginRole
from app.core.settings import settings

EXTENSIONS = ("postgis", "ltree", "pg_trgm", "btree_gist")
EXTENSION_SCHEMA = "extensions"
# A request is short. What takes longer ends, and gives back its connection and its locks: runners and imports ask for more.
PATIENCE = {"statement_timeout": "20s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "30s"}
NAME = re.compile(r"^[a-z][a-z0-9_]{0,40}$")


async def create_schema_and_roles(city: str) -> None:
    """Create (or bring up to date) schema, roles and extensions. Raises ValueError for an unusable name."""
    if not NAME.match(city) or city in {EXTENSION_SCHEMA, "public", "information_schema"} or city.startswith("pg_"):
        raise ValueError(f"a city's name is lower-case letters, digits and _, and not {city!r}")
    admin = await asyncpg.connect(settings().database_url)
    try:
        async with admin.transaction():
            await admin.execute("select pg_advisory_xact_lock(hashtext('gridcase city create'))")
            await admin.execute("set local client_min_messages = warning")
            await admin.execute(f"create schema if not exists {EXTENSION_SCHEMA}")
            for extension in EXTENSIONS:
                await admin.execute(f"create extension if not exists {extension} schema {EXTENSION_SCHEMA}")
            for role in LoginRole:
                await _make_role(admin, city, role)
            await admin.execute(f'create schema if not exists "{city}" authorization "{city}_owner"')
            for role in LoginRole:
                await admin.execute(f'grant usage on schema "{city}" to "{city}_{role}"')
    finally:
        await admin.close()


async def _make_role(admin: Connection, city: str, role: LoginRole) -> None:
    name, database = f"{city}_{role}", database_name(settings().database_url)
    password = keys().password(f"role:{name}")
    exists = await admin.fetchval("select exists (select from pg_roles where rolname = $1)", name)
    verb = "alter" if exists else "create"
    ordinary = "login nosuperuser nocreatedb nocreaterole noreplication nobypassrls"
    await admin.execute(f"{verb} role \"{name}\" {ordinary} password '{password}'")
    await admin.execute(f'grant usage on schema {EXTENSION_SCHEMA} to "{name}"')
    # Temporary tables come last: none takes the place of a table, in a function that runs with its owner's rights least of all.
    path = f'"{city}", {EXTENSION_SCHEMA}, pg_temp'
    await admin.execute(f'alter role "{name}" in database "{database}" set search_path = {path}')
    await admin.execute(f'alter role "{name}" in database "{database}" set jit = off')
    if role is not LoginRole.OWNER:
        for name_of, most in PATIENCE.items():
            await admin.execute(f'alter role "{name}" in database "{database}" set {name_of} = \'{most}\'')
        # A request is short: starting parallel workers would cost more than they save.
        await admin.execute(f'alter role "{name}" in database "{database}" set max_parallel_workers_per_gather = 0')
        # Arrays are estimated exactly, so the planner would make a new plan for every intake (register: 3x slower).
        await admin.execute(f'alter role "{name}" in database "{database}" set plan_cache_mode = force_generic_plan')


async def grant(city: str, grants: Mapping[LoginRole, Grants]) -> None:
    """After a migration: each role may do what it is granted, and nothing that an earlier version granted it."""
    owner = await connect(city, "owner")
    try:
        async with owner.transaction():
            for role, granted in grants.items():
                await _grant(owner, city, f'"{city}_{role}"', granted)
    finally:
        await owner.close()


async def list_cities() -> list[str]:
    """The cities of this server, by name."""
    admin = await asyncpg.connect(settings().database_url)
    try:
        found = await admin.fetch("select relnamespace::regnamespace::text from pg_class where relname = 'retired_key'")
        return sorted(name for (name,) in found)
    finally:
        await admin.close()


async def _grant(owner: Connection, city: str, name: str, granted: Grants) -> None:
    every = f'all tables in schema "{city}"'
    await owner.execute(f"revoke all on {every} from {name}")
    await owner.execute(f'revoke all on all sequences in schema "{city}" from {name}')
    await owner.execute(f"grant select on {', '.join(sorted(granted.reads)) or every} to {name}")
    if granted.secret:
        await owner.execute(f"revoke all on {', '.join(sorted(granted.secret))} from {name}")
    for table, verbs in granted.writes.items():
        await owner.execute(f"grant {verbs} on {table} to {name}")
    if granted.writes:
        await owner.execute(f'grant usage on all sequences in schema "{city}" to {name}')


async def exists(city: str) -> bool:
    """Whether the city has its schema and has been migrated."""
    admin = await asyncpg.connect(settings().database_url)
    try:
        return bool(await admin.fetchval("select to_regclass($1) is not null", f'"{city}".alembic_version'))
    finally:
        await admin.close()
