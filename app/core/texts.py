"""Texts and codes as they are let in: no NUL, no other control characters, no half characters; trimmed; bounded."""

import unicodedata
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

ALLOWED_CONTROLS = frozenset("\n\r\t")


def unfit(zh: str, en: str) -> PydanticCustomError:
    """What a validator raises for fields that do not fit together, in both languages."""
    return PydanticCustomError("unfit", "{en}", {"zh": zh, "en": en})


def clean(value: str) -> str:
    """The text unchanged; raises where it holds a sign that cannot be stored or shown."""
    for sign in value:
        category = unicodedata.category(sign)
        if category == "Cs" or (category == "Cc" and sign not in ALLOWED_CONTROLS):
            code = f"U+{ord(sign):04X}"
            raise unfit(f"文字中含有控制符 {code}，请删除", f"the text holds the control sign {code}; remove it")
    return value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error
    return name


TimeZone = Annotated[str, AfterValidator(_zone)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(clean)]
LongText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), AfterValidator(clean)
]
ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(clean)
]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300), AfterValidator(clean)]
Searched = Annotated[str, StringConstraints(max_length=100), AfterValidator(clean)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(clean)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 \-]{4,23}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:\-]{1,64}$")]
