"""Problems: every refusal is a small class with a status, a stable type and a sentence that names the next step.

Served as `application/problem+json` (RFC 9457). `type` is `/problems/<slug>`; the catalogue is served there.
A detail never holds personal data: it may be logged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Self


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in the two languages of the API."""

    zh: str
    en: str

    def say(self, language: str) -> str:
        """The sentence in `language` (`zh` unless it is `en`)."""
        return self.en if language == "en" else self.zh


class Worded(StrEnum):
    """A code with its words: `UNREADABLE = "unreadable", "…", "It cannot be read."`."""

    words: Words

    def __new__(cls, code: str, zh: str = "", en: str = "") -> Self:
        """The code itself, with `words`."""
        member = str.__new__(cls, code)
        member._value_, member.words = code, Words(zh, en)
        return member


CATALOGUE: list[type["Problem"]] = []  # every kind, as declared


class Problem(Exception):
    """A refusal; each kind has a status, a slug and a title. `facts` become members of the problem document."""

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[Words]
    headers: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls, slug: str, zh: str, en: str, status: int | None = None) -> None:
        super().__init_subclass__()
        cls.slug, cls.title, cls.status = slug, Words(zh, en), status or cls.status
        CATALOGUE.append(cls)

    def __init__(self, zh: str, en: str, **facts: object) -> None:
        super().__init__(en)
        self.detail = Words(zh, en)
        self.facts = facts

    def document(self, language: str, instance: str) -> dict[str, object]:
        """The RFC 9457 members, extension members last."""
        return {
            "type": f"/problems/{self.slug}",
            "title": self.title.say(language),
            "status": self.status,
            "detail": self.detail.say(language),
            "instance": instance,
            **{k: v.say(language) if isinstance(v, Words) else v for k, v in self.facts.items()},
        }


class BadRequest(Problem, status=400, slug="bad-request", zh="请求有误", en="Bad request"):
    """The request cannot be read."""


class KeyMissing(Problem, status=400, slug="idempotency-key-missing", zh="缺少幂等键", en="Idempotency key missing"):
    """A write without an Idempotency-Key."""


class Unauthenticated(Problem, status=401, slug="not-authenticated", zh="未登录或凭证无效", en="Not authenticated"):
    """No valid token or key."""

    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem, status=403, slug="forbidden", zh="无权执行", en="Not allowed"):
    """Seen, but not to be done by this caller."""


class NotFound(Problem, status=404, slug="not-found", zh="未找到", en="Not found"):
    """Absent, or not to be known by this caller: the two look the same."""

    def __init__(
        self, zh: str = "没有这一项，或您无权查看。", en: str = "There is no such item that you may see."
    ) -> None:
        super().__init__(zh, en)


class MethodNotAllowed(Problem, status=405, slug="method-not-allowed", zh="不支持该方法", en="Method not allowed"):
    """The path exists, the method does not."""


class TooSlow(Problem, status=408, slug="too-slow", zh="请求发送过慢", en="Request too slow"):
    """The request did not come in time; the connection is closed."""


class Conflict(Problem, status=409, slug="conflict", zh="当前状态不允许", en="State conflict"):
    """The state of the thing forbids it now."""


class ActionRefused(Conflict, slug="action-refused", zh="该步骤当前不可办理", en="Action not possible now"):
    """The transition table has no such arrow; `allowed` names those it has."""


class ReviewRefused(Conflict, slug="review-refused", zh="现在不能申请复查", en="No review now"):
    """No review of this opinion is open; `reason` says why, `live` where one runs already."""


class ReviewExhausted(ReviewRefused, slug="review-exhausted", zh="已复核终结", en="Re-reviewed already"):
    """The matter has been re-reviewed: the same facts are not taken again, and the reply says what stays open (XF 36 ¶3)."""


class InFlight(Conflict, slug="request-in-flight", zh="同一请求正在处理", en="Same request in flight"):
    """The first request with this Idempotency-Key still runs."""

    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class AlreadyTaken(Conflict, slug="already-exists", zh="编号已被使用", en="Already exists"):
    """An id or external id is already used with other content."""


class Stale(Problem, status=412, slug="stale-version", zh="版本已过期", en="Stale version"):
    """`If-Match` names an older version; `current` holds the present one."""


class TooLarge(Problem, status=413, slug="too-large", zh="请求体过大", en="Body too large"):
    """The body is larger than the server takes."""


class UnsupportedMedia(
    Problem, status=415, slug="unsupported-media-type", zh="不支持的内容类型", en="Unsupported media type"
):
    """The body is not of a type that this address takes."""


class Invalid(Problem, status=422, slug="invalid", zh="内容不符合要求", en="Invalid content"):
    """The content does not fit; `errors` lists each place as a JSON pointer."""

    def __init__(self, zh: str, en: str, *, pointer: str | None = None, **facts: object) -> None:
        super().__init__(zh, en, **facts)
        self.pointer = pointer

    def document(self, language: str, instance: str) -> dict[str, object]:
        """As for every problem; a single place becomes a list of one."""
        body = super().document(language, instance)
        if self.pointer is not None:
            body["errors"] = [{"pointer": self.pointer, "detail": body["detail"]}]
        return body


class KeyReused(Invalid, slug="idempotency-key-reused", zh="幂等键已用于其他内容", en="Idempotency key reused"):
    """The Idempotency-Key was used with another payload."""


class VersionMissing(Problem, status=428, slug="version-missing", zh="缺少版本", en="Version required"):
    """A change without `If-Match`."""


class HeadTooLarge(Problem, status=431, slug="head-too-large", zh="请求头过大", en="Head too large"):
    """The address and the headers are longer than the server takes; the connection is closed."""


class TooMany(Problem, status=429, slug="too-many-requests", zh="请求过于频繁", en="Too many requests"):
    """The rate limit is reached."""

    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "60"}


class TooManyAtOnce(TooMany, slug="too-many-at-once", zh="同时请求过多", en="Too many at once"):
    """This caller has too many such requests in hand; others are not affected."""

    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}


class Unavailable(Problem, status=503, slug="unavailable", zh="服务暂不可用", en="Unavailable"):
    """The database cannot be reached or is overloaded; nothing was stored."""

    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "2"}


class Internal(Problem, status=500, slug="internal", zh="服务内部错误", en="Internal error"):
    """A fault of the service itself; never the answer to bad input."""


def no_such_address() -> NotFound:
    """404: nothing is served there, or not to this caller."""
    return NotFound("没有这个地址。", "There is no such address; see /docs.")


def in_flight() -> InFlight:
    """409: the first request with this key still runs."""
    return InFlight("首个请求仍在处理，请稍候重试。", "The first request with this key still runs; retry shortly.")


def key_reused() -> KeyReused:
    """422: the key belongs to other content."""
    return KeyReused("该幂等键已用于不同的内容，请换新键。", "This key was used with other content; take a fresh key.")
