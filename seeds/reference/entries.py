"""What the reference files may say: a model for each file and entry, and how an entry becomes a dataclass of the rules.

Where an entry has the fields of the dataclass, it is read into it as it stands.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator

from app.cases.rules import Route
from app.core.errors import Words
from app.deadlines import rules as deadlines
from app.routing import rules as routing

T = TypeVar("T")


def _some(items: tuple[T, ...]) -> tuple[T, ...]:
    if not items:
        raise ValueError("is empty")
    return items


Some = Annotated[tuple[T, ...], AfterValidator(_some)]
Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(strict=True, ge=1)]
Kind = Literal["petition", "dispute", "request", "event"]
PetitionClass = Literal["suggestion", "accusation", "appeal"]
# What no checklist asks about: cases are managed here, not people.
NEVER_ASKED = (
    *("民族", "宗教", "信仰", "政治", "党员", "前科", "犯罪记录", "违法记录", "评分", "打分", "积分", "信用分", "画像"),
    *("重点人员", "biometric"),
    *("ethnic", "religio", "politic", "party member", "criminal record", "score", "scoring", "profil"),
)


class Entry(BaseModel):
    """A mapping in a file that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def once(codes: Iterable[object]) -> None:
    """Raise ValueError for the first that comes twice."""
    seen = set[object]()
    for code in codes:
        if code in seen:
            raise ValueError(f"{code} appears twice")
        seen.add(code)


def once_by(field: str) -> AfterValidator:
    """Of the entries of a list no two have the same in this field."""

    def check(entries: tuple[T, ...]) -> tuple[T, ...]:
        once(getattr(entry, field) for entry in entries)
        return entries

    return AfterValidator(check)


def renamed(**names: str) -> BeforeValidator:
    """Fields of the file that the dataclass calls otherwise."""

    def change(given: Any) -> Any:
        return {names.get(name, name): value for name, value in given.items()} if isinstance(given, dict) else given

    return BeforeValidator(change)


def _counted(given: Any) -> Any:
    for name, value in given.items() if isinstance(given, dict) else ():
        if isinstance(value, int) and (isinstance(value, bool) or value < 1):
            raise ValueError(f"{name} should be a whole number from 1 up")
    return given


COUNTED = BeforeValidator(_counted)  # every number of the entry is a whole one from 1 up


class CategoryEntry(Entry):
    """An entry of categories.yaml."""

    code: Text
    name_zh: Text
    name_en: Text
    kinds: Some[Kind]
    function: Text
    urgency: Literal["emergency", "utility", "ordinary", "difficult"] | None = None
    complexity: Literal["simple", "ordinary", "complex"] | None = None
    hotline: Literal["enquiry", "help", "complaint", "report", "suggestion"] | None = None

    @model_validator(mode="after")
    def _procedure_can_be_chosen(self) -> Self:
        if ("request" in self.kinds) != (self.urgency is not None):
            raise ValueError("urgency belongs to categories of requests, and to all of them")
        if ("dispute" in self.kinds) != (self.complexity is not None):
            raise ValueError("complexity belongs to categories of disputes, and to all of them")
        return self


class CategoryFile(Entry):
    """categories.yaml: codes are unique and every kind has its `other`."""

    categories: Annotated[Some[CategoryEntry], once_by("code")]

    @model_validator(mode="after")
    def _every_kind_has_another(self) -> Self:
        codes = [category.code for category in self.categories]
        for kind in routing.KINDS:
            if f"other.{kind}" not in codes:
                raise ValueError(f"other.{kind} is missing")
        return self


# --- Kinds of disputes


class PointEntry(Entry):
    """Something to know or do. Without a status it is the practice of mediators; law names its article."""

    zh: Text
    en: Text
    status: routing.Firmness = routing.Firmness.PRACTICE
    basis_zh: Text | None = None
    basis_en: Text | None = None
    source: Text | None = None

    @model_validator(mode="after")
    def _grounded(self) -> Self:
        basis = self.basis_zh, self.basis_en
        if not all(basis) and (any(basis) or self.source or self.status is routing.Firmness.LAW):
            raise ValueError("basis_zh and basis_en go together, and law and sources need both")
        return self

    def point(self) -> routing.Point:
        """As the rules know it."""
        basis = Words(self.basis_zh, self.basis_en) if self.basis_zh and self.basis_en else None
        return routing.Point(Words(self.zh, self.en), self.status, basis, self.source)


class ChannelEntry(PointEntry):
    """A channel of mediation."""

    channel: routing.Mediation


class MethodEntry(PointEntry):
    """A point of method."""

    step: routing.Step


class ConfirmationEntry(PointEntry):
    """Whether a court may confirm the agreement."""

    possible: StrictBool


class LimitEntry(Entry):
    """The limit of another route."""

    length: Count
    unit: Literal["hour", "calendar_day", "working_day", "calendar_month", "year"]
    starts_zh: Text
    starts_en: Text


class RouteEntry(PointEntry):
    """Another route than mediation."""

    route: Route
    limit: LimitEntry | None = None

    def outside(self) -> routing.Outside:
        """As the rules know it."""
        told = self.limit
        limit = routing.Limit(told.length, told.unit, Words(told.starts_zh, told.starts_en)) if told else None
        return routing.Outside(self.route, self.point(), limit)


def _about_the_matter(asked: Words) -> Words:
    text = f"{asked.zh} {asked.en}".lower()
    if found := [word for word in NEVER_ASKED if word in text]:
        raise ValueError(f"{found[0]!r} is never asked")
    return asked


Asked = Annotated[Words, AfterValidator(_about_the_matter)]


