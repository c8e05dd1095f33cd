"""What cases bring."""

from app.cases.actions.barring import BARS
from app.cases.queries.access import visible_to
from app.cases.queries.filters import OWN
from app.cases.queries.registry import HIDDEN_NOTES, LIST_FILTERS
from app.cases.rules import CASE_STEPS
from app.cases.rules.plain import WORDS
from app.cases.rules.registry import STEP_WORDS
from app.cases.settings import CasesSettings
from app.core.capability import Capability, changes
from app.core.rekeying import SEALED, SealedTable
from app.core.workflow import WORKFLOWS
from app.messages.queries import SUBJECTS, Subject

SUBJECT = Subject(
    "(select c.number from cases c where c.id = m.case_id)",
    "(select jsonb_build_array('party ' || p.id, encode(p.sealed, 'base64'), encode(key_of(p.seal_key), 'base64'))"
    " from party p where p.id = m.party)",
    "exists (select from cases c where c.id = {id} and c.petition_class = 'accusation')",
    lambda actor, p: f"exists (select from cases c where c.id = m.case_id and {visible_to(actor, p)})",
)

SEALED_HERE = {
    "case_text": SealedTable("'case_text ' || t.case_id"),
    "case_note": SealedTable("'case_note ' || t.id"),
    "party": SealedTable("'party ' || t.id"),
    "case_concern": SealedTable("'case_concern ' || t.case_id"),
    "correction": SealedTable("'correction ' || t.id"),
    "notice": SealedTable("'notice ' || t.id"),
    "rating": SealedTable("'rating ' || t.case_id"),
    "reopening_request": SealedTable("'reopening_request ' || t.id"),
    "hearing_seat": SealedTable(
        "'hearing_seat ' || t.hearing", "(select h.case_id from hearing h where h.id = t.hearing)"
    ),
}


def register() -> None:
    """The table of a case's steps, what they are called, and a case as the subject of messages."""
    WORKFLOWS.add({"case": CASE_STEPS})
    STEP_WORDS.add(WORDS)
    LIST_FILTERS.add(OWN)
    HIDDEN_NOTES.add({BARS: "XF 28, 30"})
    SUBJECTS.add({"case_id": SUBJECT})
    SEALED.add(SEALED_HERE)


TAGS = {
    "cases": "Reading cases: lists, counts, one case, its timeline. Only what the caller may see exists.",
    "steps": "What is done on a case. Each case names the steps its caller may take in `available_actions`.",
    "notices": "What residents are told in writing: each notice as it was made, how it was served, what still waits.",
    "resident": "The resident's own access: number and query code, no login.",
}
CASES = Capability(
    "cases", tags=TAGS, register=register, settings=CasesSettings,
    append_only=("event", "case_note", "correction", "erasure_order", "hearing_seat", "return_visit"),
    erases={"tombstone": "insert"},
    writes=changes(
        "cases", "case_access", "case_concern", "assignment", "case_link", "outside_procedure", "hearing", "archive",
        "legal_hold", "rating", "reopening_request", "case_text", "party",
    ) | {"code_request": "insert, update, delete"},  # update: to take requests turn by turn, with a lock
)  # fmt: skip
