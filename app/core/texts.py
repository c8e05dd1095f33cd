"""Texts and codes as they are let in: no NUL, no other control signs, no half characters; trimmed; bounded."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

ALLOWED_CONTROLS = frozenset("\n\r\t")


def clean(value: str) -> str:
    """The text unchanged; raises ValueError where it holds a sign that cannot be stored or shown."""
    for sign in value:
        category = unicodedata.category(sign)
        if category == "Cs" or (category == "Cc" and sign not in ALLOWED_CONTROLS):
            raise ValueError(f"the text holds the control sign U+{ord(sign):04X}; remove it")
    return value


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
