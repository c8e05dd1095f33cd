"""Problems: every refusal is a small class with a status, a stable type and a sentence that names the next step.

Served as `application/problem+json` (RFC 9457). `type` is `/problems/<slug>`; the catalogue is served there.
A detail never holds personal data: it may be logged.
"""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in the two languages of the API."""

    zh: str
    en: str

    def say(self, language: str) -> str:
        """The sentence in `language` (`zh` unless it is `en`)."""
        return self.en if language == "en" else self.zh


class Problem(Exception):
    """A refusal with status, slug and title; `facts` become members of the problem document."""

    status: ClassVar[int] = 400
    slug: ClassVar[str] = "bad-request"
    title: ClassVar[Words] = Words("请求有误", "Bad request")
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, zh: str, en: str, **facts: Any) -> None:
        super().__init__(en)
        self.detail = Words(zh, en)
        self.facts = facts

    def document(self, language: str, instance: str) -> dict[str, Any]:
        """The RFC 9457 members, extension members last."""
        return {
            "type": f"/problems/{self.slug}",
            "title": self.title.say(language),
            "status": self.status,
            "detail": self.detail.say(language),
            "instance": instance,
            **{k: v.say(language) if isinstance(v, Words) else v for k, v in self.facts.items()},
        }


class BadRequest(Problem):
    """The request cannot be read."""


class KeyMissing(Problem):
    """A write without an Idempotency-Key."""

    slug = "idempotency-key-missing"
    title = Words("缺少幂等键", "Idempotency key missing")


class Unauthenticated(Problem):
    """No valid token or key."""

    status = 401
    slug = "not-authenticated"
    title = Words("未登录或凭证无效", "Not authenticated")
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    """Seen, but not to be done by this caller."""

    status = 403
    slug = "forbidden"
    title = Words("无权执行", "Not allowed")


class NotFound(Problem):
    """Absent, or not to be known by this caller: the two look the same."""

    status = 404
    slug = "not-found"
    title = Words("未找到", "Not found")

    def __init__(
        self, zh: str = "没有这一项，或您无权查看。", en: str = "There is no such item that you may see."
    ) -> None:
        super().__init__(zh, en)


class MethodNotAllowed(Problem):
    """The path exists, the method does not."""

    status = 405
    slug = "method-not-allowed"
    title = Words("不支持该方法", "Method not allowed")


class Conflict(Problem):
    """The state of the thing forbids it now."""

    status = 409
    slug = "conflict"
    title = Words("当前状态不允许", "State conflict")


class ActionRefused(Conflict):
    """The transition table has no such arrow; `allowed` names those it has."""

    slug = "action-refused"
    title = Words("该步骤当前不可办理", "Action not possible now")


class ReviewRefused(Conflict):
    """No review of this opinion is open; `reason` says why, `live` where one runs already."""

    slug = "review-refused"
    title = Words("现在不能申请复查", "No review now")


class ReviewExhausted(ReviewRefused):
    """The matter has been re-reviewed: the same facts are not taken again, and the reply says what stays open (XF 36 ¶3)."""

    slug = "review-exhausted"
    title = Words("已复核终结", "Re-reviewed already")


class InFlight(Conflict):
    """The first request with this Idempotency-Key still runs."""

    slug = "request-in-flight"
    title = Words("同一请求正在处理", "Same request in flight")
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}


class AlreadyTaken(Conflict):
    """An id or external id is already used with other content."""

    slug = "already-exists"
    title = Words("编号已被使用", "Already exists")


class Stale(Problem):
    """`If-Match` names an older version; `current` holds the present one."""

    status = 412
    slug = "stale-version"
    title = Words("版本已过期", "Stale version")


class TooLarge(Problem):
    """The body is larger than the server takes."""

    status = 413
    slug = "too-large"
    title = Words("请求体过大", "Body too large")


class UnsupportedMedia(Problem):
    """The body is not of a type that this address takes."""

    status = 415
    slug = "unsupported-media-type"
    title = Words("不支持的内容类型", "Unsupported media type")


class Invalid(Problem):
    """The content does not fit; `errors` lists each place as a JSON pointer."""

    status = 422
    slug = "invalid"
    title = Words("内容不符合要求", "Invalid content")

    def __init__(self, zh: str, en: str, *, pointer: str | None = None, **facts: Any) -> None:
        super().__init__(zh, en, **facts)
        self.pointer = pointer

    def document(self, language: str, instance: str) -> dict[str, Any]:
        """As for every problem; a single place becomes a list of one."""
        body = super().document(language, instance)
        if self.pointer is not None:
            body["errors"] = [{"pointer": self.pointer, "detail": body["detail"]}]
        return body


class KeyReused(Invalid):
    """The Idempotency-Key was used with another payload."""

    slug = "idempotency-key-reused"
    title = Words("幂等键已用于其他内容", "Idempotency key reused")


class VersionMissing(Problem):
    """A change without `If-Match`."""

    status = 428
    slug = "version-missing"
    title = Words("缺少版本", "Version required")


class TooMany(Problem):
    """The rate limit is reached."""

    status = 429
    slug = "too-many-requests"
    title = Words("请求过于频繁", "Too many requests")
    headers: ClassVar[dict[str, str]] = {"Retry-After": "60"}


class Unavailable(Problem):
    """The database cannot be reached or is overloaded; nothing was stored."""

    status = 503
    slug = "unavailable"
    title = Words("服务暂不可用", "Unavailable")
    headers: ClassVar[dict[str, str]] = {"Retry-After": "2"}


class Internal(Problem):
    """A fault of the service itself; never the answer to bad input."""

    status = 500
    slug = "internal"
    title = Words("服务内部错误", "Internal error")


CATALOGUE: tuple[type[Problem], ...] = (
    BadRequest, KeyMissing, Unauthenticated, Forbidden, NotFound, MethodNotAllowed, Conflict, ActionRefused,
    ReviewRefused, ReviewExhausted, InFlight, AlreadyTaken,
    Stale, TooLarge, UnsupportedMedia, Invalid, KeyReused, VersionMissing, TooMany, Unavailable, Internal,
)  # fmt: skip


def in_flight() -> InFlight:
    """409: the first request with this key still runs."""
    return InFlight("首个请求仍在处理，请稍候重试。", "The first request with this key still runs; retry shortly.")


def too_large(limit: int) -> TooLarge:
    """413: `limit` in bytes."""
    return TooLarge(f"请求体不得超过 {limit} 字节，请分批发送。", f"The body may hold {limit} bytes; send it in parts.")


def key_reused() -> KeyReused:
    """422: the key belongs to other content."""
    return KeyReused("该幂等键已用于不同的内容，请换新键。", "This key was used with other content; take a fresh key.")
