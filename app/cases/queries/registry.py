"""What capabilities above add to what is read of cases: filters of lists, the resident's view, work that waits, the file."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.database import Connection
from app.core.errors import Words
from app.core.registry import Registry
from app.reference.queries import Reference


@dataclass(frozen=True, slots=True)
class ResidentSection:
    """A part of the resident's own view (POST /v1/query), left out where there is nothing.

    `sql`: a scalar subselect in which the case is `c`; `show` makes members of the answer: (connection, what the database
    gave, rules, language).
    """

    sql: str
    show: Callable[[Connection, Any, Reference, str], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class HeldFact:
    """One thing that is held of a person: when it was, and what, in words for them."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Held:
    """A part of the copy of a person's data, left out where there is nothing. `speakers`: of those alone who brought the matter.

    `read`: (connection, case, party) → what is held of that party, nothing of others.
    """

    title: str
    speakers: bool
    read: Callable[[Connection, uuid.UUID, uuid.UUID], Awaitable[list[HeldFact]]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A property that a case has by a row of another table, one with the columns `case_id` and `by_area`.

    `rows`: the table, its alias, and which of its rows count, as what follows FROM; {value} is what is asked for.
    """

    rows: str

    def ids(self, value: str = "") -> str:
        """SELECT of the ids of the requests and events that have it."""
        return f"select {self._alias}.case_id as id from {self.rows.format(value=value)} and {self._alias}.by_area"

    def on(self, case: str, value: str = "") -> str:
        """Whether the case with this id has it, asked of its own rows alone: true or null."""
        return f"(select true from {self.rows.format(value=value)} and {self._alias}.case_id = {case} limit 1)"

    @property
    def _alias(self) -> str:
        return self.rows.split()[1]


@dataclass(frozen=True, slots=True)
class Restriction:
    """When nothing is done with the data of a case but storing and protecting it: a condition in which the case is `c`."""

    sql: str
    words: Words


LIST_FILTERS: Registry[str, Mark] = Registry("list filter")  # by the name of the filter
RESIDENT_SECTIONS: Registry[str, ResidentSection] = Registry("section of the resident's view")
# By name: a SELECT with the columns of `tasks.sql`, with {units}, {person} and {seen}: what units owe beside cases they lead.
WAITING_WORK: Registry[str, str] = Registry("waiting work")
# By the name that the template of the file knows: what hangs on a case, as the file lists it.
FILE_LISTS: Registry[str, Callable[[Connection, uuid.UUID, Reference], Awaitable[list[dict[str, object]]]]] = Registry(
    "list of the file"
)
# By kind, with the article: notes that neither page nor timeline hold; their owner shows them to whom they are for.
HIDDEN_NOTES: Registry[str, str] = Registry("kind of hidden note")
# By name: what capabilities above hold of a party, for the copy of their data.
HELD_OF_PERSON: Registry[str, Held] = Registry("held of a person")
RESTRICTIONS: Registry[str, Restriction] = Registry("restriction")
