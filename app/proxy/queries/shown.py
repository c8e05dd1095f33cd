"""A proxy as staff and its resident see it, with everything that was done under it."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from app.cases.queries.notes import read_notes
from app.core.masking import mask_name
from app.proxy.queries.duties import Duty, list_duties
from app.proxy.queries.proxies import Authority, ErrandRow, ProxyRow, get_done, list_of_case
from app.proxy.rules import ERRAND_WORDS, POWER_WORDS, PROXIES, STATE_WORDS
from app.proxy.schemas.shown import OwnProxyOut, ProxyItem, ProxyOut
from app.reference.actions import ActionContext

Texts = Mapping[uuid.UUID | None, str | None]


def as_item(proxy: ProxyRow, now: datetime, language: str) -> ProxyItem:
    """As lists show it."""
    return ProxyItem.model_validate(_item(proxy, now, language))


def _item(proxy: ProxyRow, now: datetime, language: str) -> dict[str, Any]:
    words = STATE_WORDS[proxy.state].say(language)
    return {**asdict(proxy), "state_text": words, "until": proxy.valid_until, "overdue": proxy.overdue(now)}


async def show_proxy(act: ActionContext, proxy: ProxyRow, language: str) -> ProxyOut:
    """As staff see it: the name of a lawyer is masked."""
    done, texts = await _done(act, proxy, language)
    lawyer = proxy.lawyer
    return ProxyOut.model_validate({
        **_item(proxy, act.now, language), **done, "wish": texts.get(proxy.wish),
        "outsider": mask_name(lawyer) if lawyer else None,
        "available_actions": PROXIES.available(proxy, act.actor, act.now),
    })  # fmt: skip


async def list_own(act: ActionContext, case_id: uuid.UUID, language: str) -> list[OwnProxyOut]:
    """All there were of a case, as the resident sees them: who carries it by name, and everything that was done."""
    return [await _own(act, proxy, language) for proxy in await list_of_case(act.conn, case_id, now=act.now)]


async def _own(act: ActionContext, proxy: ProxyRow, language: str) -> OwnProxyOut:
    done, _ = await _done(act, proxy, language)
    lawyer = proxy.lawyer
    return OwnProxyOut.model_validate({
        **asdict(proxy), **done, "said": STATE_WORDS[proxy.state].say(language), "name": lawyer or proxy.staff_name,
        "contact": proxy.staff_name if lawyer else None,
        "unit": act.reference.names.get(proxy.staff_unit) if proxy.staff_unit else None,
    })  # fmt: skip


async def _done(act: ActionContext, proxy: ProxyRow, language: str) -> tuple[dict[str, Any], Texts]:
    """Authorities, errands and notices, with the texts of all."""
    done, duties = await get_done(act.conn, proxy.id), await list_duties(act.conn, proxy.id)
    notes = [proxy.wish, *(a.matter for a in done.authorities), *(d.words for d in duties)]
    notes += [note for errand in done.errands for note in (errand.plan, errand.words, errand.reply)]
    texts = await read_notes(act.conn, notes)
    return {
        "authorities": [_authority(a, texts, language) for a in done.authorities],
        "errands": [_errand(e, texts, language) for e in done.errands],
        "notices": [_duty(act, proxy, d, texts) for d in duties],
    }, texts


def _authority(found: Authority, texts: Texts, language: str) -> dict[str, Any]:
    powers = [POWER_WORDS[power].say(language) for power in found.powers]
    return {**asdict(found), "matter": texts.get(found.matter), "powers_text": powers}


def _errand(found: ErrandRow, texts: Texts, language: str) -> dict[str, Any]:
    point = None if found.lon is None else {"type": "Point", "coordinates": (found.lon, found.lat)}
    return {
        **asdict(found), "kind_text": ERRAND_WORDS[found.kind].say(language), "point": point,
        "plan": texts.get(found.plan), "words": texts.get(found.words), "reply": texts.get(found.reply),
    }  # fmt: skip


def _duty(act: ActionContext, proxy: ProxyRow, found: Duty, texts: Texts) -> dict[str, Any]:
    due, told = found.owed_by(act.reference), found.told_at or proxy.ended_at
    return {**asdict(found), "due": due, "words": texts.get(found.words), "overdue": (told or act.now) > due}
