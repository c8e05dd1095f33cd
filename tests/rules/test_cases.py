"""The life of a case as a table of facts: from where to where, by whom, standing where, and what stands against it."""

import itertools
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.cases.rules import (
    LIVE,
    TRANSITIONS,
    By,
    Facts,
    Kind,
    Offer,
    Part,
    PetitionClass,
    Standing,
    Status,
    answers,
    available_actions,
    refusal,
)
from app.core.access import ROLE_PERMISSIONS, Actor, Post, Role
from app.deadlines.rules import Returns
from app.notices.rules import Notice, NoticeKind, NoticeState

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LEAD, OTHER, ABOVE = "D150102_housing", "D150102_water", "C150102"

# action | from | to ('.' stays) | where the actor must stand | what the body must hold
ARROWS = """
offer           | registered accepted handling   | .         | lead    | unit reason
sign_for        | registered accepted handling   | .         | offered |
refuse          | registered accepted handling   | .         | offered | reason
recall          | registered accepted handling   | .         | lead    |
rule_return     | registered accepted handling   | .         | lead    | upheld reason
place           | registered accepted handling   | .         | involved |
accept          | registered                     | accepted  | lead    |
decline         | registered                     | declined  | lead    | route reason
refer           | registered accepted            | referred  | lead    | route reason
handle          | accepted                       | handling  | lead    |
extend          | accepted handling              | .         | lead    | days reason
conclude        | handling                       | concluded | lead    | result reply
serve           | registered accepted handling concluded declined referred | .         | lead    | outcome method at proof
approve_attempt | registered accepted handling concluded declined referred | .         | approver |
redraft         | registered accepted handling concluded declined referred | .         | lead    |
decide_review   | handling                       | concluded | lead    | outcome reply
close           | concluded                      | closed    | lead    |
archive         | closed declined referred withdrawn | .     | lead    |
hold            | registered accepted handling concluded closed declined referred withdrawn merged | . | lead_or_above | reason
release_hold    | registered accepted handling concluded closed declined referred withdrawn merged | . | keeper | reason
reopen          | concluded closed withdrawn     | handling  | lead_or_above | reason
name_concerned | registered accepted handling concluded closed declined referred withdrawn merged | .|namer|whom reason
mend_concerned | registered accepted handling concluded closed declined referred withdrawn merged | .|namer|instead_of whom reason
lift_concerned | registered accepted handling concluded closed declined referred withdrawn merged | .|namer|whom reason
grant_reopening | closed                         | handling  | decider | reason
decline_reopening | closed                       | .         | decider | reason
escalate        | registered accepted handling   | .         | lead    | reason
go_up           | registered accepted handling   | .         | wish | reason
send_back       | registered accepted handling   | .         | lead    | guidance
dispute_competence | registered accepted handling | .        | offered | reason
rule_competence | registered accepted handling   | .         | superior | unit reason
flag_urgent     | registered accepted handling   | .         | involved | reason
report_upward   | registered accepted handling   | .         | lead    | unit reason
reclassify      | registered accepted handling   | .         | lead    | reason
withdraw        | registered accepted handling   | withdrawn | wish | reason
merge           | registered accepted handling   | merged    | lead    | into reason
unmerge         | merged                         | .         | lead    | reason
link            | registered accepted handling concluded | . | lead | other relation reason
link_repeat     | registered                     | declined  | lead    | reason
unlink          | registered accepted handling concluded declined | . | lead | reason
schedule_hearing | accepted handling             | .         | lead    | at place purpose participants
hold_hearing    | accepted handling              | .         | lead    |
record_hearing  | accepted handling              | .         | lead    | record
cancel_hearing  | accepted handling              | .         | lead    | reason
record_visit    | closed                         | .         | visitor | method reached words
track_outside   | referred                       | .         | lead    | body stage filed_on
correct         | registered accepted handling concluded closed declined referred withdrawn | . | visitor | reason
reissue_code    | registered accepted handling concluded closed | . | desk |
"""

