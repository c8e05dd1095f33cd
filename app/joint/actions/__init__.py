"""Acting together on a case. Every act is an event of the case; its words are notes of the case."""

from app.joint.actions.meetings import (
    Decision,
    Invitation,
    accept_meeting,
    call_meeting,
    cancel_meeting,
    decline_meeting,
    hold_meeting,
)
from app.joint.actions.tasks import answer, give, recall, refuse, return_for_more, sign_for, waive
from app.joint.actions.whistles import arrive, call_out, object_to_call, rule_on_call, settle

__all__ = [
    "Decision",
    "Invitation",
    "accept_meeting",
    "answer",
    "arrive",
    "call_meeting",
    "call_out",
    "cancel_meeting",
    "decline_meeting",
    "give",
    "hold_meeting",
    "object_to_call",
    "recall",
    "refuse",
    "return_for_more",
    "rule_on_call",
    "settle",
    "sign_for",
    "waive",
]
