"""What of a registered case may be put right, by whom and until when; what that is called. Pure.

The matter is what is decided on: once there is a result it stands as it was answered. Who brought it is reached by their
phone and e-mail, and a lost query code is sent there: whoever sets them could speak as the resident.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from app.cases.rules.terms import PartyRole, PetitionClass, Status
from app.core.errors import Words

FIELDS: dict[str, Words] = {
    "title": Words("标题", "title"), "description": Words("内容", "text"), "address": Words("地点", "address of the place"),
    "location": Words("位置", "place on the map"), "received_at": Words("收到日期", "day of receipt"),
    "party.name": Words("姓名", "name"), "party.phone": Words("电话", "phone"), "party.address": Words("住址", "address"),
    "party.email": Words("邮箱", "e-mail"),
}  # fmt: skip
MATTER = frozenset({"title", "description", "address", "location", "received_at"})
REACH = frozenset({"party.phone", "party.email"})
SPEAKERS = frozenset({PartyRole.PETITIONER, PartyRole.REPRESENTATIVE})
_OPEN = frozenset({Status.REGISTERED, Status.ACCEPTED, Status.HANDLING})
MOST_EARLIER = timedelta(days=180)


def not_corrected(
    fields: Collection[str], status: Status, petition_class: PetitionClass | None, role: str | None, *, proven: bool
) -> Words | None:
    """Why these fields are not corrected now; `role` is that of the party, `proven` that the resident wishes it."""
    if status not in _OPEN and not MATTER.isdisjoint(fields):
        return Words(
            "已有办理结果或已终结：事项内容以作出结果时为准，不再更正；只可更正人员信息。事项有误的，可申请重新办理。",
            "There is a result: the matter stands as it was answered; only people's data is corrected. Ask to have it reopened.",
        )
    if petition_class is PetitionClass.ACCUSATION and "location" in fields:
        return Words("检举控告件没有位置。", "An accusation has no place.")
    if role in SPEAKERS and not REACH.isdisjoint(fields) and not proven:
        return Words(
            "更正信访人的电话或邮箱须有本人意愿的凭据：查询码，或本人签名的材料（附件用途 wish）。",
            "The phone or e-mail of who brought it is corrected at their wish: with the query code, or a paper they signed.",
        )
    return None


def not_received_then(at: datetime, before: datetime) -> Words | None:
    """Why a matter was not received at that instant: a correction never makes a limit of the authority later."""
    if at >= before:
        return Words(
            "收到日期只可更正为更早的日期：对群众的期限不因更正而推迟。",
            "The day of receipt is only corrected to an earlier one: no limit becomes later by it.",
        )
    if before - at > MOST_EARLIER:
        return Words("收到日期早于原日期半年以上，请核对年份。", "More than half a year earlier: check the year.")
    return None


def changed(before: Mapping[str, str | None], wanted: Mapping[str, str | None]) -> list[str]:
    """The fields whose value is to be another one, in the order of FIELDS."""
    return [name for name in FIELDS if name in wanted and wanted[name] != before.get(name)]


def named(fields: Iterable[str]) -> Words:
    """Fields in words."""
    words = [FIELDS[name] for name in fields]
    return Words("、".join(w.zh for w in words), ", ".join(w.en for w in words))