DESK = "window_clerk coordinator handler mediator organ_head discipline_officer"
WORK = "coordinator handler mediator organ_head discipline_officer"
WHO = {
    "offer": DESK,
    "sign_for": f"grid_worker {DESK}",
    "refuse": f"grid_worker {DESK}",
    "recall": DESK,
    "rule_return": DESK,
    "place": DESK,
    "accept": DESK,
    "decline": DESK,
    "refer": DESK,
    "handle": WORK,
    "extend": "organ_head discipline_officer",
    "conclude": WORK,
    "decide_review": WORK,
    "serve": DESK,
    "redraft": DESK,
    "archive": DESK,
    **dict.fromkeys(("hold", "release_hold", "approve_attempt"), "organ_head discipline_officer supervisor"),
    "close": DESK,
    "reopen": "coordinator organ_head discipline_officer supervisor",
    "grant_reopening": "coordinator organ_head discipline_officer supervisor",
    "decline_reopening": "coordinator organ_head discipline_officer supervisor",
    "escalate": DESK,
    "go_up": f"grid_worker {DESK} integration",
    "correct": f"grid_worker {DESK} integration",
    "send_back": DESK,
    "dispute_competence": f"grid_worker {DESK}",
    "rule_competence": "coordinator organ_head",
    "flag_urgent": f"grid_worker {DESK}",
    "report_upward": DESK,
    "reclassify": DESK,
    "withdraw": DESK,
    "merge": "coordinator organ_head",
    "unmerge": "coordinator organ_head",
    "link": "coordinator organ_head",
    "link_repeat": DESK,
    "unlink": "coordinator organ_head",
    "schedule_hearing": WORK,
    "hold_hearing": WORK,
    "record_hearing": WORK,
    "cancel_hearing": WORK,
    "record_visit": DESK,
    "track_outside": DESK,
    "reissue_code": "window_clerk coordinator",
    **{f"{act}_concerned": "coordinator organ_head discipline_officer" for act in ("name", "mend", "lift")},
}
TABLE = {
    row[0]: (frozenset(row[1].split()), None if row[2] == "." else row[2], row[3], tuple(row[4].split()))
    for row in ([part.strip() for part in line.split("|")] for line in ARROWS.strip().splitlines())
}


# In which units a post stands in each relation to the case of `case()`; who is offered it and the common superior is the lead.
RELATED = {
    **{key: {LEAD} for key in ("lead", "offered", "superior", "wish", "namer")},
    **{key: {LEAD, ABOVE} for key in ("lead_or_above", "visitor", "involved", "decider", "approver")},
    "keeper": {ABOVE},
    "desk": {ABOVE},
}
LIMITS = Returns(per_unit=1, per_case=3)
OFFERED, RETURNED = Offer(1, OTHER, None, "lead"), Offer(1, OTHER, None, "lead", returned=True)
ONCE = {"returns": LIMITS, "offers": (OFFERED,)}


def member(role: str, unit: str = LEAD, person: uuid.UUID | None = None) -> Actor:
    """Someone with one post."""
    post = Post(f"{unit}.{role}.1", Role(role), unit, unit, "150102", "county")
    return Actor(id=str(person or uuid.uuid4()), kind="staff", posts=(post,))


def closing(state: str, by: str = "someone") -> tuple[Notice, ...]:
    """The notice of the result, in a state; `by` recorded its service."""
    return (Notice("n", NoticeKind.OPINION, NoticeState(state), "completion", by),)


def case(action: str = "", status: str = "registered", **changes: object) -> Facts:
    """A petition led by the housing department in which nothing but status and person can stand against `action`."""
    offered = action in ("sign_for", "refuse", "recall", "dispute_competence")
    again = action == "dispute_competence"
    facts = Facts(
        id=uuid.uuid4(), status=Status(status), kind=Kind.PETITION, petition_class=PetitionClass.APPEAL,
        standing=Standing(LEAD, frozenset({ABOVE})), version=1, offers=(Offer(1, LEAD, None, "lead"),) if offered else (),
        notices={"close": closing("served"), "approve_attempt": closing("attempted"), "serve": closing("drafted"),
                 "redraft": closing("failed")}.get(action, ()),
        queued=action == "place", held_by="staff:someone" if action == "release_hold" else None,
        extendable_until=NOW if action == "extend" else None,
        procedure="review" if action == "decide_review" else "appeal", asked=action.endswith("_reopening"),
        hearing={"hold_hearing": "scheduled", "cancel_hearing": "scheduled", "record_hearing": "opened"}.get(action),
        linked="joint" if action == "unlink" else None,
        above="C150102" if action in ("escalate", "go_up") else None, below="C150102001" if action == "send_back" else None,
        objectable_until=NOW if again else None, refused_by=frozenset({LEAD}) if again else frozenset(),
        superior=LEAD if action == "rule_competence" else None, reporting=action == "report_upward",
        namers=frozenset({LEAD} if action.endswith("_concerned") else ()), concerns=action.endswith("_concerned"),
    )  # fmt: skip
    if action == "rule_return":
        facts = replace(facts, returns=LIMITS, offers=(RETURNED,), returned_by=(OTHER,))
    return replace(facts, **changes)  # type: ignore[arg-type]


