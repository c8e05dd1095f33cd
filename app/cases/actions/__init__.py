"""The steps of a case, verb first. Each: lock, judge by the table, change, record."""

from app.cases.actions.competence import dispute_competence, rule_competence
from app.cases.actions.decide import accept, conclude, decline, handle, lengthen, refer
from app.cases.actions.escalate import escalate, flag_urgent, go_up, go_up_by_code, report_upward, send_back
from app.cases.actions.evaluate import ask_to_reopen, decline_reopening, grant_reopening, rate
from app.cases.actions.family import merge, unmerge
from app.cases.actions.finish import approve_attempt, close, reopen, serve, withdraw
from app.cases.actions.handover import offer, recall, refuse, sign_for
from app.cases.actions.place import place
from app.cases.actions.reclassify import reclassify
from app.cases.actions.resident import reissue_code, reveal, same_phone, still_seen
from app.cases.actions.review import decide_review
from app.cases.actions.step import Act

__all__ = [
    "Act",
    "accept",
    "approve_attempt",
    "ask_to_reopen",
    "close",
    "conclude",
    "decide_review",
    "decline",
    "decline_reopening",
    "dispute_competence",
    "escalate",
    "flag_urgent",
    "go_up",
    "go_up_by_code",
    "grant_reopening",
    "handle",
    "lengthen",
    "merge",
    "offer",
    "place",
    "rate",
    "recall",
    "reclassify",
    "refer",
    "refuse",
    "reissue_code",
    "reopen",
    "report_upward",
    "reveal",
    "rule_competence",
    "same_phone",
    "send_back",
    "serve",
    "sign_for",
    "still_seen",
    "unmerge",
    "withdraw",
]  # fmt: skip
