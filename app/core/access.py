"""Who is asking and what they may do. Pure: no database, no HTTP."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum


class Role(StrEnum):
    """The kinds of posts; `integration` is a machine with an API key."""

    GRID_WORKER = "grid_worker"
    WINDOW_CLERK = "window_clerk"
    COORDINATOR = "coordinator"
    HANDLER = "handler"
    MEDIATOR = "mediator"
    ORGAN_HEAD = "organ_head"
    DISCIPLINE_OFFICER = "discipline_officer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    INTEGRATION = "integration"


class Permission(StrEnum):
    """What a route or a transition asks for, `thing:act`."""

    CASE_REGISTER = "case:register"
    CASE_READ = "case:read"
    CASE_ACCEPT = "case:accept"
    CASE_OFFER = "case:offer"
    CASE_SIGN = "case:sign"
    CASE_HANDLE = "case:handle"
    CASE_CONCLUDE = "case:conclude"
    CASE_CLOSE = "case:close"
    CASE_REOPEN = "case:reopen"
    CASE_WITHDRAW = "case:withdraw"
    CASE_MERGE = "case:merge"
    CASE_PLACE = "case:place"
    CASE_RULE = "case:rule"
    CASE_ATTACH = "case:attach"
    CONCERN_NAME = "concern:name"
    MEDIATION_WORK = "mediation:work"
    CLOCK_EXTEND = "clock:extend"
    SERVICE_APPROVE = "service:approve"
    CODE_REISSUE = "code:reissue"
    PARTY_REVEAL = "party:reveal"
    PRIVACY_DECIDE = "privacy:decide"
    REVEAL_LIFT = "reveal:lift"
    AUDIT_READ = "audit:read"
    EMERGENCY_SWITCH = "emergency:switch"
    FIGURES_READ = "figures:read"
    SUPERVISION_ISSUE = "supervision:issue"
    SUPERVISION_ANSWER = "supervision:answer"
    PROXY_ARRANGE = "proxy:arrange"
    PROXY_CARRY = "proxy:carry"
    FILE_HOLD = "file:hold"
    MESSAGE_READ = "message:read"
    MESSAGE_MANAGE = "message:manage"
    MAP_READ = "map:read"
    STAFF_READ = "staff:read"
    CENTRE_MANAGE = "centre:manage"
    ROOM_BOOK = "room:book"
    STAFF_HANDOVER = "staff:handover"


P = Permission
_READ = {P.CASE_READ, P.MAP_READ, P.STAFF_READ, P.MESSAGE_READ}
_REPORT = _READ | {P.CASE_REGISTER, P.CASE_SIGN, P.PARTY_REVEAL, P.CASE_ATTACH}
_DESK = _REPORT | {P.CASE_WITHDRAW, P.CASE_PLACE, P.SUPERVISION_ANSWER, P.FIGURES_READ, P.ROOM_BOOK}
_TAKE = {P.CASE_ACCEPT, P.CASE_OFFER, P.CASE_CLOSE}
_WORK = _DESK | _TAKE | {P.CASE_HANDLE, P.CASE_CONCLUDE, P.MEDIATION_WORK}
_PROXY = {P.PROXY_ARRANGE, P.PROXY_CARRY}
_LEAD = {
    P.CASE_MERGE,
    P.CASE_REOPEN,
    P.CASE_RULE,
    P.STAFF_HANDOVER,
    P.SUPERVISION_ISSUE,
    P.CENTRE_MANAGE,
    P.CONCERN_NAME,
    P.PRIVACY_DECIDE,
}
_WATCH = {P.FILE_HOLD, P.SERVICE_APPROVE, P.CASE_REOPEN, P.SUPERVISION_ISSUE}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.GRID_WORKER: frozenset(_REPORT | {P.PROXY_CARRY}),
    # The desk gives a lost query code again; who handles a case does not, since the resident rates with it.
    Role.WINDOW_CLERK: frozenset(_DESK | _TAKE | _PROXY | {P.CODE_REISSUE}),
    Role.COORDINATOR: frozenset(_WORK | _LEAD | _PROXY | {P.CODE_REISSUE}),
    Role.HANDLER: frozenset(_WORK),
    Role.MEDIATOR: frozenset(_WORK),
    Role.ORGAN_HEAD: frozenset(_WORK | _LEAD | _WATCH | {P.CLOCK_EXTEND, P.EMERGENCY_SWITCH, P.REVEAL_LIFT}),
    Role.DISCIPLINE_OFFICER: frozenset(_WORK | _WATCH | {P.CLOCK_EXTEND, P.CONCERN_NAME, P.PRIVACY_DECIDE}),
    Role.SUPERVISOR: frozenset(_READ | _WATCH | {P.FIGURES_READ}),
    # Of hand-overs these two decide nothing alone: one is half of the two persons whom some of them take.
    Role.AUDITOR: frozenset({P.MAP_READ, P.STAFF_READ, P.STAFF_HANDOVER, P.AUDIT_READ}),
    Role.ADMINISTRATOR: frozenset({P.MAP_READ, P.STAFF_READ, P.STAFF_HANDOVER, P.MESSAGE_READ, P.MESSAGE_MANAGE}),
    Role.INTEGRATION: frozenset({P.CASE_REGISTER, P.CASE_READ, P.CASE_ATTACH, P.MAP_READ}),
}

# A post with one of these roles works for its unit and so sees what its unit has a part in. A grid worker does not:
# petitions and disputes reach a worker only as a task offered by name (need to know).
UNIT_SIGHT = frozenset({
    Role.WINDOW_CLERK, Role.COORDINATOR, Role.HANDLER, Role.MEDIATOR, Role.ORGAN_HEAD, Role.SUPERVISOR,
    Role.DISCIPLINE_OFFICER,
})  # fmt: skip
# Requests and events are open to the area of these; auditors, administrators and machines see no case by area.
AREA_SIGHT = UNIT_SIGHT | {Role.GRID_WORKER}


_TIERS = ("community", "township", "county", "city")
END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Post:
    """One seat: a role in a unit, for an area. `unit_path` is the ltree of the unit's ancestors and itself."""

    id: str
    role: Role
    unit: str
    unit_path: str
    area: str
    tier: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and when: a person with posts, or a machine with a key (`kind` staff | key | system).

    `at` is the instant of the call, taken once at the edge: what was granted until then is seen no more. Without one an
    actor sees only what has no end. `home_path` is the path of the unit that a person belongs to, and may be lent from.
    """

    id: str
    kind: str
    posts: tuple[Post, ...] = ()
    scopes: frozenset[Permission] | None = None
    home_path: str = ""
    at: datetime = END_OF_TIME
    permissions: frozenset[Permission] = field(init=False)

    def __post_init__(self) -> None:
        granted = frozenset[Permission]().union(*(ROLE_PERMISSIONS[post.role] for post in self.posts))
        object.__setattr__(self, "permissions", granted if self.scopes is None else granted & self.scopes)

    @property
    def who(self) -> str:
        """As records name this actor: `staff:UUID`, `key:ID`, `system:clock`."""
        return f"{self.kind}:{self.id}"

    @property
    def unit(self) -> str | None:
        """The unit of the first post: where what this actor registers comes from."""
        return self.posts[0].unit if self.posts else None

    def may(self, permission: Permission) -> bool:
        """Whether any post grants `permission` (and, for a machine, its key's scope allows it)."""
        return permission in self.permissions

    def units_with(self, permission: Permission) -> frozenset[str]:
        """The units in which a post of this actor grants `permission`."""
        if permission not in self.permissions:
            return frozenset()
        return frozenset(p.unit for p in self.posts if permission in ROLE_PERMISSIONS[p.role])

    def works_for(self, permission: Permission) -> frozenset[str]:
        """The same of the posts that work for their unit: what a grid worker may, the unit has not asked for."""
        serves = frozenset(
            p.unit for p in self.posts if p.role in UNIT_SIGHT and permission in ROLE_PERMISSIONS[p.role]
        )
        return serves & self.units_with(permission)

    def grantees(self, permission: Permission | None = None) -> list[str]:
        """The keys under which `case_access` may name this actor; with a permission, by what grants it alone."""
        if permission is not None and not self.may(permission):
            return []
        keys = [f"staff:{self.id}"] if self.kind == "staff" else [f"key:{self.id}"]
        for post in self.posts:
            if permission is not None and permission not in ROLE_PERMISSIONS[post.role]:
                continue
            if post.role in UNIT_SIGHT:
                keys.append(f"unit:{post.unit}")
            keys.append(f"post:{post.id}")
        return keys

    def line(self) -> list[str]:
        """The codes of every unit that this actor stands in or under: what concerns one of them is hidden."""
        paths = [self.home_path, *(post.unit_path for post in self.posts)]
        return sorted({code for path in paths for code in path.split(".") if code})

    def tiers_below(self) -> list[str]:
        """The tiers that a post of this actor stands above."""
        highest = max((_TIERS.index(post.tier) for post in self.posts if post.tier in _TIERS), default=0)
        return list(_TIERS[:highest])

    def areas(self) -> dict[str, list[str]]:
        """tier → codes of the areas whose requests and events are open to this actor."""
        open_to: dict[str, list[str]] = {}
        for post in self.posts:
            if post.role in AREA_SIGHT:
                open_to.setdefault(post.tier, []).append(post.area)
        return open_to


SYSTEM = Actor(id="system", kind="system")
CLOCK = Actor(id="clock", kind="system")  # what a limit that has run out brings about
RESIDENT = Actor(id="query_code", kind="resident")  # whoever holds number and query code of a case
