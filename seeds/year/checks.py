"""The gate: a demo city that is not exactly what it says is not handed over."""

from app.cases.queries.chain import list_breaks
from app.core.database import Connection
from app.grids.rules import Finding

COUNTS = {
    "旗县区 counties": (9, "select count(*) from area where tier = 'county'"),
    "乡镇街道 townships": (89, "select count(*) from area where tier = 'township'"),
    "中心 centres": (1_388, "select count(*) from unit where kind = 'centre'"),
    "网格 cells": (3_300, "select count(*) from cell"),
    "网格员 workers": (3_300, "select count(distinct staff) from cell_worker where role = 'primary'"),
}


async def check(conn: Connection, *, findings: list[Finding], cases: int) -> list[str]:
    """What is wrong with the demo city, a sentence each; empty when it may be used.

    `findings` is what the coverage check of its cells found; `cases` is how many it should hold.
    """
    wrong = [f"网格 cells: {finding.as_dict()}" for finding in findings]
    for what, (wanted, statement) in {**COUNTS, "诉求 cases": (cases, "select count(*) from cases")}.items():
        found = await conn.fetchval(statement)
        if found != wanted:
            wrong.append(f"{what}: {found:,}, and not {wanted:,}")
    wrong += [f"事件链 chain: {row.case_id} {row.seq}: {row.broken}" for row in await list_breaks(conn)]
    return wrong
