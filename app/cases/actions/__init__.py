"""The steps of a case, verb first. Each: lock, judge by the table, change, record."""

from app.cases.actions.archive import archive, hold, release_hold
from app.cases.actions.competence import dispute_competence, rule_competence
from app.cases.actions.decide import accept, conclude, decline, handle, lengthen, refer
from app.cases.actions.escalate import escalate, flag_urgent, go_up, report_upward, send_back
from app.cases.actions.family import merge, unmerge
from app.cases.actions.finish import approve_attempt, close, reopen, serve, withdraw
from app.cases.actions.handover import offer, recall, refuse, sign_for
from app.cases.actions.place import place
from app.cases.actions.reclassify import reclassify
from app.cases.actions.resident import open_notice, reissue_code, reveal, same_phone, still_seen
from app.cases.actions.step import Act
from app.cases.actions.tell import redraft

__all__ = [
    "Act",
    "accept",
    "approve_attempt",
    "archive",
    "close",
    "conclude",
    "decline",
    "dispute_competence",
    "escalate",
    "flag_urgent",
    "go_up",
    "handle",
    "hold",
    "lengthen",
    "merge",
    "offer",
    "open_notice",
    "place",
    "recall",
    "reclassify",
    "redraft",
    "refer",
    "refuse",
    "reissue_code",
    "release_hold",
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
