"""What centres bring beside the routes: the tables of what is done to a centre and to a booking."""

from app.centres.rules import BOOKINGS, CENTRES
from app.core.capability import Capability, changes
from app.core.workflow import WORKFLOWS

TAGS = {
    "centres": "Many centres in one: who is stationed where, hours, windows, rooms, the duty rota, who is on duty now."
}


def register() -> None:
    """Put them where they are used."""
    WORKFLOWS.add({CENTRES.thing: CENTRES, BOOKINGS.thing: BOOKINGS})


CAPABILITY = Capability(
    "centres", tags=TAGS, register=register,
    writes=changes(
        "centre", "service_window", "station", "opening_hours", "special_day", "room", "room_version", "duty_shift",
        "room_booking",
    ),
)  # fmt: skip
