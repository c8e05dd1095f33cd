"""The acts of a mediation, verb first. Each: lock case and mediation, judge by the table, change, record."""

from app.mediation.actions.agree import Promise, Terms, agree_orally, draft_agreement, sign
from app.mediation.actions.keep import (
    apply_confirmation,
    decide_confirmation,
    flag_missed,
    follow_up,
    record_performance,
)
from app.mediation.actions.mediators import assign, declare, relieve
from app.mediation.actions.open import NewParty, Said, consent, extend, open_mediation, refuse, start, with_reason
from app.mediation.actions.sessions import Seat, Talk, cancel_session, open_session, record_session, schedule_session

__all__ = [
    "NewParty",
    "Promise",
    "Said",
    "Seat",
    "Talk",
    "Terms",
    "agree_orally",
    "apply_confirmation",
    "assign",
    "cancel_session",
    "consent",
    "decide_confirmation",
    "declare",
    "draft_agreement",
    "extend",
    "flag_missed",
    "follow_up",
    "open_mediation",
    "open_session",
    "record_performance",
    "record_session",
    "refuse",
    "relieve",
    "schedule_session",
    "sign",
    "start",
    "with_reason",
]
