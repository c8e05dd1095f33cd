"""Alembic's surroundings: the city's owner role, one transaction a migration, models for `alembic check`."""

import asyncio
import importlib
import importlib.util
import os
import pkgutil

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, pool
from sqlalchemy.dialects.postgresql.base import PGDialect, ischema_names
from sqlalchemy.ext.asyncio import create_async_engine

import app
from app.core.database import role_url, sqlalchemy_url
from app.core.tables import Base, Ltree, Xid8

for package in pkgutil.iter_modules(app.__path__):
    if package.ispkg and importlib.util.find_spec(f"app.{package.name}.models"):
        importlib.import_module(f"app.{package.name}.models")

ischema_names.update({"ltree": Ltree, "xid8": Xid8})
PGDialect.ischema_names = ischema_names
city = context.get_x_argument(as_dictionary=True).get("city") or os.environ.get("GRIDCASE_CITY", "hohhot")
OPTIONS = {
    "target_metadata": Base.metadata,
    "transaction_per_migration": True,
    "compare_type": True,
    "compare_server_default": True,
    "include_object": alembic_helpers.include_object,
    "render_item": alembic_helpers.render_item,
}


def run(connection: Connection) -> None:
    """Migrate over one connection; an advisory lock keeps two deployments apart."""
    context.configure(connection=connection, process_revision_directives=alembic_helpers.writer, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


async def online() -> None:
    """Connect as the city's owner; its search path names the schema."""
    engine = create_async_engine(sqlalchemy_url(role_url(city, "owner")), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()
elif (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    asyncio.run(online())
