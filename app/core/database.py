"""The one place that opens connections.

migrations/ declares the schema; statements are SQL text in the rooms, run on asyncpg; why:
docs/explanation/decisions/database.md. A city is a schema; its login roles carry the search path, so no statement names it.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import asyncpg
import uuid_utils.compat

from app.core.acts import VOUCH, Act
from app.core.crypto import keys
from app.core.errors import Words
from app.core.gathering import Gathering, Plain
from app.core.roles import Grants, LoginRole
from app.core.settings import settings
from app.core.shares import Share

Connection = Plain | Gathering

uuid7 = uuid_utils.compat.uuid7


class Parameters(list[object]):
    """The numbered parameters of a statement that is put together from clauses."""

    def add(self, value: object) -> str:
        """Append a value and give its placeholder."""
        self.append(value)
        return f"${len(self)}"


def role_url(city: str, role: str) -> str:
    """The login of a city's role on the server that DATABASE_URL names; but for the owner's, on that of the app role's login,
    where one is set."""
    configured = settings()
    if role == LoginRole.SERVICE and configured.app_database_url:
        return configured.app_database_url
    server = (
        configured.database_url if role == LoginRole.OWNER else configured.app_database_url or configured.database_url
    )
    if not server:
        raise RuntimeError("DATABASE_URL is not set: name a PostGIS database, or use `make run`, which starts one")
    name, password = f"{city}_{role}", keys().password(f"role:{city}_{role}")
    parts = urlsplit(server)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(scheme="postgresql", netloc=f"{quote(name)}:{quote(password)}@{place}"))


def sqlalchemy_url(url: str) -> str:
    """The same login for Alembic's engine."""
    return urlunsplit(urlsplit(url)._replace(scheme="postgresql+asyncpg"))


def database_name(url: str) -> str:
    """The database a URL names."""
    return unquote(urlsplit(url).path.lstrip("/"))


async def _prepare(connection: Plain) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, encoder=_dumps, decoder=json.loads, schema="pg_catalog")


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


async def be_patient(connection: Connection) -> None:
    """Take away the limits of the role until this transaction ends: for work that nobody waits for."""
    await connection.execute(
        "set local statement_timeout = 0; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0"
    )


_MIGHT = """
    select rolname::text as name, rolsuper as "is superuser", rolbypassrls as "bypasses row security",
        rolcreaterole or rolcreatedb or rolreplication as "makes roles or databases, or replicates",
        exists (select from pg_auth_members m where m.member = r.oid) as "belongs to another role",
        exists (select from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relowner = r.oid)
            as "owns tables",
        has_schema_privilege(current_schema(), 'create') as "may create tables"
    from pg_roles r where rolname = current_user
"""
_HELD = """
    select c.relname::text, verb from pg_class c, unnest('{select,insert,update,references}'::text[]) verb
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
        and has_any_column_privilege(c.oid, verb)
    union all select c.relname::text, verb from pg_class c, unnest('{delete,truncate,trigger}'::text[]) verb
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
        and has_table_privilege(c.oid, verb)
"""


async def _keep(_: Plain) -> None:
    """No reset query: connections carry no session state (measured at 130 µs a request)."""


FULL = Words("数据库连接暂时用尽，未作任何更改，请稍后重试。", "All connections are in use; nothing was done; retry.")


