"""The steps of a mediation. Each: lock case and mediation, judge by the table, change, record."""

from app.mediation.actions.agree import agree_orally, draft_agreement, sign
from app.mediation.actions.keep import (
    apply_confirmation,
    decide_confirmation,
    flag_missed,
    follow_up,
    record_performance,
)
from app.mediation.actions.mediators import assign, declare, relieve, relieve_absent
from app.mediation.actions.open import consent, extend, fail, open_mediation, refuse, resume, start, suspend
from app.mediation.actions.sessions import cancel_session, open_session, record_session, schedule_session

__all__ = [
    "agree_orally", "apply_confirmation", "assign", "cancel_session", "consent", "decide_confirmation", "declare",
    "draft_agreement", "extend", "fail", "flag_missed", "follow_up", "open_mediation", "open_session",
    "record_performance", "record_session", "refuse", "relieve", "relieve_absent", "resume", "schedule_session", "sign",
    "start", "suspend",
]  # fmt: skip
