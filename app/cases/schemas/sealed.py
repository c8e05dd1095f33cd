"""Texts that may lie sealed: opened, or opened and masked, where a row becomes a typed value.

The statement gives a text as it is, or `[place, member, sealed, key]`: what was sealed at that place (in base64), and the
path to the text in it (`a|b`: the first that is there). Of one that was erased nothing is left.
"""

from base64 import b64decode
from typing import Annotated

from pydantic import BeforeValidator

from app.core.crypto import opened
from app.core.masking import mask_address, mask_name


def _open(text: object) -> object:
    if not isinstance(text, list):
        return text
    place, member, sealed, key = text
    content = opened(b64decode(sealed) if sealed else None, b64decode(key or ""), place)
    return next((found for path in member.split("|") if (found := _member(content, path)) is not None), None)


def _member(content: object, path: str) -> object:
    for name in path.split("."):
        content = content.get(name) if isinstance(content, dict) else None
    return content


def _masked(text: object) -> object:
    name = _open(text)
    return mask_name(name) if isinstance(name, str) and name else None


def _by_part(address: object) -> object:
    """`{text, clear}` as the statement gives it: clear for who has a part in the case, else districts and road."""
    if not isinstance(address, dict):
        return address
    text = _open(address["text"])
    return mask_address(text) if isinstance(text, str) and not address["clear"] else text


OpenedText = Annotated[str | None, BeforeValidator(_open)]
MaskedName = Annotated[str | None, BeforeValidator(_masked)]
AddressByPart = Annotated[str | None, BeforeValidator(_by_part)]