def verdict(facts: Facts, action: str, actor: Actor) -> str:
    """may | state | forbidden"""
    found = refusal(facts, action, actor, NOW)
    return "may" if found is None else "forbidden" if found.forbidden else "state"


def test_the_table_has_these_arrows_and_no_others() -> None:
    assert {t.action: (t.sources, t.target, t.by, t.required) for t in TRANSITIONS.values()} == TABLE


def test_every_status_has_words_and_every_end_a_way_in() -> None:
    assert all(status.words.zh and status.words.en for status in Status)
    assert {t.target for t in TRANSITIONS.values() if t.target} | {Status.REGISTERED} == set(Status)
    assert all(step.title.zh and step.title.en for step in TRANSITIONS.values())


@pytest.mark.parametrize("action", TABLE)
def test_who_may_take_a_step_from_which_status_standing_where(action: str) -> None:
    sources, _, stands, _ = TABLE[action]
    for status, role, unit in itertools.product(Status, Role, (LEAD, OTHER, ABOVE)):
        got = verdict(case(action, status), action, member(role, unit))
        if status not in sources:
            expected = "state"
        elif role.value not in WHO[action].split() or unit not in RELATED[stands]:
            expected = "forbidden"
        elif role in (Role.GRID_WORKER, Role.INTEGRATION):
            expected = "forbidden"  # they act by their own part alone
        else:
            expected = "may"
        assert got == expected, f"{action} from {status} by {role} of {unit}"


@pytest.mark.parametrize("action", TABLE)
def test_whoever_holds_every_post_beside_the_case_takes_no_step(action: str) -> None:
    """To see it, and to have the right in one's own unit, makes it nobody's business; nor does a part that has ended."""
    posts = tuple(post for role in Role for post in member(role, OTHER).posts)
    beside = Actor(id=str(uuid.uuid4()), kind="staff", posts=posts, at=NOW)
    ended = (Part(f"unit:{OTHER}", "offer", NOW), Part(beside.who, "registrar", NOW))
    for parts in ((), ended):
        facts = case(action, min(TABLE[action][0]))
        facts = replace(facts, standing=replace(facts.standing, parts=parts))
        assert verdict(facts, action, beside) == "forbidden"


@pytest.mark.parametrize(
    ("part", "open_to"),
    [
        (Part(f"unit:{OTHER}", "co"), {"involved"}),
        (Part(f"unit:{OTHER}", "offer", NOW + timedelta(seconds=1)), {"involved"}),
        (Part("staff:me", "task"), {"involved"}),
        (Part("staff:me", "registrar"), {"involved", "wish", "visitor"}),
        (Part("staff:another", "registrar"), set()),
        (Part(f"post:{OTHER}.organ_head.1", "mediator"), {"involved"}),
    ],
)
def test_a_part_in_the_case_opens_what_follows_from_it_alone(part: Part, open_to: set[str]) -> None:
    head = replace(member("organ_head", OTHER), id="me", at=NOW)
    for action, (sources, _, stands, _) in TABLE.items():
        if "organ_head" not in WHO[action].split():
            continue
        facts = case(action, min(sources), standing=Standing(LEAD, frozenset({ABOVE}), (part,)))
        assert (verdict(facts, action, head) == "may") is (stands in open_to), action


