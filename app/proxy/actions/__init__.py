"""What is done with a proxy, verb first. Each: lock the case, judge by the table, change, record."""

from app.proxy.actions.absence import give_up, stay
from app.proxy.actions.arranging import decline, decline_by_code, offer, recall, request, request_by_code
from app.proxy.actions.authority import authorise, authorise_by_code, revoke, revoke_by_code
from app.proxy.actions.carrying import close, file, open_proof, step_down
from app.proxy.actions.errands import begin_errand, drop_errand, finish_errand, pass_on, plan_errand
from app.proxy.actions.sweep import sweep_proxies

__all__ = [
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
