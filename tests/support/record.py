"""Every case is the fold of its events: counted by another hand than the product's, wherever tests have left cases."""

import uuid
from datetime import UTC, datetime
from typing import Any

from app.cases.queries.chain import list_breaks
from app.checkpoints.queries import list_odd_clocks
from app.core.database import Connection

INSTANTS = {"accepted_at", "concluded_at", "closed_at"}


def fold(events: list[dict[str, Any]]) -> dict[str, Any]:
    """A case's row from its events alone."""
    first = events[0]["data"]
    row: dict[str, Any] = {"query_issue": 1, "reopened": 0, "merged_into": None, "result": None}
    row |= {"status": first["status"], "lead_unit": first["lead_unit"], **dict.fromkeys(INSTANTS)}
    receipt = first["receipt"]
    row["number"] = receipt["number"]
    if "areas" in receipt:
        row |= {k: receipt[k] for k in ("kind", "petition_class", "category", "procedure", "queue", "worker", "centre")}
        row |= {**receipt["areas"], "cell": (receipt["cell"] or {}).get("code"), "rule": receipt["routing"]["rule"]}
        row["routed_unit"] = receipt["offered_to"] or receipt["lead_unit"]
    for event in events[1:]:
        row |= event["data"].get("set", {})
    last = events[-1]
    return row | {"head_seq": last["seq"], "head_hash": last["hash"], "updated_at": last["at"]}


def differences(row: Any, events: list[dict[str, Any]]) -> list[str]:
    """The columns of a case's row that are not what its events make of them."""
    return [column for column, value in fold(events).items() if _plain(column, row[column]) != _plain(column, value)]


def _plain(column: str, value: Any) -> Any:
    if column in INSTANTS | {"received_at"} and value is not None:
        return round(value.timestamp() if isinstance(value, datetime) else float(value), 3)
    return str(value) if isinstance(value, uuid.UUID) else value


async def faults(conn: Connection) -> list[str]:
    """What does not hold of the record of a whole city."""
    found = [f"case {row.case_id} breaks at {row.seq}: {row.broken}" for row in await list_breaks(conn)]
    found += [f"{odd.where}: {odd.what}" for odd in await list_odd_clocks(conn, datetime(1970, 1, 1, tzinfo=UTC), None)]
    events: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for row in await conn.fetch("select case_id, seq, kind, at, data, hash from event order by case_id, seq"):
        events.setdefault(row["case_id"], []).append(dict(row))
    for row in await conn.fetch("select * from cases where not imported"):
        for column in differences(row, events[row["id"]]):
            found.append(f"{column} of case {row['id']} after {[e['kind'] for e in events[row['id']]]}")
    return found
