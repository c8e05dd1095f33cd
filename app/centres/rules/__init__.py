"""Pure decisions: when a centre is open, who is on duty, which rooms are free."""

from app.centres.rules.duty import (
    HOW_WORDS,
    INSTEAD_WORDS,
    STATE_WORDS,
    DutyState,
    Instead,
    Stationing,
    duty_state,
    instead,
)
from app.centres.rules.hours import (
    DAY,
    Hours,
    Opening,
    Span,
    Weekly,
    instant,
    next_opening,
    opening_at,
    openings,
    spans_on,
    unfit_spans,
    weekday_of,
)
from app.centres.rules.rooms import (
    MOST_AHEAD,
    BookingPurpose,
    Period,
    RoomKind,
    free_within,
    overlaps,
    unfit_booking,
    unfit_shift,
)
from app.centres.rules.workflows import BOOKINGS, CENTRES, Booking, KeptCentre

__all__ = [
    "BOOKINGS", "CENTRES", "DAY", "HOW_WORDS", "INSTEAD_WORDS", "MOST_AHEAD", "STATE_WORDS", "Booking",
    "BookingPurpose", "DutyState", "Hours", "Instead", "KeptCentre", "Opening", "Period", "RoomKind", "Span",
    "Stationing", "Weekly", "duty_state", "free_within", "instant", "instead", "next_opening", "opening_at", "openings",
    "overlaps", "spans_on", "unfit_booking", "unfit_shift", "unfit_spans", "weekday_of",
]  # fmt: skip
