"""Who may see a case by a part in it: access is granted and revoked here alone (`visible_to` reads it)."""

import uuid
from collections.abc import Collection
from datetime import datetime

from app.core.database import Connection

_GRANT = """
    insert into case_access (case_id, grantee, part, until) select $1, grantee, $3, $4 from unnest($2::text[]) grantee
    on conflict (case_id, grantee, part) do update set until = excluded.until
"""
_REVOKE = """
    update case_access set until = $4
    where case_id = $1 and part = any($2::text[]) and (until is null or until > $4)
        and ($3::text[] is null or grantee = any($3)) and grantee <> all($5::text[])
"""
_REVOKE_ALL = "update case_access set until = $2 where grantee = $1 and (until is null or until > $2)"


_CHANGE = """
    insert into case_access (case_id, grantee, part, until)
    select $1, g, p, null::timestamptz from unnest($3::text[], $4::text[]) as given(g, p)
    union all
    select a.case_id, a.grantee, a.part, $2 from case_access a
    where a.case_id = $1 and (a.until is null or a.until > $2)
        and exists (select from unnest($5::text[], $6::text[]) as taken(g, p)
            where a.part = p and a.grantee = coalesce(g, a.grantee))
        and not exists (select from unnest($3::text[], $4::text[]) as given(g, p) where a.part = p and a.grantee = g)
    on conflict (case_id, grantee, part) do update set until = excluded.until
"""
# Somebody's part in a case; of everybody, where no grantee is named.
Part = tuple[str | None, str]


async def change(
    conn: Connection, case_id: uuid.UUID, at: datetime, *, given: Collection[Part] = (), taken: Collection[Part]
) -> None:
    """Several parts at once: those `given` are seen by from now on, those `taken` end `at`, unless they are given."""
    columns = [[pair[n] for pair in pairs] for pairs in (given, taken) for n in (0, 1)]
    await conn.execute(_CHANGE, case_id, at, *columns)


async def grant(
    conn: Connection, case_id: uuid.UUID, grantees: Collection[str], part: str, *, until: datetime | None = None
) -> None:
    """`grantees` (`unit:CODE`, `post:ID`, `staff:UUID`, `key:ID`) see the case by this part from now on, `until` then."""
    await conn.execute(_GRANT, case_id, sorted(set(grantees)), part, until)


async def revoke(
    conn: Connection, case_id: uuid.UUID, *parts: str, at: datetime, grantees: Collection[str] | None = None,
    keep: Collection[str] = (),
) -> None:  # fmt: skip
    """What was seen by these parts ends `at`: for `grantees` (None: for all), but not for those of `keep`."""
    await conn.execute(_REVOKE, case_id, parts, None if grantees is None else list(grantees), at, list(keep))


async def revoke_all(conn: Connection, grantee: str, *, at: datetime) -> None:
    """Nothing is seen by this name any more, in whatever case."""
    await conn.execute(_REVOKE_ALL, grantee, at)
