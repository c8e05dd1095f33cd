"""What is done with a proxy, verb first. Each: lock the case, judge, change, record."""

from app.proxy.actions.absence import give_up, stay
from app.proxy.actions.errand import Proof, begin_errand, drop_errand, finish_errand, pass_on, plan_errand
from app.proxy.actions.relation import (
    Terms,
    authorise,
    authorise_by_code,
    close,
    decline,
    decline_by_code,
    file,
    offer,
    open_proof,
    recall,
    request,
    request_by_code,
    revoke,
    revoke_by_code,
    step_down,
)
from app.proxy.actions.sweep import sweep_proxies

__all__ = [
    "Proof",
    "Terms",
    "authorise",
    "authorise_by_code",
    "begin_errand",
    "close",
    "decline",
    "decline_by_code",
    "drop_errand",
    "file",
    "finish_errand",
    "give_up",
    "offer",
    "open_proof",
    "pass_on",
    "plan_errand",
    "recall",
    "request",
    "request_by_code",
    "revoke",
    "revoke_by_code",
    "stay",
    "step_down",
    "sweep_proxies",
]
