"""Lists of words in the schema are the lists of the rules: what one of them lets through, the other knows."""

import asyncio
import re
from collections.abc import Iterable
from typing import Literal, get_args, get_type_hints

from app.areas.rules import Tier
from app.attachments.rules.files import MEDIA_TYPES
from app.cases import rules as cases
from app.cases.rules import terms
from app.cases.rules.retention import Basis, Retention
from app.cases.schemas.further import ParticipantIn, VisitIn
from app.cases.schemas.page import AssignmentOut, ConcernOut
from app.cases.schemas.taken import ReclassifyIn, ServeIn
from app.centres.rules import BookingPurpose, RoomKind, Stationing
from app.core.database import connect
from app.core.geometry import Crs
from app.deadlines.rules import Owner
from app.emergency.rules import Shift
from app.handover import rules as handover
from app.intake.schemas import PartyIn
from app.joint.rules import calling, tasks
from app.mediation import rules as mediation
from app.mediation.schemas import taken as said
from app.messages.rules import Channel
from app.notices.rules import DUE, NoticeState
from app.privacy import rules as privacy
from app.privacy.schemas import AnswerServedIn, Relative
from app.proxy import rules as proxy
from app.review.schemas import ReopeningOut
from app.routing.rules.routes import UnitKind
from app.supervision import rules as supervision
from tests.cast import CITY

LISTED = """
    select conname, pg_get_constraintdef(oid) from pg_constraint
    where contype = 'c' and connamespace = current_schema()::regnamespace
    union all
    select relname, pg_get_expr(indpred, indrelid) from pg_index join pg_class on oid = indexrelid
    where indpred is not null and relnamespace = current_schema()::regnamespace
"""


def of(model: type[object], field: str) -> frozenset[str]:
    """The words that a field of a body or an answer may have."""
    annotation = get_type_hints(model)[field]
    literals = [part for part in (annotation, *get_args(annotation)) if getattr(part, "__origin__", None) is Literal]
    return frozenset(get_args(literals[0]))


