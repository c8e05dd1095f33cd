"""Lists find by what somebody may see before they look at what is asked for.

The indexes by which cases are found in areas hold requests and events alone; what hangs on these says so; a part in a case
carries when the case is due. Writes the tables named under COLUMNS anew: in a city of a million cases, at night.
"""

from collections.abc import Iterator, Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "sight_before_filters"
down_revision: str | None = "two_persons_decide"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = ("case_text", "party", "assignment", "rating", "reopening_request", "notice", "supervision", "clock")
FUNCTIONS = ("functions/by_area.sql", "functions/due_of_part.sql", "functions/due_of_parts.sql")
VIEWS = ("functions/open_clock.sql", "functions/running_clock.sql")  # all columns of the clocks
FILLED = """
    update {table} t set by_area = c.kind in ('request', 'event') from cases c where c.id = t.case_id{some}
"""
OPEN = "kind in ('request', 'event')"
OFFERED = "staff is not null and state in ('offered', 'signed')"
WAITING = "state in ('drafted', 'failed', 'attempted')"
# New and old indexes by name: table, what is indexed, of which rows.
NEW = {
    "ix_cases_open_cell": ("cases", "(cell, category, registered_at)", OPEN),
    "ix_cases_open_centre": ("cases", "(centre, status)", OPEN),
    "ix_cases_open_community": ("cases", "(community, status, due, id)", OPEN),
    "ix_cases_open_community_newest": ("cases", "(community, id)", OPEN),
    "ix_cases_open_county": ("cases", "(county, status, due, id)", OPEN),
    "ix_cases_open_county_newest": ("cases", "(county, id)", OPEN),
    "ix_cases_open_lead_unit": ("cases", "(lead_unit, status, due, id)", OPEN),
    "ix_cases_open_newest": ("cases", "(id)", OPEN),
    "ix_cases_open_point": ("cases", "using gist (point)", OPEN),
    "ix_cases_open_queue": ("cases", "(queue, city)", f"{OPEN} and queue is not null"),
    "ix_cases_open_status": ("cases", "(status, due, id)", OPEN),
    "ix_cases_open_township": ("cases", "(township, status, due, id)", OPEN),
    "ix_cases_open_township_newest": ("cases", "(township, id)", OPEN),
    "ix_cases_worker": ("cases", "(worker)", "status in ('registered', 'accepted', 'handling', 'concluded')"),
    "ix_case_access_due": ("case_access", "(grantee, due, case_id)", ""),
    "ix_case_text_bigrams_by_area": ("case_text", "using gin (bigrams)", "by_area"),
    "ix_party_phone_index_by_area": ("party", "(phone_index)", "phone_index is not null and by_area"),
    "ix_assignment_staff_by_area": ("assignment", "(staff)", f"{OFFERED} and by_area"),
    "ix_rating_awaited_by_area": ("rating", "(window_ends)", "rated_at is null and superseded_at is null and by_area"),
    "ix_rating_invited_at_by_area": ("rating", "(invited_at)", "superseded_at is null and by_area"),
    "ix_reopening_request_open_by_area": ("reopening_request", "(case_id)", "state = 'open' and by_area"),
    "ix_reopening_request_state_by_area": ("reopening_request", "(state, asked_at, id)", "by_area"),
    "ix_notice_due_by_area": ("notice", "(state, drafted_at, id)", f"{WAITING} and by_area"),
    "ix_supervision_pending_by_area": ("supervision", "(due, id)", "ended_at is null and by_area"),
    "ix_clock_emergency_by_area": ("clock", "(subject, case_id)", "kind = 'emergency' and by_area"),
}
OLD = {
    "ix_cases_cell": ("cases", "(cell, category, registered_at)", ""),
    "ix_cases_centre": ("cases", "(centre, status)", ""),
    "ix_cases_community": ("cases", "(community, status, due, id)", ""),
    "ix_cases_county": ("cases", "(county, status, due, id)", ""),
    "ix_cases_lead_unit": ("cases", "(lead_unit, status, due, id)", ""),
    "ix_cases_point": ("cases", "using gist (point)", ""),
    "ix_cases_queue": ("cases", "(queue, city)", "queue is not null"),
    "ix_cases_status": ("cases", "(status, due, id)", ""),
    "ix_cases_township": ("cases", "(township, status, due, id)", ""),
    "ix_case_text_bigrams": ("case_text", "using gin (bigrams)", ""),
    "ix_party_phone_index": ("party", "(phone_index)", "phone_index is not null"),
    "ix_rating_awaited": ("rating", "(window_ends)", "rated_at is null and superseded_at is null"),
    "ix_rating_invited_at": ("rating", "(invited_at)", ""),
    "ix_reopening_request_state": ("reopening_request", "(state, asked_at, id)", ""),
    "ix_notice_due": ("notice", "(state, drafted_at, id)", WAITING),
    "ix_supervision_pending": ("supervision", "(due, id)", "ended_at is null"),
}


def made(indexes: dict[str, tuple[str, str, str]]) -> Iterator[str]:
    """The statements that make indexes while cases are written."""
    for name, (table, what, where) in indexes.items():
        yield f"create index concurrently if not exists {name} on {table} {what}{f' where {where}' if where else ''}"


def _change(make: dict[str, tuple[str, str, str]], drop: dict[str, tuple[str, str, str]]) -> None:
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = '5s'")
        op.execute("set statement_timeout = '1h'")
        for statement in made(make):
            op.execute(statement)
        for name in drop:
            op.execute(f"drop index concurrently if exists {name}")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '1h'")
    op.execute("alter table case_access add column if not exists due timestamptz")
    for table in COLUMNS:
        op.execute(f"alter table {table} add column if not exists by_area boolean")
    for file in (*VIEWS, *FUNCTIONS):
        run(file)
    op.execute("update case_access a set due = c.due from cases c where c.id = a.case_id")
    for table in COLUMNS:
        op.execute(FILLED.format(table=table, some=" and t.kind = 'emergency'" if table == "clock" else ""))
    _change(NEW, OLD)


def downgrade() -> None:
    _change(OLD, NEW)
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '1h'")
    for file in reversed((*VIEWS, *FUNCTIONS)):
        undo(file)
    for table in reversed(COLUMNS):
        op.execute(f"alter table {table} drop column if exists by_area")
    op.execute("alter table case_access drop column if exists due")
    for file in VIEWS:
        run(file)
