"""A picture decoded and encoded anew from its pixels alone, and a copy with rectangles black."""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from PIL import ExifTags, Image, ImageCms, ImageFile

from app.attachments.rules.files import (
    FORMATS,
    KEPT_AS,
    LONGEST_SIDE,
    MEDIA_TYPES,
    FileFacts,
    Format,
    Rectangle,
    Refused,
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
_BLACK: dict[str, tuple[int, ...]] = {"RGB": (0, 0, 0), "RGBA": (0, 0, 0, 255), "LA": (0, 255)}


@contextmanager
def _bombs_refused() -> Iterator[None]:
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(Unfit.TOO_MANY_PIXELS) from error


@_bombs_refused()
def redact_picture(content: bytes, media_type: str, rectangles: list[Rectangle]) -> tuple[FileFacts, bytes]:
    """A copy of a clean picture in which the rectangles are black; raises Refused, and what Pillow raises."""
    kept = FORMATS[media_type]
    Image.MAX_IMAGE_PIXELS = None  # it was judged when it came
    original = Image.open(io.BytesIO(content), formats=[kept.value])
    areas = boxes(rectangles, *original.size, kept)
    if areas is None:
        raise Refused(Unfit.OUTSIDE)
    image = _in_mode(original, kept)
    for area in areas:
        image.paste(_BLACK.get(image.mode, 0), area)
    return _encoded(image, kept, lossless=_is_lossless(content))


@_bombs_refused()
def clean_picture(content: bytes, found: Format, most_pixels: int) -> tuple[FileFacts, bytes]:
    """The same pixels and nothing else; raises Refused, and what Pillow raises for a broken one."""
    image = _opened(content, found, most_pixels)
    kept, lossless = KEPT_AS[found], _is_lossless(content)
    image.load()
    if (turn := _UPRIGHT.get(_orientation(image))) is not None:
        image = image.transpose(turn)
    return _encoded(_in_mode(_in_plain_colours(image), kept), kept, lossless=lossless)


def _orientation(image: Image.Image) -> int:
    with suppress(Exception):  # a broken EXIF block is no reason to refuse a good picture
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    return 1


def _opened(content: bytes, found: Format, most_pixels: int) -> Image.Image:
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


def _in_plain_colours(image: Image.Image) -> Image.Image:
    """In sRGB, where the picture names a space of its own: its profile does not go along."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    with suppress(ImageCms.PyCMSError, OSError):
        own, plain = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, own, plain, outputMode=mode) or image
    return image


def _in_mode(image: Image.Image, kept: Format) -> Image.Image:
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


def _encoded(image: Image.Image, kept: Format, *, lossless: bool) -> tuple[FileFacts, bytes]:
    made = io.BytesIO()
    quality = {} if kept is Format.PNG else {"quality": 90}
    image.save(made, kept.value, **quality, **({"lossless": True} if lossless else {}))
    return FileFacts(MEDIA_TYPES[kept], image.width, image.height), made.getvalue()
