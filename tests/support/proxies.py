"""A proxy brought to a state by the steps that resident, clerk and proxy would take."""

from datetime import timedelta
from typing import Any

from app.core.crypto import keys
from tests.cast import Cast, Lives, Person, member
from tests.support.clock import present
from tests.support.files import jpeg
from tests.support.residents import door

LI, WANG, CHEN = "li.window", "wang.grid", "chen.housing"
WITNESS = "C150102001001.window_clerk.1"  # of another unit than asks and offers: records what the resident said
ALL = ["submit_materials", "enquire", "receive_notices", "attend_sessions"]
MATTER = "代办供暖诉求：递交材料、查询进展、转告文书。"


def soon(**more: Any) -> str:
    """An instant ahead: in thirty days unless `more` says otherwise."""
    return (present() + timedelta(**(more or {"days": 30}))).isoformat()


def paper(cast: Cast, case: str, who: str = LI) -> str:
    """A photo of the signed paper, attached to the case; gives its id."""
    return str(cast(who).attached(case, jpeg(), "authority")["id"])


def wish(case: str, **proof: str) -> dict[str, str]:
    """What the resident wishes, and what shows it: their query code."""
    return {"wish": "行动不便，请代为递交材料。", **(proof or own_code(case))}


def own_code(case: str) -> dict[str, str]:
    """As the resident gives it at the desk."""
    return {"code": keys().query_code(case, 1)}


def requested(cast: Cast, case: str, who: str = LI) -> dict[str, Any]:
    """Asked for at the window."""
    reply = cast(who).post(f"/v1/cases/{case}/proxies", wish(case))
    assert reply.status_code == 201, reply.text
    assert reply.headers["etag"] == '"1"'
    return dict(reply.json())


def someone(cast: Cast, who: str) -> Person:
    """By login or by post."""
    return cast(who) if who[0].islower() else cast.seat(who)


def move(
    cast: Cast,
    who: str,
    proxy: str,
    action: str,
    body: Any = None,
    *,
    version: int | None = None,
    key: str | None = None,
) -> Any:
    """A step on the version that this caller sees now (or the one given)."""
    person, url = someone(cast, who), f"/v1/proxies/{proxy}"
    if version is None:
        seen = person.get(url)
        version = seen.json()["version"] if seen.status_code == 200 else 1
    return person.post(f"{url}/actions/{action}", body, version=version, key=key)


def does(cast: Cast, who: str, proxy: str, action: str, body: Any = None) -> dict[str, Any]:
    """A step that must succeed; gives the proxy's page."""
    reply = move(cast, who, proxy, action, body)
    assert reply.status_code == 200, f"{who} {action}: {reply.status_code} {reply.text}"
    return dict(reply.json())


def offered(cast: Cast, case: str, staff: str | None = None, **more: Any) -> dict[str, Any]:
    """wang.grid (or another) is offered."""
    proxy = requested(cast, case)["id"]
    body = {"staff": staff or str(member(WANG).staff), "capacity": "grid_worker", **more}
    return does(cast, LI, proxy, "offer", body)


def terms(cast: Cast, case: str, **changes: Any) -> dict[str, Any]:
    """What the resident said before a witness, or (`evidence` paper) signed."""
    body = {"matter": MATTER, "powers": ALL, "valid_until": soon(), "evidence": "recorded_consent", **changes}
    if body["evidence"] == "recorded_consent":
        return {"consent": "本人当面口述，社区中心窗口见证。", **body}
    return body if "attachments" in body else {**body, "attachments": [paper(cast, case)]}


def authorised(cast: Cast, receipt: dict[str, Any], **changes: Any) -> str:
    """Recorded at the centre of the community; gives the proxy's id."""
    proxy = offered(cast, receipt["id"])["id"]
    does(cast, WITNESS, proxy, "authorise", terms(cast, receipt["id"], **changes))
    return str(proxy)


def carried(cast: Cast, receipt: dict[str, Any], **changes: Any) -> str:
    """Authorised and filed."""
    proxy = authorised(cast, receipt, **changes)
    does(cast, WANG, proxy, "file", {"filing_number": "XF-2026-0137"})
    return proxy


def errand(cast: Cast, proxy: str, kind: str = "ask", who: str = WANG, **more: Any) -> str:
    """Planned; gives its id."""
    page = does(cast, who, proxy, "plan_errand", {"kind": kind, "plan": "到区住建局询问进展", **more})
    return str(page["errands"][-1]["id"])


def done(cast: Cast, proxy: str, kind: str = "ask", **more: Any) -> dict[str, Any]:
    """Planned and done."""
    found = errand(cast, proxy, kind)
    body = {"errand": found, "at": present().isoformat(), "words": "已办。", **more}
    return does(cast, WANG, proxy, "finish_errand", body)


def own(cast: Cast, receipt: dict[str, Any]) -> list[dict[str, Any]]:
    """What the resident sees."""
    reply = door(cast, "proxy", receipt)
    assert reply.status_code == 200, reply.text
    return list(reply.json()["items"])


def signed(lives: Lives) -> dict[str, Any]:
    """An appeal that housing has signed for: neither wang.grid nor anyone of her community sees it."""
    return lives.signed()
