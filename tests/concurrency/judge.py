"""The judge: every history against the model, every answer against the history, every final row against both."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.concurrency.clients import Board, Deed
from tests.concurrency.model import Broken, State, Town, born

Ask = Callable[..., list[Any]]
ANSWERS = {200, 403, 404, 409, 412, 422}


def histories(
    ask: Ask, town: Town, made: list[str], wrong: list[str]
) -> tuple[dict[str, list[State]], dict[str, list[Any]]]:
    """The states of each case in order, one for each event, and the events."""
    events: dict[str, list[Any]] = {}
    for row in ask(
        "select case_id::text, seq, kind, actor, data from event where case_id = any($1) order by case_id, seq", made
    ):
        events.setdefault(row["case_id"], []).append(row)
    states: dict[str, list[State]] = {}
    for case, chain in events.items():
        states[case] = [born(town, chain[0], worker_unit="C150102001001")]
        try:
            for event in chain[1:]:
                state = states[case][-1].after(event)
                if (told := event["data"].get("set", {}).get("lead_unit")) not in (None, state.lead):
                    raise Broken(f"the event says {told} leads, the model {state.lead}")
                assert state.leading.unit == state.lead  # exactly one, at every step
                states[case].append(state)
        except (Broken, AssertionError) as broken:
            wrong.append(f"{case} at {len(states[case]) + 1} {chain[len(states[case])]['kind']}: {broken}")
    return states, events


def judge_deeds(board: Board, states: dict[str, list[State]], events: dict[str, list[Any]], wrong: list[str]) -> None:
    """An answer of 200 is one event, and every event one answer; a refusal is one that the model gives too."""
    told: Counter[tuple[str, int]] = Counter()
    for deed in board.deeds:
        if deed.status not in ANSWERS:
            wrong.append(f"{deed.action}: {deed.status} {str(deed.answer)[:200]}")
        elif deed.status == 200:
            told[deed.case, deed.version + 1] += 1
            _acknowledged(deed, states[deed.case], events[deed.case], wrong)
        elif deed.case in states:
            _refused(deed, states[deed.case], wrong)
    for case, chain in events.items():
        for event in chain[1:]:
            if told[case, event["seq"]] != 1:
                wrong.append(f"{case} {event['seq']} {event['kind']}: acknowledged {told[case, event['seq']]} times")


def _acknowledged(deed: Deed, states: list[State], events: list[Any], wrong: list[str]) -> None:
    if deed.version >= len(events):
        wrong.append(f"LOST {deed.case}: {deed.action} at {deed.version + 1} was acknowledged")
        return
    event = events[deed.version]
    if (event["kind"], event["actor"]) != (deed.action, f"staff:{deed.seat.staff}"):
        wrong.append(
            f"{deed.case} {deed.version + 1}: {deed.action} by {deed.seat.post} was acknowledged, {dict(event)} stands"
        )
    if deed.version <= len(states) and not states[deed.version - 1].may(deed.seat, deed.action, deed.body):
        wrong.append(f"{deed.case} {deed.version}: the model refuses {deed.action} {deed.body} by {deed.seat.post}")
    if deed.answer.get("seen") is False and deed.version < len(states) and states[deed.version].sees(deed.seat):
        wrong.append(f"{deed.case} {deed.version + 1}: {deed.seat.post} was told to see it no more")


def _refused(deed: Deed, states: list[State], wrong: list[str]) -> None:
    if deed.version > len(states):
        return
    then = states[deed.version - 1]
    if deed.status == 412:
        current = deed.answer["current"]
        now = states[current["version"] - 1]
        if current["version"] == deed.version or (current["status"], current["lead_unit"]) != (now.status, now.lead):
            wrong.append(f"{deed.case}: stale answer {current} is no state of it")
    elif deed.status == 404:
        if all(state.sees(deed.seat) for state in states[deed.version - 1 :]):
            wrong.append(f"{deed.case} {deed.version}: hidden from {deed.seat.post}, who always saw it")
    elif then.may(deed.seat, deed.action, deed.body):
        wrong.append(
            f"{deed.case} {deed.version}: {deed.action} {deed.body} by {deed.seat.post} refused: {deed.answer.get('detail')}"
        )


def judge_pages(board: Board, states: dict[str, list[State]], wrong: list[str]) -> None:
    """Every page that was read is a state of its case, whole."""
    for case, page in board.pages:
        if page["version"] > len(states[case]):
            continue  # its history broke before, which is told
        state = states[case][page["version"] - 1]
        parts = [
            (a["unit"], a["staff"], a["part"], a["state"], a["returned_at"] is not None, a["ruling"])
            for a in page["assignments"]
        ]
        if (page["status"], page["lead_unit"], parts) != (state.status, state.lead, [p.row() for p in state.parts]):
            wrong.append(f"{case} {page['version']}: the page shows {page['lead_unit']} {parts}, the model {state}")


_FINAL = """
    select c.id::text, c.status, c.lead_unit, c.head_seq,
        (select json_agg(json_build_array(a.unit, a.staff, a.part, a.state, a.returned_at is not null, a.ruling) order by a.id)
         from assignment a where a.case_id = c.id) as parts,
        (select json_agg(json_build_array(x.grantee, x.part)) from case_access x
         where x.case_id = c.id and x.until is null) as sight
    from cases c where c.id = any($1)
