"""The steps of a case, verb first. Each: lock, judge by the table, change, record."""

from app.cases.actions.after import record_visit, track_outside
from app.cases.actions.archive import archive, hold, release_hold
from app.cases.actions.competence import dispute_competence, rule_competence
from app.cases.actions.concerns import SaidByResident, lift_concerned, mend_concerned, name_concerned, say_concerned
from app.cases.actions.correct import correct, correct_by_code
from app.cases.actions.decide import accept, conclude, decline, extend_clock, handle, refer
from app.cases.actions.drafting import redraft
from app.cases.actions.escalate import escalate, flag_urgent, go_up, go_up_by_code, report_upward, send_back
from app.cases.actions.evaluate import ask_to_reopen, decline_reopening, grant_reopening, rate, revoke_rating
from app.cases.actions.family import merge, unmerge
from app.cases.actions.finish import approve_attempt, close, reopen, serve, withdraw
from app.cases.actions.handover import offer, recall, refuse, rule_return, sign_for
from app.cases.actions.hearing import Seat, cancel_hearing, hold_hearing, record_hearing, schedule_hearing
from app.cases.actions.link import link, link_repeat, unlink
from app.cases.actions.place import place
from app.cases.actions.reclassify import reclassify
from app.cases.actions.resident import open_notice, reissue_code, reveal, same_phone, still_seen
from app.cases.actions.review import decide_review
from app.cases.actions.wishes import undo

__all__ = [
    "SaidByResident",
    "Seat",
    "accept",
    "approve_attempt",
    "archive",
    "ask_to_reopen",
    "cancel_hearing",
    "close",
    "conclude",
    "correct",
    "correct_by_code",
    "decide_review",
    "decline",
    "decline_reopening",
    "dispute_competence",
    "escalate",
    "extend_clock",
    "flag_urgent",
    "go_up",
    "go_up_by_code",
    "grant_reopening",
    "handle",
    "hold",
    "hold_hearing",
    "lift_concerned",
    "link",
    "link_repeat",
    "mend_concerned",
    "merge",
    "name_concerned",
    "offer",
    "open_notice",
    "place",
    "rate",
    "recall",
    "reclassify",
    "record_hearing",
    "record_visit",
    "redraft",
    "refer",
    "refuse",
    "reissue_code",
    "release_hold",
    "reopen",
    "report_upward",
    "reveal",
    "revoke_rating",
    "rule_competence",
    "rule_return",
    "same_phone",
    "say_concerned",
    "schedule_hearing",
    "send_back",
    "serve",
    "sign_for",
    "still_seen",
    "track_outside",
    "undo",
    "unlink",
    "unmerge",
    "withdraw",
]  # fmt: skip
