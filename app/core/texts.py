"""Texts and codes as they are let in: nothing that cannot be stored or shown, nothing that is not seen; trimmed; bounded."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from app.core.signs import UNFIT, seen


def unfit(zh: str, en: str) -> PydanticCustomError:
    """What a validator raises for fields that do not fit together, in both languages."""
    return PydanticCustomError("unfit", "{en}", {"zh": zh, "en": en})


def clean(value: str) -> str:
    """The text as it is seen; raises where it holds a sign that cannot be stored or shown."""
    if (found := UNFIT.search(value)) is not None:
        code = f"U+{ord(found.group()):04X}"
        raise unfit(
            f"文字中含有不可用的字符 {code}，请删除", f"the text holds a sign that cannot be shown, {code}; remove it"
        )
    return seen(value)


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error
    return name


# Before its length is judged: a text of which nothing is seen is empty.
Clean = BeforeValidator(_cleaned)
TimeZone = Annotated[str, AfterValidator(_zone)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Clean]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), Clean]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), Clean]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300), Clean]
Searched = Annotated[str, StringConstraints(max_length=100), Clean]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Clean]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=25, pattern=r"^\+?[0-9][0-9 \-]{4,23}$")]
Code = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_.:\-]{1,64}$")]