"""


def judge_rows(ask: Ask, made: list[str], states: dict[str, list[State]], wrong: list[str]) -> None:
    """What is stored at the end is what the model holds: lead, status, every assignment, and who sees it."""
    rows = ask(_FINAL, made)
    if len(rows) != len(made):
        wrong.append(f"{len(made)} registrations were acknowledged, {len(rows)} are stored")
    for row in rows:
        state = states[row["id"]][-1]
        parts = [tuple(part) for part in _loaded(row["parts"])]
        sight = {tuple(grant) for grant in _loaded(row["sight"])}
        found = (row["status"], row["lead_unit"], row["head_seq"], parts, sight)
        told = (state.status, state.lead, state.version, [p.row() for p in state.parts], set(state.sight))
        if found != told:
            wrong.append(f"{row['id']}: stored {found}, the model {told}")


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def judge_the_judge(board: Board, states: dict[str, list[State]], events: dict[str, list[Any]]) -> None:
    """What never happened is found: a lost deed, one counted twice, a refusal without a ground, another lead on a page, a
    second offer, a lead that moved without a signature."""
    done = next(d for d in board.deeds if d.status == 200 and len(events[d.case]) > d.version)
    (case, page) = next((c, p) for c, p in board.pages if p["version"] <= len(states[c]))
    for false in (
        replace(board, deeds=[d for d in board.deeds if d is not done]),
        replace(board, deeds=[*board.deeds, done]),
        replace(board, deeds=[replace(d, status=409) if d is done else d for d in board.deeds]),
    ):
        found: list[str] = []
        judge_deeds(false, states, events, found)
        assert found, "a history that was tampered with passed"
    found = []
    judge_pages(replace(board, pages=[(case, {**page, "lead_unit": "C150100"})]), states, found)
    assert found
    offered = next(s for history in states.values() for s in history if s.offer and s.status == "registered")
    for kind, data in (
        ("offer", {"unit": "P150102"}),
        ("send_back", {"unit": "P150102"}),
        ("refuse", {"returned": False}),
    ):
        with pytest.raises(Broken):
            offered.after({"seq": offered.version + 1, "kind": kind, "actor": "staff:x", "data": data})
    with pytest.raises(Broken):
        offered.after({"seq": offered.version + 2, "kind": "recall", "actor": "staff:x", "data": {}})


# What must hold at every instant, asked in one snapshot while the clients work.
INVARIANT = """
    select c.id::text, c.head_seq from cases c
    cross join lateral (
        select count(*) filter (where a.state = 'signed') as leads,
            count(*) filter (where a.state = 'signed' and a.unit = c.lead_unit) as own,
            array_agg('unit:' || a.unit) filter (where a.state = 'offered') as offers
        from assignment a where a.case_id = c.id and a.part = 'lead'
    ) a
    cross join lateral (
        select array_agg(x.grantee) filter (where x.part = 'lead') as leads,
            array_agg(x.grantee) filter (where x.part = 'offer') as offers
        from case_access x where x.case_id = c.id and x.until is null
    ) x
    cross join lateral (
        select count(*) as waiting from clock k where k.case_id = c.id and k.kind in ('sign_for', 'return_ruling')
            and k.met_at is null and k.stopped_at is null
    ) k
    where c.registered_at >= $1 and (a.leads <> 1 or a.own <> 1 or x.leads is distinct from array['unit:' || c.lead_unit]
        or a.offers is distinct from x.offers or k.waiting <> coalesce(cardinality(a.offers), 0))
"""
