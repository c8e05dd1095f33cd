"""Mediations brought to a state by the cast: Li registers, the labour department passes it to the committee, Zhou mediates."""

import uuid
from datetime import date, datetime, time, timedelta
from itertools import count, islice
from typing import Any
from zoneinfo import ZoneInfo

from seeds.reference.load import read_calendar
from tests.cast import Cast, Person, member, report, service
from tests.support.clock import going
from tests.support.files import png

COMMITTEE, CENTRE = "M150102001", "C150102001"
ZHOU, LI, ZHANG = "zhou.mediator", "li.window", "zhang.hrss"
HOHHOT = ZoneInfo("Asia/Shanghai")
CALENDAR = read_calendar("china")
PARTIES = [
    {"role": "petitioner", "name": "张三", "phone": "13800000000"},
    {"role": "respondent", "name": "示范建筑公司", "phone": "13900000001"},
]
APPLICATION = {"channel": "people", "origin": "application", "text": "申请调解拖欠工资一事。"}
WHY = {"reason": "当事人要求"}


def open_day(ahead: int) -> date:
    """The day that lies that many working days from now: centres are closed on all others."""
    days = (going().astimezone(HOHHOT).date() + timedelta(days=n) for n in count(1))
    return next(islice((day for day in days if CALENDAR.is_workday(day)), ahead - 1, None))


def today(days: int = 0) -> str:
    """The city's day, or one some days off."""
    return (going().astimezone(HOHHOT).date() + timedelta(days=days)).isoformat()


