"""The proxies of a case, as its steps are judged by them and as its resident is shown them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from app.cases.rules import Facts
from app.cases.rules.registry import Fact
from app.core.access import Actor
from app.core.database import Connection
from app.core.errors import Words
from app.core.workflow import Refusal
from app.reference.queries import Reference

# What a proxy may do in the case beside the errands: answer a task of their own post, say where it is, call it urgent.
# Never decide, serve, close or withdraw it, nor take a query code: the resident's word stays the resident's.
_PROXY_MAY = frozenset({"sign_for", "refuse", "place", "flag_urgent"})


@dataclass(frozen=True, slots=True)
class CarriedBy:
    """An authority under which somebody carries, or carried, the matter; `until` is the end that it had or will have."""

    staff: str
    powers: frozenset[str]
    evidence: str
    since: datetime
    until: datetime


def _refuses(proxies: tuple[CarriedBy, ...], _: Facts, action: str, actor: Actor, __: datetime) -> Refusal | None:
    if action in _PROXY_MAY or all(proxy.staff != actor.id for proxy in proxies):
        return None
    return Refusal(True, Words(
        "本件的代办员（含曾任）不得办理、送达、办结，也不得代本人撤回、上报或领取查询码。",
        "Who is or was the resident's proxy in this case neither handles, serves nor closes it, nor withdraws it, takes it up"
        " or gets its query code.",
    ))  # fmt: skip


_PROXIES = TypeAdapter(tuple[CarriedBy, ...])
PROXIES_OF_CASE = Fact(
    "proxies",
    "(select jsonb_agg(jsonb_build_object('staff', a.staff, 'powers', a.powers, 'evidence', a.evidence, 'since', a.recorded_at,"
    " 'until', coalesce(a.ended_at, a.valid_until)))"
    " from proxy p join proxy_authority a on a.proxy = p.id where p.case_id = c.id)",
    lambda found: _PROXIES.validate_python(found or ()),
    _refuses,
)
OWN_PROXY = (
    "(select jsonb_build_array(p.state, s.name, a.valid_until) from proxy p left join staff s on s.id = p.staff"
    " left join proxy_authority a on a.proxy = p.id and a.ended_at is null"
    " where p.case_id = c.id order by p.requested_at desc limit 1)"
)


async def tell_proxy(_: Connection, found: list[object], __: Reference, ___: str) -> dict[str, object]:
    """The last proxy in the resident's own view; what they did: POST /v1/query/proxy."""
    return {"proxy": dict(zip(("state", "name", "until"), found, strict=True))}


def service_refused(facts: Facts, asked: Mapping[str, Any]) -> Words | None:
    """Why handing a notice to the proxy is no service on the resident; None when it is.

    Receipt by an agent is receipt by the principal only as far as the authority goes (XZFY 17 as the model): the power to
    receive copies is not the power to let the resident's own times begin.
    """
    at, proxies = asked["at"], PROXIES_OF_CASE.of(facts)
    if asked["method"] != "proxy" or any(
        "accept_service" in proxy.powers and proxy.evidence != "recorded_consent" and proxy.since <= at < proxy.until
        for proxy in proxies
    ):
        return None
    return Words(
        "交给代办员不等于送达本人：签字的委托书或本人凭查询码的授权须在送达时有效并写明“代收送达”（accept_service），否则请送达本人。",
        "Handing it to the proxy does not serve the resident: at that time an authority with accept_service must stand, on signed"
        " paper or given by query code.",
    )


def review_refused(facts: Facts, asked: Mapping[str, Any]) -> Words | None:
    """A proxy never applies for a review."""
    if all(proxy.staff != asked["actor"].id for proxy in PROXIES_OF_CASE.of(facts)):
        return None
    return Words(
        "代办员不得代本人申请复查、复核：请本人凭编号和查询码提出，或到窗口由其他人员登记。",
        "A proxy does not apply for review: the resident does, with number and query code, or through another desk.",
    )
