"""Papers of a few kilobytes that unpack to more than a desk can hold."""

import io
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest

from app.attachments.actions import sandbox
from app.attachments.cleaning import pages
from app.attachments.rules.files import Unfit
from tests.cast import Cast, Lives
from tests.support.refusals import refused

FLATE, HEX = pikepdf.Name.FlateDecode, pikepdf.Name.ASCIIHexDecode


def deflated(size: int) -> bytes:
    """So many zeros."""
    packing = zlib.compressobj(9)
    piece = bytes(1_000_000)
    return b"".join(packing.compress(piece) for _ in range(size // len(piece))) + packing.flush()


def paper(*streams: bytes, filters: Any = FLATE, **members: Any) -> bytes:
    """A page that draws these, packed already."""
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(200, 200))
    held = pikepdf.Dictionary()
    for number, stream in enumerate(streams):
        packed = made.make_stream(b"")
        packed.write(stream, filter=filters)
        packed["/Type"] = pikepdf.Name.XObject
        for name, value in {"Subtype": pikepdf.Name.Form, "BBox": [0, 0, 9, 9], **members}.items():
            packed[f"/{name}"] = value
        held[f"/X{number}"] = packed
    page.obj.Resources = pikepdf.Dictionary(XObject=held)
    out = io.BytesIO()
    made.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def image(width: int, height: int, packed: bytes) -> bytes:
    of_it = {"Width": width, "Height": height, "BitsPerComponent": 8, "ColorSpace": pikepdf.Name.DeviceRGB}
    return paper(packed, Subtype=pikepdf.Name.Image, **of_it)


TOO_MUCH = pages._MOST_UNPACKED + 2_000_000
BOMBS: dict[str, Callable[[], bytes]] = {
    "one stream": lambda: paper(deflated(TOO_MUCH)),
    "packed twice": lambda: paper(zlib.compress(deflated(TOO_MUCH), 9), filters=pikepdf.Array([FLATE, FLATE])),
    "packed another way around": lambda: paper(
        deflated(TOO_MUCH).hex().encode() + b">", filters=pikepdf.Array([HEX, FLATE])
    ),
    "nine streams": lambda: paper(*[deflated(60_000_000)] * 9),
    "a picture of no size": lambda: image(1, 1, deflated(TOO_MUCH)),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused(name: str) -> None:
    bomb = BOMBS[name]()
    assert len(bomb) < 1_000_000
    assert sandbox._run(bomb) is Unfit.TOO_HEAVY


def test_it_is_refused_over_http_and_nothing_is_kept(cast: Cast, lives: Lives) -> None:
    case, chen = lives.handling()["id"], cast("chen.housing")
    refused(chen.attach(case, BOMBS["one stream"]()), "#/body", Unfit.TOO_HEAVY.value)
    assert chen.get(f"/v1/cases/{case}/attachments").json()["items"] == []


@pytest.mark.parametrize(
    "content",
    [image(5_000, 4_500, deflated(68_000_000)), paper(deflated(60_000_000)), paper(deflated(1_000_000)[:-9])],
    ids=["a large scan", "a long drawing", "a broken end"],
)
def test_what_is_large_but_honest_is_kept(content: bytes) -> None:
    assert isinstance(sandbox._run(content), sandbox.Clean)