class Database:
    """A pool of connections under one role of one city. `turns` at it: one caller has half of it at once."""

    def __init__(self, pool: asyncpg.Pool, *, patient: bool = False) -> None:
        self.pool, self.patient = pool, patient
        most = pool.get_max_size()
        self.turns = Share(at_once=most, each=max(most // 2, 1), waiting=200, seconds=10, full=FULL)

    @classmethod
    @asynccontextmanager
    async def opened(cls, city: str, grants: Mapping[LoginRole, Grants]) -> AsyncIterator[dict[LoginRole, "Database"]]:
        """What a server process asks with. Raises RuntimeError when the service's role may do more than it is granted."""
        async with AsyncExitStack() as stack:
            opened = {}
            for role in (LoginRole.SERVICE, LoginRole.READER, LoginRole.ACCOUNTS, LoginRole.FIGURES):
                try:
                    opened[role] = await cls.open(city, role)
                except asyncpg.InvalidAuthorizationSpecificationError as refused:
                    raise RuntimeError(
                        f"the database does not let {city}_{role} in: run `gridcase migrate`, which makes the city's roles"
                    ) from refused
                stack.push_async_callback(opened[role].close)
                await opened[role].check(grants[role])
            yield opened

    @classmethod
    async def open(
        cls, city: str, role: LoginRole = LoginRole.SERVICE, *, size: int | None = None, patient: bool = False
    ) -> "Database":
        """Connect; raises OSError or asyncpg errors when the server cannot be reached. Transactions of a `patient` one may
        take long."""
        size = size or settings().pool_size
        pool = await asyncpg.create_pool(
            role_url(city, role), min_size=0, init_size=1, max_size=size, init=_prepare, reset=_keep, command_timeout=60,
            max_cacheable_statement_size=0,  # the statement of intake is longer than asyncpg would keep prepared
            server_settings={"application_name": f"gridcase {city}"},
        )  # fmt: skip
        return cls(pool, patient=patient)

    async def check(self, granted: Grants) -> None:
        """Raises RuntimeError when this login may do more than it is granted: an error in one statement would reach it all."""
        async with self.connection() as connection:
            ((_, name), *found) = [pair for row in await connection.fetch(_MIGHT) for pair in row.items()]
            too_much = [what for what, is_so in found if is_so]
            too_much = too_much or granted.excess(map(tuple, await connection.fetch(_HELD)))
        if too_much:
            raise RuntimeError(
                f"the database role {name} may do more than it should ({', '.join(too_much[:9])}). Name the city's own role,"
                " and run `gridcase migrate`, which grants it what it needs and nothing else"
            )

    async def close(self) -> None:
        """Close every connection."""
        await self.pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Plain]:
        """Autocommit: for reads and for commands that are one statement."""
        async with self.pool.acquire(timeout=10) as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Plain]:
        """All or nothing; committed when the block is left without an error. The service vouches for what it writes."""
        async with self._begun() as connection:
            await connection.execute(VOUCH, Act.new().as_setting())
            yield connection

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[Plain]:
        async with self.pool.acquire(timeout=10) as connection, connection.transaction():
            if self.patient:
                await be_patient(connection)
            yield connection

    @asynccontextmanager
    async def gathering(self) -> AsyncIterator[Gathering]:
        """The same; writes wait for the next read or the end, and then go together."""
        async with self._begun() as connection:
            gathering = Gathering(connection)
            yield gathering
            await gathering.send()

    @asynccontextmanager
    async def snapshot(self, *, writes: bool = False) -> AsyncIterator[Plain]:
        """One consistent view for several reads, and for what is written of them."""
        async with (
            self.pool.acquire(timeout=10) as connection,
            connection.transaction(isolation="repeatable_read", readonly=not writes),
        ):
            yield connection

    async def drain(self, batch: Callable[[Connection], Awaitable[int]]) -> int:
        """Run `batch`, each time in a transaction of its own, until it takes nothing; gives how much it took altogether."""
        taken = 0
        while True:
            async with self.transaction() as conn:
                more = await batch(conn)
            if not more:
                return taken
            taken += more


async def connect(city: str, role: str) -> asyncpg.Connection:
    """A single connection for commands; the caller closes it."""
    connection = await asyncpg.connect(role_url(city, role), server_settings={"application_name": f"gridcase {city}"})
    await _prepare(connection)
    return connection


async def copy_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Binary COPY of ready rows."""
    await connection.copy_records_to_table(table, columns=list(columns), records=rows)
