"""What attachments brings."""

import uuid
from collections.abc import Mapping
from typing import Any

from app.attachments.queries import HELD, RELIANCES, Reliance, list_for_file
from app.attachments.rules.steps import WORKFLOW
from app.attachments.settings import AttachmentSettings
from app.cases.actions.erasure import CLEAR
from app.cases.queries.registry import FILE_LISTS, HELD_OF_PERSON
from app.cases.rules import Facts
from app.cases.rules.registry import CHECKS, FACTS, STEP_WORDS, Fact, StepWords
from app.core.capability import Capability, changes
from app.core.errors import Words
from app.core.rekeying import SEALED, SealedTable
from app.core.workflow import WORKFLOWS

STEPS = {
    "attach": StepWords(Words("添加附件", "attachment added")),
    "withdraw_attachment": StepWords(Words("撤回附件", "attachment withdrawn")),
}

# Papers of wishes that are still kept and have not shown one yet.
PAPERS: Fact[frozenset[uuid.UUID]] = Fact(
    "wish_papers",
    "(select jsonb_agg(a.id) from attachment a where a.case_id = c.id and a.purpose = 'wish' and a.withdrawn_at is null"
    " and not exists (select from event e where e.case_id = c.id and e.data->>'paper' = a.id::text))",
    lambda found: frozenset(map(uuid.UUID, found or ())),
)
RELIED_ON = {
    "wish": Reliance(
        Words("群众的意愿", "a wish of the resident"),
        "select (e.data->>'paper')::uuid from event e where e.case_id = a.case_id and e.data ? 'paper'",
        for_good=True,
    )
}


def paper_refused(facts: Facts, asked: Mapping[str, Any]) -> Words | None:
    """Why a file does not show what the resident wishes; None when it does."""
    if asked["paper"] in PAPERS.of(facts):
        return None
    return Words(
        "本件没有这份用途为 wish 的附件，或已撤回，或已用于另一项登记。",
        "The case has no such attachment with the purpose `wish`, or it was withdrawn, or showed another wish already.",
    )


ERASED = "update attachment set file = null, seal_key = null, salt = null where case_id = any($1::uuid[])"


def register() -> None:
    """Put them where they are used."""
    WORKFLOWS.add({WORKFLOW.thing: WORKFLOW})
    HELD_OF_PERSON.add({"attachments": HELD})
    FILE_LISTS.add({"attachments": list_for_file})
    STEP_WORDS.add(STEPS)
    FACTS.add({PAPERS.name: PAPERS})
    CHECKS.add({("wish", "attachments"): paper_refused})
    RELIANCES.add(RELIED_ON)
    CLEAR.add({"attachments": ERASED})
    SEALED.add({"attachment": SealedTable("'attachment ' || t.id")})


TAGS = {
    "attachments": "Photos and papers of a case: made harmless on the way in, sealed at rest, each view logged.",
}
ATTACHMENTS = Capability(
    "attachments", tags=TAGS, settings=AttachmentSettings, register=register, writes=changes("attachment")
)
