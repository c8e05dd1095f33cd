"""What an imported row must be, and why one is not taken. Pure.

A value that does not fit refuses its row, never the file; nothing is guessed or cut to fit.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from app.core.errors import Worded
from app.core.signs import UNFIT, seen

MAX_TITLE, MAX_ADDRESS, MAX_DESCRIPTION = 200, 300, 10_000  # as everywhere else
CODE = re.compile(r"[A-Za-z0-9_.:\-]{1,64}")
IMPORTED_STATUS = ("registered", "closed")


class Reason(Worded):
    """Why a row was not taken."""

    UNREADABLE = "unreadable", "引号未配对，无法读取此行；请检查引号。", "The quotes do not pair; correct them."
    COLUMN_COUNT = (
        "column_count",
        "列数与表头不同；请检查分隔符和引号。",
        "The row has not as many columns as the header; check delimiter and quotes.",
    )
    UNDECODABLE = (
        "undecodable",
        "文字编码不符；请在映射的 file.encoding 写明编码（如 gb18030）。",
        "Not in the file's encoding; name the right one in file.encoding of the mapping (for example gb18030).",
    )
    CONTROL_SIGN = (
        "control_sign",
        "含有不可用的字符；请删除。",
        "Holds a sign that cannot be stored or shown; remove it.",
    )
    MISSING = (
        "missing",
        "必填值为空；请补填，或在映射中给出 default。",
        "Empty; fill it in, or give a default in the mapping.",
    )
    TOO_LONG = (
        "too_long",
        f"文字过长（标题 {MAX_TITLE}、地址 {MAX_ADDRESS}、正文 {MAX_DESCRIPTION} 字以内）；请缩短。",
        f"Too long (title {MAX_TITLE}, address {MAX_ADDRESS}, description {MAX_DESCRIPTION} characters at most); shorten it.",
    )
    NOT_IN_TABLE = (
        "not_in_table",
        "映射的 map 中没有这个值；请补上，或给出 default。",
        "The map of the mapping lacks this value; add it, or give a default.",
    )
    UNKNOWN_CATEGORY = (
        "unknown_category",
        "没有这个类别；请在映射中对应到已有类别。",
        "There is no such category; map it to one of the city's.",
    )
    CATEGORY_OF_OTHER_KIND = (
        "category_of_other_kind",
        "该类别不适用于此种案件；请在映射中另选类别。",
        "The category is not for this kind of case; map it to another.",
    )
    PETITION_CLASS = (
        "petition_class",
        "信访件须注明 suggestion 或 appeal，其他案件不得注明。",
        "A petition needs the class suggestion or appeal; nothing else has one.",
    )
    ACCUSATION = (
        "accusation",
        "检举控告不得批量导入；请由纪检监察窗口逐件登记。",
        "Accusations are not imported; the discipline desk registers each of them.",
    )
    BAD_EXTERNAL_ID = (
        "bad_external_id",
        "来源编号只能用 64 位以内的字母、数字和 _ . : -。",
        "The source's number may hold up to 64 letters, digits and _ . : - only.",
    )
    BAD_COORDINATE = (
        "bad_coordinate",
        "经纬度不是数字或超出范围；请检查列和顺序。",
        "Longitude or latitude is no number in range; check columns and order.",
    )
    NO_PLACE = (
        "no_place",
        "没有坐标、代码或地址；请至少补填地址。",
        "Neither point nor code nor address; give at least an address.",
    )
    UNKNOWN_PLACE = "unknown_place", "没有这个网格或区域代码。", "There is no cell or area of this code."
    BAD_TIME = (
        "bad_time",
        "时间不符合映射中的格式；请修改。",
        "The time does not fit the formats of the mapping; mend either.",
    )
    TIME_IN_FUTURE = "time_in_future", "时间在将来；请修改。", "The time lies in the future; correct it."
    TIMES_OUT_OF_ORDER = (
        "times_out_of_order",
        "时间先后不符（收到、登记、办结）；请修改。",
        "Received, registered and closed do not follow each other; correct them.",
    )
    CLOSED_WITHOUT_TIME = (
        "closed_without_time",
        "已办结但没有办结时间；请补填。",
        "Closed, but without the time; fill it in.",
    )
    TWICE_IN_FILE = (
        "twice_in_file",
        "同一来源编号在文件中出现多次，只取第一行。",
        "This source number stands in the file before; the first row was taken.",
    )
    FILED_MEANWHILE = (
        "filed_meanwhile",
        "同时有另一请求登记此编号；请再次导入以核对。",
        "Another request filed this number meanwhile; import again to compare.",
    )
    CHANGED_SINCE = (
        "changed_since",
        "此来源编号先前已登记，内容不同；先前的保持不变。",
        "This source number was filed before with other content; what was filed stays as it is.",
    )


class Refused(Exception):
    """One row is not taken. `field` is the field of the case, `value` what stood there (never a free text)."""

    def __init__(self, reason: Reason, field: str = "", value: str = "") -> None:
        super().__init__(f"{reason.value} {field}")
        self.reason, self.field, self.value = reason, field, value


def let_in(text: str, field: str) -> str:
    """The text as it is seen; raises Refused where it holds a sign that cannot be stored or shown (the rule for every way
    in)."""
    if (found := UNFIT.search(text)) is not None:
        half = "\ud800" <= found.group() <= "\udfff"
        raise Refused(Reason.UNDECODABLE if half else Reason.CONTROL_SIGN, field)
    return seen(text).strip()


def bounded(text: str, most: int, field: str) -> str:
    """The text; raises Refused where it is longer than `most` signs."""
    if len(text) > most:
        raise Refused(Reason.TOO_LONG, field)
    return text


def degrees(text: str, most: float, field: str) -> float:
    """A longitude (`most` 180) or latitude (90) in degrees; raises Refused."""
    try:
        value = float(text) if "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if not abs(value) <= most:  # also refuses NaN
        raise Refused(Reason.BAD_COORDINATE, field, text)
    return value


# --- Times --------------------------------------------------------------------------------------------------------


class Instant(NamedTuple):
    """A time as read (UTC). `later` is the second instant of a local time that the clock showed twice."""

    at: datetime
    later: datetime | None = None
    skipped: bool = False


def in_zone(naive: datetime, zone: tzinfo) -> Instant:
    """The instant of a local time.

    A time shown twice (clocks set back) is the first of the two. A time never shown (clocks set forward) is taken as if
    the clock had not been set, and marked `skipped`: 02:30 on such a night is 03:30 of the new time.
    """
    offset = _steady(naive.date(), zone)
    if offset is not None:
        return Instant((naive - offset).replace(tzinfo=UTC))
    first, second = naive.replace(tzinfo=zone, fold=0), naive.replace(tzinfo=zone, fold=1)
    at = first.astimezone(UTC)
    if first.utcoffset() == second.utcoffset():
        return Instant(at)
    if at.astimezone(zone).replace(tzinfo=None) != naive:
        return Instant(at, skipped=True)
    return Instant(at, later=second.astimezone(UTC))


@lru_cache(maxsize=10_000)
def _steady(day: date, zone: tzinfo) -> timedelta | None:
    """The offset of a day on which the clocks are not set, else None."""
    hours = (datetime.combine(day, time(hour)) for hour in range(24))
    last = datetime.combine(day, time.max)
    offsets = {at.replace(tzinfo=zone, fold=fold).utcoffset() for at in (*hours, last) for fold in (0, 1)}
    return offsets.pop() if len(offsets) == 1 else None


def in_order(received: Instant, registered: Instant, closed: Instant | None, now: datetime) -> datetime | None:
    """The closing instant of a row whose times follow each other; raises Refused where they do not."""
    latest = closed or registered
    end = latest.at
    if closed is not None and end < registered.at and closed.later is not None:
        end = closed.later
    if not received.at <= registered.at <= end:
        raise Refused(Reason.TIMES_OUT_OF_ORDER, "times")
    if end > now:
        raise Refused(Reason.TIME_IN_FUTURE, "times", end.isoformat())
    return end if closed is not None else None


def time_reader(formats: Sequence[str], zone: tzinfo) -> Callable[[str, str], Instant]:
    """A reader of times in any of `formats` (`iso`, or strptime's); naive ones are local to `zone`."""

    def read(text: str, field: str) -> Instant:
        for given in formats:
            try:
                value = datetime.fromisoformat(text) if given == "iso" else datetime.strptime(text, given)  # noqa: DTZ007
                return Instant(value.astimezone(UTC)) if value.tzinfo is not None else in_zone(value, zone)
            except (ValueError, OverflowError):
                continue
        raise Refused(Reason.BAD_TIME, field, text)

    return read


# --- Columns that are never kept ----------------------------------------------------------------------------------

_WORDS_ZH = (
    "民族", "族别", "族裔", "种族", "宗教", "信仰", "教派", "政治面貌", "政治倾向", "政治观点", "党派", "党籍", "指纹",
    "人脸", "虹膜", "声纹", "掌纹", "步态", "生物特征", "基因", "评分", "打分", "积分", "信用分", "风险等级", "风险分",
    "重点人", "重点对象", "黑名单", "关注名单", "稳控", "维稳", "画像", "上访老户", "缠访", "闹访",
)  # fmt: skip
_WORDS_EN = frozenset(
    {
        "ethnicity", "ethnic", "race", "racial", "religion", "religious", "faith", "creed", "caste", "political", "politics",
        "biometric", "biometrics", "fingerprint", "fingerprints", "faceprint", "faceid", "iris", "voiceprint", "dna",
        "genetic", "score", "scores", "scoring", "blacklist", "watchlist", "troublemaker",
    }
)  # fmt: skip
_PAIRS_EN = (
    ("party", "membership"), ("party", "affiliation"), ("key", "person"), ("watch", "list"), ("black", "list"),
    ("face", "id"), ("face", "image"), ("face", "template"), ("risk", "level"), ("risk", "rating"), ("credit", "rating"),
    ("stability", "control"), ("repeat", "petitioner"),
)  # fmt: skip


def forbidden_columns(header: Iterable[str]) -> list[str]:
    """Columns about ethnicity, religion, political view, biometrics, or a score or mark of a person.

    They are told by name, in Chinese or English; English by whole words (`race`, not `trace`).
    """
    return [name for name in header if _forbidden(name)]


def _forbidden(name: str) -> bool:
    if any(word in name for word in _WORDS_ZH):
        return True
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    words = re.findall(r"[a-z]+", spaced.lower())
    return not _WORDS_EN.isdisjoint(words) or any(pair in _PAIRS_EN for pair in pairwise(words))
