"""At any instant the proxy sees the case if and only if an authority stands, or another part in the case is theirs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import hypothesis
from hypothesis import strategies as st

from tests.cast import Cast, member, report
from tests.support.clock import present, skip
from tests.support.proxies import LI, WANG, does, move, own_code, soon, terms, wish
from tests.support.residents import door

CLERK = "C150102001001.window_clerk.1"  # of the centre that leads it at first
WORKER = str(member(WANG).staff)
ACTS = st.sampled_from(
    [
        "ask",
        "offer",
        "recall",
        "decline",
        "authorise",
        "authorise_by_code",
        "revoke",
        "revoke_by_code",
        "step_down",
        "file",
        "expire",
    ]
)
# The row as `visible_to` reads it, and the authority as its period has it, at instants of our choosing.
AT = """
    select t.at, exists (select from case_access a where a.case_id = $1::uuid and a.grantee = 'staff:' || $2::text
            and a.part = 'proxy' and (a.until is null or a.until > t.at)) as opened,
        exists (select from proxy p join proxy_authority a on a.proxy = p.id where p.case_id = $1::uuid
            and a.staff = $2::uuid and a.recorded_at <= t.at and t.at < coalesce(a.ended_at, a.valid_until)) as stands
    from unnest($3::timestamptz[]) t(at)
"""


class Carried:
    """One case, a model of its proxy, and the acts on it; an act that the model refuses must be refused."""

    def __init__(self, cast: Cast, receipt: dict[str, Any], *, otherwise: bool) -> None:
        self.cast, self.receipt, self.otherwise = cast, receipt, otherwise
        self.state, self.proxy = "", ""

    def act(self, name: str) -> None:
        expected = {
            "ask": (self.state == "", "requested"), "offer": (self.state == "requested", "offered"),
            "recall": (self.state == "offered", "requested"), "decline": (self.state in ("requested", "offered"), ""),
            "authorise": (self.state in ("offered", "authorised"), "authorised"),
            "authorise_by_code": (self.state in ("offered", "authorised"), "authorised"),
            "revoke": (self.state != "", ""), "revoke_by_code": (self.state != "", ""),
            "step_down": (self.state == "authorised", ""), "file": (self.state == "authorised", self.state),
        }  # fmt: skip
        reply = getattr(self, name)()
        if reply is None:  # time passed, or there is nothing yet to act upon
            return
        allowed, then = expected[name]
        if name == "file":  # a second filing is refused, and changes nothing
            assert reply.status_code in ((200, 409) if allowed else (404, 409)), reply.text
            return
        assert (reply.status_code < 300) is allowed, f"{name} from {self.state!r}: {reply.status_code} {reply.text}"
        if allowed:
            self.state = then

    @property
    def live(self) -> bool:
        return self.state == "authorised"

    def ask(self) -> Any:
        reply = self.cast(LI).post(f"/v1/cases/{self.receipt['id']}/proxies", wish(self.receipt["id"]))
        if reply.status_code == 201:
            self.proxy = reply.json()["id"]
        return reply

    def at(self, who: str, action: str, body: Any = None) -> Any:
        return move(self.cast, who, self.proxy, action, body) if self.proxy else None

    def offer(self) -> Any:
        return self.at(LI, "offer", {"staff": WORKER, "capacity": "grid_worker"})

    def recall(self) -> Any:
        return self.at(LI, "recall")

    def decline(self) -> Any:
        return self.at(LI, "decline", {"reason": "不需要"})

    def authorise(self) -> Any:
        return self.at(CLERK, "authorise", terms(self.cast, self.receipt["id"]))

    def authorise_by_code(self) -> Any:
        return door(
            self.cast, "proxy/authorise", self.receipt, matter="代办", powers=["enquire"], valid_until=soon(days=9)
        )

    def revoke(self) -> Any:
        return self.at(CLERK, "revoke", {"words": "撤回", **own_code(self.receipt["id"])})

    def revoke_by_code(self) -> Any:
        return door(self.cast, "proxy/revoke", self.receipt)

    def step_down(self) -> Any:
        return self.at(WANG, "step_down", {"reason": "调岗"})

    def file(self) -> Any:
        return self.at(WANG, "file", {"filing_number": "XF-1"})

    def expire(self) -> Any:
        """As time would: the period ended a moment ago, and no job has run."""
        if self.live:
            body = terms(self.cast, self.receipt["id"], valid_until=soon(seconds=1))
            does(self.cast, CLERK, self.proxy, "authorise", body)
            skip(seconds=1.01)
            self.state = ""


def check(sql: Any, carried: Carried, instants: Sequence[datetime]) -> None:
    """Now through the door, and at other instants as the row would be read then."""
    case = carried.receipt["id"]
    assert carried.cast(WANG).sees(case) is (carried.live or carried.otherwise)
    for row in sql(AT, case, WORKER, list(instants)):
        assert row["opened"] is row["stands"], dict(row)


@hypothesis.settings(
    max_examples=8, database=None, suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.generate],
)  # fmt: skip
@hypothesis.seed(20261126)
@hypothesis.given(acts=st.lists(ACTS, min_size=6, max_size=14), otherwise=st.booleans())
def _whatever_is_done(acts: list[str], otherwise: bool, cast: Cast, sql: Any) -> None:
    receipt = cast(LI).register(report("petition", "heating.temperature"))
    if otherwise:
        sql(
            "insert into case_access (case_id, grantee, part) values ($1::uuid, $2, 'task')",
            receipt["id"],
            f"staff:{WORKER}",
        )
    carried = Carried(cast, receipt, otherwise=otherwise)
    check(sql, carried, [])
    for name in ["ask", "offer", *acts]:
        carried.act(name)
        now = present()
        ahead = ({"seconds": 5}, {"days": 8}, {"days": 29}, {"days": 31})
        check(sql, carried, [now + timedelta(**step) for step in ahead])


def test_sight_is_the_authority_and_nothing_else(cast: Cast, sql: Any) -> None:
    _whatever_is_done(cast=cast, sql=sql)
