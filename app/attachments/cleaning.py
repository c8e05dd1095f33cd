"""A program of its own that makes one file harmless: `python -m app.attachments.cleaning JOB < file`.

It runs apart from the service, within limits of memory and time that the system holds, since decoders of pictures and
papers are where crafted files do their harm. It answers with one line of JSON and the clean file. A picture is decoded
and encoded anew from its pixels alone; a PDF keeps its pages and nothing that acts, hides or tells of its maker.
"""

import io
import json
import re
import resource
import sys
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from PIL import ExifTags, Image, ImageCms, ImageFile

from app.attachments.errors import Refused
from app.attachments.pages import clean_pages
from app.attachments.rules import (
    FORMATS,
    KEPT_AS,
    LONGEST_SIDE,
    MEDIA_TYPES,
    Format,
    Rectangle,
    Unfit,
    boxes,
    sniff,
)

# The modes in which each format keeps pixels as they are; anything else becomes RGB.
_MODES = {
    Format.JPEG: {"L", "RGB"}, Format.WEBP: {"RGB", "RGBA"}, Format.PNG: {"1", "L", "LA", "I;16", "RGB", "RGBA"},
}  # fmt: skip
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
_BLACK: dict[str, Any] = {"RGB": (0, 0, 0), "RGBA": (0, 0, 0, 255), "LA": (0, 255)}


def clean(content: bytes, *, most_pixels: int) -> tuple[dict[str, Any], bytes]:
    """The facts of the clean file, and the file; raises Refused."""
    found = sniff(content)
    if found is None:
        raise Refused(Unfit.UNKNOWN)
    with _told_what_is_wrong():
        facts, made = (
            clean_pages(content, most_pixels) if found is Format.PDF else _picture(content, found, most_pixels)
        )
    if zipfile.is_zipfile(io.BytesIO(made)):
        raise Refused(Unfit.TWO_FACED)
    return facts, made


def redact(content: bytes, media_type: str, rectangles: list[Rectangle]) -> tuple[dict[str, Any], bytes]:
    """A copy of a clean picture in which the rectangles are black; raises Refused."""
    kept = FORMATS[media_type]
    Image.MAX_IMAGE_PIXELS = None  # it was judged when it came
    with _told_what_is_wrong():
        image = Image.open(io.BytesIO(content), formats=[kept.value])
        areas = boxes(rectangles, *image.size, kept)
        if areas is None:
            raise Refused(Unfit.OUTSIDE)
        lossless = _is_lossless(content)
        image = _in_mode(image, kept)
        for area in areas:
            image.paste(_BLACK.get(image.mode, 0), area)
        return _encoded(image, kept, lossless=lossless)


@contextmanager
def _told_what_is_wrong() -> Iterator[None]:
    """Whatever a decoder stumbles over is a fault of the file, not of this program."""
    try:
        yield
    except Refused:
        raise
    except MemoryError as error:
        raise Refused(Unfit.TOO_HEAVY) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(Unfit.TOO_MANY_PIXELS) from error
    except Exception as error:
        raise Refused(Unfit.UNREADABLE) from error


def _picture(content: bytes, found: Format, most_pixels: int) -> tuple[dict[str, Any], bytes]:
    image = _opened(content, found, most_pixels)
    kept, lossless = KEPT_AS[found], _is_lossless(content)
    image.load()
    if (turn := _UPRIGHT.get(_orientation(image))) is not None:
        image = image.transpose(turn)
    return _encoded(_in_mode(_in_plain_colours(image), kept), kept, lossless=lossless)


def _orientation(image: Any) -> int:
    with suppress(Exception):  # a broken EXIF block is no reason to refuse a good picture
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    return 1


def _opened(content: bytes, found: Format, most_pixels: int) -> Any:
    """Its header alone is read; pixels only once it has passed."""
    Image.MAX_IMAGE_PIXELS = most_pixels
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # other libraries of a process that cleans in itself may have set it
    if found is Format.HEIC:
        from pi_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image = Image.open(io.BytesIO(content), formats=[found.value])
    for width, height in [image.size, *(_extents(content) if found is Format.HEIC else ())]:
        if width * height > most_pixels or max(width, height) > LONGEST_SIDE:
            raise Refused(Unfit.TOO_MANY_PIXELS)
    # A JPEG of a phone may carry further pictures behind the first (depth, brightness): they are left behind.
    if found is not Format.JPEG and getattr(image, "n_frames", 1) > 1:
        raise Refused(Unfit.MOVING)
    return image


def _extents(content: bytes) -> list[tuple[int, int]]:
    """Every size that a HEIC names: what it shows may be a small piece of what is decoded."""
    found = re.finditer(rb"ispe\0\0\0\0(.{8})", content, re.DOTALL)
    return [(int.from_bytes(m[1][:4]), int.from_bytes(m[1][4:])) for m in found]


def _in_plain_colours(image: Any) -> Any:
    """In sRGB, where the picture names a space of its own: its profile does not go along."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    with suppress(ImageCms.PyCMSError, OSError):
        own, plain = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, own, plain, outputMode="RGBA" if image.mode == "RGBA" else "RGB")
    return image


def _in_mode(image: Any, kept: Format) -> Any:
    """With pixels as the format keeps them, and nothing beside them."""
    if kept is not Format.JPEG and ("transparency" in image.info or image.mode in ("PA", "La", "RGBa")):
        image = image.convert("RGBA")
    elif image.mode not in _MODES[kept]:
        alpha = "A" in image.mode and kept is not Format.JPEG
        image = image.convert("RGBA" if alpha else "RGB")
    image.load()
    image.info = {}
    return image


def _is_lossless(content: bytes) -> bool:
    return sniff(content) is Format.WEBP and content[12:16] == b"VP8L"


def _encoded(image: Any, kept: Format, *, lossless: bool) -> tuple[dict[str, Any], bytes]:
    made = io.BytesIO()
    options: dict[str, Any] = {"quality": 90} if kept is not Format.PNG else {}
    image.save(made, kept.value, **options, **({"lossless": True} if lossless else {}))
    facts = {
        "media_type": MEDIA_TYPES[kept],
        "width": image.width,
        "height": image.height,
        "pages": None,
        "removed": [],
    }
    return facts, made.getvalue()


def _bound(memory: int, seconds: int) -> None:
    """From here on the system ends this process rather than let it take more."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(kind, (0, 0))


def main() -> None:
    """One job."""
    job = json.loads(sys.argv[1])
    _bound(job["memory"], job["seconds"])
    try:
        content = sys.stdin.buffer.read()
        if job["rectangles"] is None:
            facts, made = clean(content, most_pixels=job["most_pixels"])
        else:
            facts, made = redact(content, job["media_type"], [Rectangle(*r) for r in job["rectangles"]])
    except Refused as refused:
        facts, made = {"refused": refused.why.value}, b""
    except MemoryError:
        facts, made = {"refused": Unfit.TOO_HEAVY.value}, b""
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + made)


if __name__ == "__main__":
    main()