class ChecklistEntry(Entry):
    """What to ask and which papers to collect."""

    ask: Some[Asked]
    papers: Some[Asked]


class DisputeKindEntry(Entry):
    """An entry of dispute_kinds.yaml."""

    code: Text
    name_zh: Text
    name_en: Text
    categories: Some[Text]
    procedure: Text
    joint_talks_first: StrictBool
    functions: Some[Text]
    channels: Some[ChannelEntry]
    confirmation: ConfirmationEntry
    methods: Some[MethodEntry]
    checklist: ChecklistEntry
    routes: Some[RouteEntry]

    def rule(self) -> routing.DisputeKind:
        """As the rules know it."""
        return routing.DisputeKind(
            code=self.code,
            name=Words(self.name_zh, self.name_en),
            categories=self.categories,
            procedure=self.procedure,
            joint_talks_first=self.joint_talks_first,
            functions=self.functions,
            channels=tuple((channel.channel, channel.point()) for channel in self.channels),
            confirmable=self.confirmation.possible,
            confirmation=self.confirmation.point(),
            methods=tuple((method.step, method.point()) for method in self.methods),
            questions=self.checklist.ask,
            papers=self.checklist.papers,
            routes=tuple(route.outside() for route in self.routes),
        )


class DisputeKindFile(Entry):
    """dispute_kinds.yaml; `shared` holds what several kinds say."""

    shared: list[object] = []
    kinds: Annotated[Some[DisputeKindEntry], once_by("code")]


# --- Procedures


class EscalationEntry(Entry):
    """How the clocks of a procedure are escalated."""

    name: Text
    warn_working_days: Count
    warn_share: Annotated[float, Field(gt=0, lt=1)]
    urge_working_days: Count
    criticise_working_days: Count
    hour: Count
    round_the_clock: StrictBool = False
    escalate: Literal[deadlines.EscalationStep.BREACH, deadlines.EscalationStep.CRITICISE] | None = None


class ProcedureEntry(Entry):
    """An entry of procedures.yaml; a clock's `rule` is its line in the policy table."""

    code: Text
    version: Count
    valid_from: date
    ladder: Text
    name_zh: Text
    name_en: Text
    kinds: tuple[Kind, ...] = ()
    petition_classes: tuple[PetitionClass, ...] = ()
    pauses: tuple[Literal["hearing"], ...] = ()
    basis_zh: Text
    basis_en: Text
    clocks: tuple[Annotated[deadlines.ClockRule, renamed(rule="id"), COUNTED], ...] = ()
    forbids: tuple[deadlines.Forbidden, ...] = ()
    returns: Annotated[deadlines.Returns, COUNTED] | None = None

    @model_validator(mode="after")
    def _one_completion(self) -> Self:
        kinds = [clock.kind for clock in self.clocks]
        beside = self.clocks and not self.kinds  # a duty beside a case completes nothing
        if kinds.count(deadlines.ClockKind.COMPLETION) != (0 if beside else 1) or len(set(kinds)) < len(kinds):
            raise ValueError("one completion clock is needed, and no kind of clock twice")
        return self


class ProcedureFile(Entry):
    """procedures.yaml: a code and version appear once, and name an escalation policy of the file."""

    ladders: Annotated[tuple[EscalationEntry, ...], once_by("name")] = ()
    procedures: Some[ProcedureEntry]

    @model_validator(mode="after")
    def _ladders_are_known(self) -> Self:
        once(f"{procedure.code} version {procedure.version}" for procedure in self.procedures)
        known = [policy.name for policy in self.ladders]
        for procedure in self.procedures:
            if procedure.ladder not in known:
                raise ValueError(f"{procedure.code}: {procedure.ladder!r} is not one of {', '.join(known)}")
        return self


# --- Routing


def _function_of_a_department(target: routing.Target) -> routing.Target:
    if target.function and target.kind is not routing.UnitKind.DEPARTMENT:
        raise ValueError("only a department has a function")
    return target


class MatchEntry(Entry):
    """Which cases a rule is for."""

    kind: Kind | None = None
    petition_class: PetitionClass | None = None
    categories: Some[Text] = ("*",)
    functions: tuple[Text, ...] = ()


class RoutingRuleEntry(Entry):
    """An entry of routing.yaml."""

    id: Text
    match: MatchEntry
    to: Some[Annotated[routing.Target, renamed(unit="kind"), AfterValidator(_function_of_a_department)]]
    reason_zh: Text
    reason_en: Text

    def rule(self, rank: int) -> routing.Rule:
        """As the rules know it."""
        match: dict[str, Any] = dict(self.match)
        return routing.Rule(self.id, rank, targets=self.to, reason_zh=self.reason_zh, reason_en=self.reason_en, **match)


class RoutingFile(Entry):
    """routing.yaml: the last rule takes everything."""

    rules: Annotated[Some[RoutingRuleEntry], once_by("id")]

    @model_validator(mode="after")
    def _last_takes_everything(self) -> Self:
        last = self.rules[-1]
        if last.match != MatchEntry():
            raise ValueError(f"{last.id}: the last rule must match everything")
        if last.to != (routing.Target(routing.UnitKind.INTAKE_DESK, routing.Tier.CITY),):
            raise ValueError(f"{last.id}: the last rule must lead to the city's intake desk")
        return self


# --- Calendars


class CalendarYear(Entry):
    """A year whose days off are announced: the notice, when it was published, and what changed it later."""

    year: Count
    source: Text
    published: date | None = None
    amended: Text | None = None


class CalendarYears(Entry):
    """NAME.yaml of a calendar."""

    years: Annotated[Some[CalendarYear], once_by("year")]
