"""What units do on a case together. Every act is an event of the case; its words are notes of the case."""

from app.joint.actions.meetings import accept_meeting, call_meeting, cancel_meeting, decline_meeting, hold_meeting
from app.joint.actions.tasks import answer, give_task, recall, refuse, return_for_more, sign_for, waive
from app.joint.actions.whistles import arrive, call_out, object_to_call, rule_on_call, settle

__all__ = [
    "accept_meeting",
    "answer",
    "arrive",
    "call_meeting",
    "call_out",
    "cancel_meeting",
    "decline_meeting",
    "give_task",
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