class Talks:
    """One case and its mediation. `does` acts as Zhou (or `who`) on the version seen now."""

    def __init__(self, cast: Cast, **changes: Any) -> None:
        """A wage dispute that the committee leads, registered and no more."""
        self.cast = cast
        self.receipt = cast(LI).register(
            report("dispute", "wage.arrears", **{"title": "拖欠工资一万二千元", "parties": PARTIES, **changes})
        )
        self.case = self.receipt["id"]
        if self.receipt["lead_unit"] != COMMITTEE:
            cast(ZHANG).does(self.case, "sign_for")
            cast(ZHANG).does(self.case, "offer", {"unit": COMMITTEE, "reason": "双方愿意调解，适合人民调解"})
            cast(ZHOU).does(self.case, "sign_for")
        self.id = ""

    @property
    def page(self) -> dict[str, Any]:
        """As Zhou sees it."""
        return self.seen(self.cast(ZHOU))

    def seen(self, who: Person) -> dict[str, Any]:
        """As somebody sees it."""
        reply = who.get(f"/v1/mediations/{self.id}")
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    @property
    def sides(self) -> tuple[str, str]:
        """The petitioner's id and the respondent's."""
        parties = self.page["parties"]
        first, second = (next(p["id"] for p in parties if p["role"] == r) for r in ("petitioner", "respondent"))
        return first, second

    def act(self, action: str, body: Any = None, *, who: str = ZHOU, version: int | None = None) -> Any:
        """One act; the reply."""
        person = self.cast.seat(who) if who[0].isupper() else self.cast(who)
        if version is None:
            seen = person.get(f"/v1/mediations/{self.id}")
            version = seen.json()["version"] if seen.status_code == 200 else 1
        return person.post(f"/v1/mediations/{self.id}/actions/{action}", body, version=version)

    def does(self, action: str, body: Any = None, *, who: str = ZHOU) -> dict[str, Any]:
        """One act that must succeed; the page."""
        reply = self.act(action, body, who=who)
        assert reply.status_code == 200, f"{action}: {reply.status_code} {reply.text}"
        return dict(reply.json())

    def refused(self, action: str, body: Any = None, status: int = 409, *, who: str = ZHOU) -> dict[str, Any]:
        """One act that must be refused, and change nothing."""
        before = self.page
        reply = self.act(action, body, who=who)
        assert reply.status_code == status, f"{action}: {reply.status_code} {reply.text}"
        assert self.page == before
        return dict(reply.json())

    # --- States

    def proposed(self, **changes: Any) -> "Talks":
        """Applied for."""
        reply = self.cast(ZHOU).post(f"/v1/cases/{self.case}/mediations", {**APPLICATION, **changes})
        assert reply.status_code == 201, reply.text
        self.id = reply.json()["id"]
        return self

    def consented(self, **changes: Any) -> "Talks":
        """Both sides said yes."""
        self.proposed(**changes)
        for party in self.sides:
            self.does("consent", {"party": party, "how": "in_person"})
        return self

    def ready(self, **changes: Any) -> "Talks":
        """Accepted, rights and duties told, a mediator chosen and free of ties."""
        self.consented(**changes)
        self.accepted()
        self.does("assign", {"staff": str(member(ZHOU).staff), "how": "chosen"})
        self.does("declare", {"related": False})
        return self

    def accepted(self) -> None:
        """The case is accepted and handled; every notice that waits is handed over."""
        zhou = self.cast(ZHOU)
        for step in ("accept", "handle"):
            if step in zhou.get(f"/v1/cases/{self.case}").json()["available_actions"]:
                zhou.does(self.case, step)
        self.told()

    def told(self) -> None:
        """Every notice that waits is handed over."""
        for notice in self.cast(ZHOU).get(f"/v1/cases/{self.case}").json()["notices"]:
            if notice["state"] == "drafted":
                body = service(kind=notice["kind"], at=notice["drafted_at"])
                self.cast(ZHOU).does(self.case, "serve", body)

    def started(self, **changes: Any) -> "Talks":
        """Under way."""
        self.ready(**changes)
        self.does("start")
        return self

    def file(self, purpose: str = "signature") -> str:
        """A picture with the case; its id."""
        return str(self.cast(ZHOU).attached(self.case, png(), purpose)["id"])

    def pay(self, cents: int, due: str, **changes: Any) -> dict[str, Any]:
        """An obligation of the respondent to pay."""
        petitioner, respondent = self.sides
        return {"debtor": respondent, "creditor": petitioner, "duty": "pay", "amount_cents": cents, "due": due,
                "manner": "bank_transfer", **changes}  # fmt: skip

    def terms(self, *obligations: dict[str, Any]) -> dict[str, Any]:
        """An agreement over what is owed."""
        return {"facts": "公司欠付三个月工资。", "terms": "分期付清，双方再无争议。", "obligations": list(obligations)}

    def signs(self) -> list[dict[str, Any]]:
        """What signatures it takes, each with a file."""
        petitioner, respondent = self.sides
        return [
            {"signer": "party", "party": petitioner, "evidence": self.file()},
            {"signer": "party", "party": respondent, "evidence": self.file()},
            {"signer": "mediator", "evidence": self.file()},
            {"signer": "seal", "evidence": self.file()},
        ]

    def agreed(self, *obligations: dict[str, Any]) -> "Talks":
        """A written agreement that holds; one payment of 3,000 yuan in ten days unless `obligations` say otherwise."""
        self.started()
        self.does("draft_agreement", self.terms(*(obligations or (self.pay(300_000, today(10)),))))
        for signature in self.signs():
            self.does("sign", signature)
        return self

    @property
    def obligations(self) -> list[dict[str, Any]]:
        """As they stand."""
        return list(self.page["agreement"]["obligations"])

    def paid(self, cents: int, number: int = 1, **more: Any) -> dict[str, Any]:
        """A payment recorded."""
        return self.does("record_performance", self.payment(cents, number, **more))

    def payment(self, cents: int, number: int = 1, **more: Any) -> dict[str, Any]:
        """A payment."""
        return {"obligation": self.obligations[number - 1]["id"], "amount_cents": cents, "on": today(), **more}

    def room(self) -> str:
        """The committee's mediation room at the centre."""
        rooms = self.cast(ZHOU).get(f"/v1/centres/{CENTRE}/rooms").json()["rooms"]
        return str(next(room["id"] for room in rooms if room["kind"] == "mediation"))

    def talk(self, days: int = 1, hour: int = 9, **changes: Any) -> dict[str, Any]:
        """A talk of an hour in that room, so many days of work ahead."""
        since = datetime.combine(open_day(days), time(hour), HOHHOT)
        times = {"since": since.isoformat(), "until": (since + timedelta(hours=1)).isoformat()}
        return {**times, "room": self.room(), **changes}


def instant(days: float) -> datetime:
    """Now and some days, in UTC."""
    return going() + timedelta(days=days)


def fresh() -> str:
    """An id that nothing has."""
    return str(uuid.uuid4())