# By what requests and events are found.
OPEN_BY = (
    "cell", "centre", "community", "community_newest", "county", "county_newest", "lead_unit", "newest", "point", "queue",
    "status", "township", "township_newest",
)  # fmt: skip
# The name of a constraint or index → the words that stand in it.
RULES: dict[str, Iterable[str]] = {
    "ck_archive_retention": Retention,
    "ck_erasure_order_basis": Basis,
    "ck_tombstone_basis": Basis,
    "ck_area_tier": Tier,
    "ck_assignment_ruling": of(AssignmentOut, "ruling"),
    "ck_attachment_media_type": MEDIA_TYPES.values(),
    "ck_attachment_purpose": terms.Purpose,
    "ck_case_concern_relation": of(ConcernOut, "relation"),
    "ck_case_link_relation": terms.Relation,
    "ck_cases_waits_above": Tier,
    "ck_cases_escalated_to": [tier for tier in Tier if tier is not Tier.COMMUNITY],
    "ck_cases_kind": terms.Kind,
    "ck_cases_located_by": terms.LocatedBy,
    "ck_cases_petition_class": terms.PetitionClass,
    "ck_cases_status": terms.Status,
    "ck_category_complexity": of(ReclassifyIn, "complexity"),
    "ck_clock_owner": Owner,
    "ck_emergency_shift_shift": Shift,
    "ck_hearing_seat_role": of(ParticipantIn, "role"),
    "ck_judicial_confirmation_state": mediation.ConfirmationState,
    "ck_mediation_channel": mediation.MediationChannel,
    "ck_mediation_consent_how": get_args(said.How),
    "ck_mediation_ended_unless_live": mediation.LIVE,
    "ck_mediation_follow_up_method": get_args(said.Method),
    "ck_mediation_obligation_duty": mediation.Duty,
    "ck_mediation_obligation_manner": of(said.ObligationIn, "manner"),
    "ck_mediation_origin": mediation.Origin,
    "ck_mediation_seat_role": get_args(said.GuestRole),
    "ck_mediation_signature_signer": of(said.SignIn, "signer"),
    "ck_mediation_state": mediation.MediationState,
    "ck_mediator_how": of(said.AssignIn, "how"),
    "ck_mediator_relation": mediation.Relation,
    "ck_meeting_seat_state": calling.SeatState,
    "ck_meeting_state": calling.MeetingState,
    "ck_message_channel": Channel,
    "ck_notice_state": NoticeState,
    "ck_outside_procedure_route": cases.TRACKED,
    "ck_outside_procedure_stage": cases.OutsideStage,
    "ck_party_role": terms.PartyRole,
    "ck_party_tell_by": of(PartyIn, "tell_by"),
    "ck_proxy_authority_evidence": proxy.Evidence,
    "ck_proxy_authority_powers": proxy.Power,
    "ck_proxy_capacity": proxy.Capacity,
    "ck_proxy_ended_unless_live": proxy.LIVE,
    "ck_proxy_errand_crs": Crs,
    "ck_proxy_errand_kind": proxy.ErrandKind,
    "ck_proxy_errand_state": proxy.ErrandState,
    "ck_proxy_passing_method": proxy.Told,
    "ck_proxy_somebody_is_named": {proxy.State.OFFERED, *proxy.CARRYING},
    "ck_proxy_state": proxy.State,
    "ck_rating_satisfaction": terms.Satisfaction,
    "ck_rating_solved": terms.Solved,
    "ck_reopening_request_cause": of(ReopeningOut, "cause"),
    "ck_reopening_request_state": of(ReopeningOut, "state"),
    "ck_return_visit_method": of(VisitIn, "method"),
    "ck_room_booking_purpose": BookingPurpose,
    "ck_room_version_kind": RoomKind,
    "ck_service_record_outcome": of(ServeIn, "outcome"),
    "ck_data_request_asked": privacy.Asked,
    "ck_data_request_decided_by_somebody": privacy.DECIDED,
    "ck_data_request_ground": privacy.Ground,
    "ck_data_request_relative": get_args(Relative),
    "ck_data_request_served_how": {"online", *of(AnswerServedIn, "method")},
    "ck_data_request_state": privacy.RequestState,
    "ck_first_word_what": handover.Decided,
    "ck_staff_handover_item_becomes": handover.Becomes,
    "ck_staff_handover_item_kind": handover.HeldKind,
    "ck_staff_handover_item_taken_by_somebody": handover.TAKEN,
    "ck_staff_handover_why": handover.Why,
    "ck_station_how": Stationing,
    "ck_supervision_kind": supervision.SupervisionKind,
    "ck_supervision_level": supervision.CardLevel,
    "ck_supervision_problem": supervision.ProblemType,
    "ck_supervision_state": supervision.SupervisionState,
    "ck_task_ended": {*tasks.OWED, tasks.TaskState.ANSWERED},
    "ck_task_source": tasks.Source,
    "ck_task_state": tasks.TaskState,
    "ck_unit_kind": UnitKind,
    "ck_unit_tier": Tier,
    "ck_whistle_call_ruling": tasks.Ruling,
    "ck_whistle_occasion": calling.Occasion,
    "ck_whistle_state": calling.WhistleState,
    **dict.fromkeys((f"ix_cases_open_{found}" for found in OPEN_BY), terms.OPEN_KINDS),
    "ix_cases_worker": cases.LIVE,
    "ix_notice_due_by_area": DUE,
    "ix_task_unit_owed": tasks.OWED,
    "uq_mediation_one_live": mediation.LIVE,
}
# Words that no rule lists: statements write them, one at a time.
STATEMENTS_ALONE = {
    "ck_assignment_part",
    "ck_assignment_state",
    "ck_case_link_review_of_an_opinion",
    "ck_category_urgency",
    "ck_cell_kind",
    "ck_cell_worker_role",
    "ck_hearing_began_when_opened",
    "ck_hearing_state",
    "ck_judicial_confirmation_decided_on_a_day",
    "ck_mediation_agreement_form",
    "ck_mediation_agreement_state",
    "ck_mediation_consent_about",
    "ck_mediation_session_began_when_opened",
    "ck_mediation_session_kind",
    "ck_mediation_session_state",
    "ck_notice_meets",
    "ck_notice_text_unless_failed",
    "ck_proxy_authority_ended_as",
    "ck_supervision_problem_named",
    "ck_task_answered_with_result",
    "ix_assignment_staff_by_area",
    "ix_assignment_staff_open",
    "ix_assignment_unit_open",
    "uq_hearing_one_ahead",
}


def test_lists_of_the_schema_are_those_of_the_rules(database: str) -> None:
    async def ask() -> dict[str, str]:
        conn = await connect(CITY, "owner")
        try:
            return {name: definition for name, definition in await conn.fetch(LISTED)}
        finally:
            await conn.close()

    lists = {
        name: frozenset(re.findall(r"'([^']*)'", found[1]))
        for name, definition in asyncio.run(ask()).items()
        if (found := re.search(r"ARRAY\[('[^\]]*)\]", definition))
    }
    expected = {name: frozenset(str(word) for word in words) for name, words in RULES.items()}
    assert {name: words for name, words in lists.items() if name not in STATEMENTS_ALONE} == expected
    assert STATEMENTS_ALONE - lists.keys() == set()