def test_who_placed_a_hold_releases_it_and_its_unit_does_not() -> None:
    keeper, colleague = member("organ_head"), member("organ_head")
    facts = case("release_hold", "closed", held_by=keeper.who)
    assert [verdict(facts, "release_hold", who) for who in (keeper, colleague)] == ["may", "forbidden"]
    assert verdict(facts, "release_hold", member("organ_head", ABOVE)) == "may"


def test_each_kind_of_post_grants_what_the_table_of_roles_says() -> None:
    granted = {
        action: {r.value for r in Role if step.permission in ROLE_PERMISSIONS[r]}
        for action, step in TRANSITIONS.items()
    }
    assert granted == {action: set(roles.split()) for action, roles in WHO.items()}


@pytest.mark.parametrize("status", list(Status))
def test_what_is_offered_to_a_caller_is_what_no_rule_refuses(status: Status) -> None:
    for role, accusation in itertools.product(Role, (False, True)):
        facts = case(status=status, petition_class=PetitionClass.ACCUSATION if accusation else PetitionClass.APPEAL)
        actor = member(role)
        offered = available_actions(facts, actor, NOW)
        assert offered == [action for action in TRANSITIONS if verdict(facts, action, actor) == "may"]


@pytest.mark.parametrize("action", ["merge", "unmerge", "place"])
def test_an_accusation_keeps_one_desk_and_one_file(action: str) -> None:
    sources = TABLE[action][0]
    facts = case(action, min(sources), petition_class=PetitionClass.ACCUSATION)
    assert all(verdict(facts, action, member(role)) == "state" for role in Role)


# What the state of the case has against a step, everything else being right: (action, facts that stand against it)
AGAINST = [
    ("offer", {"offers": (Offer(1, OTHER, None, "lead"),)}),
    ("sign_for", {"offers": ()}),
    ("refuse", {"offers": ()}),
    ("recall", {"offers": ()}),
    ("recall", {"offers": (Offer(1, LEAD, uuid.uuid4(), "co"),)}),
    ("recall", {"offers": (RETURNED,)}),
    ("rule_return", {"offers": (OFFERED,), "returned_by": ()}),
    ("rule_return", {"offers": ()}),
    ("rule_return", {"returns": None}),
    ("place", {"queued": False}),
    ("go_up", {"above": None}),
    ("go_up", {"came_up": True, "offers": (OFFERED,)}),
    ("conclude", {"offers": (Offer(1, OTHER, None, "lead"),)}),
    ("close", {"notices": ()}),
    *(("close", {"notices": closing(state)}) for state in ("drafted", "failed", "attempted")),
    ("close", {"notices": (*closing("served"), Notice("m", NoticeKind.ACCEPTANCE, NoticeState.DRAFTED))}),
    ("close", {"notices": (Notice("m", NoticeKind.ACCEPTANCE, NoticeState.SERVED),)}),
    ("archive", {"archived": True}),
    ("archive", {"notices": closing("drafted")}),
    ("hold", {"held_by": "staff:someone"}),
    ("release_hold", {"held_by": None}),
    ("serve", {"notices": ()}),
    *(("serve", {"notices": closing(state)}) for state in ("served", "waived", "approved", "failed")),
    *(("approve_attempt", {"notices": closing(state)}) for state in ("drafted", "served", "waived", "approved")),
    ("approve_attempt", {"notices": ()}),
    *(("redraft", {"notices": closing(state)}) for state in ("served", "waived", "attempted", "approved")),
    ("extend", {"extendable_until": None}),
    ("extend", {"extendable_until": NOW - timedelta(microseconds=1)}),
]


@pytest.mark.parametrize(("action", "facts"), AGAINST)
def test_what_stands_against_a_step(action: str, facts: dict[str, object]) -> None:
    right = case(action, min(TABLE[action][0]))
    role = next(role for role in reversed(WHO[action].split()) if role != "integration")
    who = member(role, min(RELATED[TABLE[action][2]]))
    assert verdict(right, action, who) == "may"
    assert verdict(replace(right, **facts), action, who) == "state"  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["served", "waived", "approved"])
def test_a_waiver_or_an_approved_attempt_closes_a_case(state: str) -> None:
    assert verdict(case("close", "concluded", notices=closing(state)), "close", member("handler")) == "may"


