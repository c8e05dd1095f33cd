"""How long a file is kept after it is archived. Pure.

No law names these years for petition and mediation files (the Regulation and the Mediation Law are silent): they are
configuration, after the classes usual in archives: permanent, 30 years, 10 years. A city's profile may set its own under
`retention`, procedure by procedure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.cases.rules.terms import LIVE, Status
from app.core.errors import Words
from app.core.registry import Registry


class Retention(StrEnum):
    """永久、三十年、十年."""

    PERMANENT = "permanent"
    YEARS_30 = "30_years"
    YEARS_10 = "10_years"


class Basis(StrEnum):
    """On which ground a case is erased: its years are over, the person asked (PIPL 47), or an authority ordered it."""

    RETENTION = "retention"
    REQUEST = "request"
    ORDER = "order"


_YEARS = {Retention.YEARS_30: 30, Retention.YEARS_10: 10}
# The usual class of a procedure's files; capabilities above register theirs.
RETENTIONS: Registry[str, Retention] = Registry("retention")
RETENTIONS.add({
    "appeal": Retention.YEARS_30, "suggestion": Retention.YEARS_10, "accusation": Retention.PERMANENT,
    "review": Retention.PERMANENT, "rereview": Retention.PERMANENT, "centre_dispute_complex": Retention.YEARS_30,
})  # fmt: skip


def retention_of(procedure: str, own: Mapping[str, str]) -> Retention:
    """The class of a procedure's files: the city's own, else the usual one, else ten years. Raises ValueError for a class
    that there is not."""
    return Retention(own.get(procedure, RETENTIONS.get(procedure, Retention.YEARS_10)))


def kept_until(retention: Retention, archived: date) -> date | None:
    """The last day of keeping, counted from the first day of the year after archiving; None means for ever."""
    years = _YEARS.get(retention)
    return None if years is None else date(archived.year + years, 12, 31)


@dataclass(frozen=True, slots=True)
class Stands:
    """What speaks for and against erasing a case."""

    status: Status
    held: bool


def erase_refused(stands: Stands) -> Words | None:
    """Why the personal data of a case has to stay; None when it may go."""
    if stands.held:
        return Words("该件已依法保全，不得清除。", "The case is under legal hold; nothing of it is erased.")
    if stands.status in LIVE:
        return Words(
            "该件尚在办理，办结后方可清除个人信息。",
            "The case is still being handled; its personal data is erased once it has ended.",
        )
    return None
