"""Alembic's surroundings: the city's owner role, one transaction a migration."""

import asyncio
import os
import time

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.database import role_url, sqlalchemy_url

city = context.get_x_argument(as_dictionary=True).get("city") or os.environ.get("GRIDCASE_CITY", "hohhot")
LOCK = {"key": f"gridcase migrate {city}"}


def _wait_for_the_lock(connection: Connection) -> None:
    """Keep a second deployment waiting until the first has migrated.

    It asks again and again: a statement that waits would hold a snapshot, and `create index concurrently` waits for
    those. The lock belongs to the session, so it ends with the connection.
    """
    while not connection.scalar(text("select pg_try_advisory_lock(hashtext(:key))"), LOCK):
        connection.commit()
        time.sleep(0.2)
    connection.commit()


def _run(connection: Connection) -> None:
    _wait_for_the_lock(connection)
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def _online() -> None:
    """Connect as the city's owner; its search path names the schema."""
    engine = create_async_engine(sqlalchemy_url(role_url(city, "owner")), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
        await connection.commit()
    await engine.dispose()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(_online())
