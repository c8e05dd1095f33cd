"""The login roles of a city, and what each may do in its tables. Pure: `provision` grants it, `database` holds a start to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class LoginRole(StrEnum):
    """Who logs in at the database, as `CITY_role`.

    An error in a statement of a request reaches what the service's role reaches: no password, key, seat, signature.
    """

    OWNER = "owner"  # migrations, and commands that load a city
    SERVICE = "app"  # requests
    READER = "reader"  # requests that only read: lists, pages, searches; writes nothing
    RUNNER = "runner"  # what falls due, files that are brought in; signs the record, and erases
    FIGURES = "figures"  # reads what figures are counted from, and writes nothing
    ACCOUNTS = "accounts"  # who calls, log-ins, counted tries, seats that change hands


# Whoever holds a role may do all that the service may, beside what is its own.
LIKE_SERVICE = (LoginRole.SERVICE, LoginRole.RUNNER, LoginRole.ACCOUNTS)
# The floor's own tables.
APPEND_ONLY = ("read_log", "reveal_lift")
WRITES = {
    LoginRole.SERVICE: dict.fromkeys((*APPEND_ONLY, "idempotency", "data_key"), "insert"),
    LoginRole.RUNNER: {"data_key": "insert, update", "idempotency": "insert, delete"},  # to erase
    LoginRole.ACCOUNTS: {"rate_counter": "insert, update, delete"},
}
SECRET = ("rate_counter",)


@dataclass(frozen=True, slots=True)
class Grants:
    """What one role may do: `reads_all` tables but the `secret` ones, or those it `reads`; and table → privileges."""

    reads_all: bool = True
    secret: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    writes: Mapping[str, str] = field(default_factory=dict)

    def excess(self, held: Iterable[tuple[str, str]]) -> list[str]:
        """What of the privileges held (table, privilege) was not granted here, in words."""
        allowed = {(table, verb.split()[0]) for table, verbs in self.writes.items() for verb in verbs.split(", ")}
        return sorted(
            f"{verb} {table}" for table, verb in held if (table, verb) not in allowed and not self._read(table, verb)
        )

    def _read(self, table: str, verb: str) -> bool:
        return verb == "select" and (table in self.reads or (self.reads_all and table not in self.secret))