def test_once_concluded_the_record_of_the_result_may_be_made_anew() -> None:
    assert verdict(case("serve", "concluded", notices=closing("served")), "serve", member("handler")) == "may"
    assert verdict(case("serve", "concluded", notices=closing("failed")), "serve", member("handler")) == "state"


def test_nobody_approves_the_attempt_they_recorded() -> None:
    person = uuid.uuid4()
    facts = case("approve_attempt", "concluded", notices=closing("attempted", str(person)))
    assert verdict(facts, "approve_attempt", member("organ_head", person=person)) == "forbidden"
    assert verdict(facts, "approve_attempt", member("organ_head")) == "may"


# What a unit that was offered the lead may do, and who sent it, under a procedure with returns.
RETURNS = [
    ({}, "may", "state"),
    ({"objectable_until": NOW}, "may", "state"),
    ({"objectable_until": NOW - timedelta(seconds=1)}, "state", "may"),
    ({"offers": (RETURNED,), "returned_by": (OTHER,)}, "state", "may"),
    ({"returned_by": (OTHER,)}, "state", "may"),
    ({"returned_by": (LEAD, LEAD)}, "may", "state"),
    ({"returned_by": (LEAD, LEAD, LEAD)}, "state", "may"),
    ({"returns": Returns(2, 9), "returned_by": (OTHER,)}, "may", "state"),
    ({"came_up": True}, "state", "state"),
]


@pytest.mark.parametrize(("facts", "returned", "ruled"), RETURNS)
def test_a_case_is_returned_so_often_and_then_the_dispatcher_rules(
    facts: dict[str, object], returned: str, ruled: str
) -> None:
    found = case(**{**ONCE, **facts})  # type: ignore[arg-type]
    assert verdict(found, "refuse", member("handler", OTHER)) == returned
    assert verdict(found, "rule_return", member("handler", LEAD)) == ruled
    assert verdict(found, "sign_for", member("handler", OTHER)) == "may"
    assert verdict(found, "dispute_competence", member("handler", OTHER)) == "state", "that is the law of petitions"


def test_a_task_beside_an_offer_is_given_back_whatever_stands_against_the_offer() -> None:
    person = uuid.uuid4()
    task = Offer(2, LEAD, person, "co")
    over = case(**{**ONCE, "offers": (OFFERED, task), "objectable_until": NOW - timedelta(days=1)})  # type: ignore[arg-type]
    assert verdict(over, "refuse", member("grid_worker", person=person)) == "may"


def test_an_offer_by_name_is_answered_by_that_person_alone() -> None:
    person = uuid.uuid4()
    offer = Offer(1, LEAD, person, "co")
    assert answers(offer, member("grid_worker", person=person))
    assert not answers(offer, member("organ_head"))
    assert not answers(offer, member("grid_worker"))
    assert not answers(Offer(1, LEAD, None, "lead"), member("supervisor"))


def test_a_grid_worker_of_the_lead_unit_does_not_act_for_it() -> None:
    for action in ("go_up", "flag_urgent"):
        assert verdict(case(action), action, member("grid_worker")) == "forbidden"


def test_a_post_elsewhere_lends_no_right_here() -> None:
    """Two posts: head of another department, auditor of the lead unit. Neither makes a head of the lead unit."""
    posts = (*member("organ_head", OTHER).posts, *member("auditor", LEAD).posts)
    actor = Actor(id=str(uuid.uuid4()), kind="staff", posts=posts)
    assert verdict(case("extend", "accepted"), "extend", actor) == "forbidden"
    assert verdict(case("accept", "registered"), "accept", actor) == "forbidden"


def test_a_case_that_has_ended_is_only_told_kept_followed_or_taken_apart() -> None:
    """Of the ends, the lead serves what is owed, keeps the file, undoes a merge or a link, and follows what happens outside."""
    told, ended = {Status.DECLINED, Status.REFERRED}, {Status.CLOSED, Status.WITHDRAWN}
    after = {"unmerge": {Status.MERGED}, "unlink": {Status.DECLINED}, "track_outside": {Status.REFERRED},
             "serve": told, "redraft": told, "archive": told | ended}  # fmt: skip
    worked = {t.action: t.sources - LIVE for t in TRANSITIONS.values() if t.by in (By.LEAD, By.OFFERED)}
    assert {action: ends for action, ends in worked.items() if ends} == after
