"""What a file is, what is wrong with one that is refused, and what becomes of it. Pure.

The content decides: neither its name nor the type that a client declares is ever asked. The program that cleans a file
starts anew for each, so nothing of the cases is imported here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from app.core.errors import Worded

MOST_PAGES = 300
LONGEST_SIDE = 30_000
BLOCK = 16  # pixels that JPEG and WebP mix with each other: they are redacted in whole blocks,
SMOOTHED = 4  # and as far beside them as a decoder smooths edges


class Format(StrEnum):
    """What the bytes are."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    HEIC = "HEIF"
    PDF = "PDF"


# How each is kept: HEIC, which few desks can open, becomes JPEG.
KEPT_AS: dict[Format, Format] = {**{f: f for f in Format}, Format.HEIC: Format.JPEG}
MEDIA_TYPES: dict[Format, str] = {
    Format.JPEG: "image/jpeg", Format.PNG: "image/png", Format.WEBP: "image/webp", Format.PDF: "application/pdf",
}  # fmt: skip
EXTENSIONS: dict[str, str] = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}
FORMATS = {media: found for found, media in MEDIA_TYPES.items()}
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})


def sniff(content: bytes) -> Format | None:
    """The format that the first bytes name; None for everything that is not taken."""
    if content.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Format.WEBP
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return Format.HEIC
    return Format.PDF if content.startswith(b"%PDF-") else None


class Unfit(Worded):
    """What is wrong with a file that is refused: the `code` of the problem."""

    UNKNOWN = (
        "unknown_format",
        "只收 JPEG、PNG、WebP、HEIC 图片和 PDF（按内容识别，与文件名无关）；请拍照或另存为 PDF 后上传。",
        "JPEG, PNG, WebP, HEIC and PDF are taken, whatever the name says; photograph it or save it as PDF.",
    )
    UNREADABLE = (
        "unreadable",
        "文件已损坏或不完整，无法读取；请重新拍摄或导出后上传。",
        "The file is damaged or incomplete; photograph or export it again.",
    )
    TOO_MANY_PIXELS = (
        "too_many_pixels",
        "图片像素过多；请降低分辨率后上传。",
        "Too many pixels; send it at a lower resolution.",
    )
    MOVING = "moving_picture", "不收动图；请上传静态图片。", "Moving pictures are not taken; send a still one."
    LOCKED = "password", "该 PDF 设有密码；请去除密码后上传。", "The PDF asks for a password; remove it first."
    TOO_MANY_PAGES = (
        "too_many_pages",
        f"PDF 超过 {MOST_PAGES} 页；请分成几份上传。",
        f"More than {MOST_PAGES} pages; send it in parts.",
    )
    ACTIVE = (
        "active_content",
        "该 PDF 含有脚本等活动内容，无法安全清除；请打印为 PDF 或拍照后上传。",
        "The PDF holds active content that cannot be taken out; print it to PDF or photograph it.",
    )
    TWO_FACED = (
        "two_formats",
        "该文件同时是另一种格式的文件；请重新拍摄或打印为 PDF 后上传。",
        "The file is also one of another format; photograph it or print it to PDF.",
    )
    TOO_HEAVY = (
        "too_heavy",
        "处理该文件所需的时间或内存过多；请重新拍摄或打印为 PDF 后上传。",
        "The file takes too much time or memory; photograph it or print it to PDF.",
    )
    OUTSIDE = (
        "outside_the_picture",
        "遮盖区域须在图片之内（单位：像素，自左上角起）。",
        "Each rectangle lies inside the picture: pixels from the upper left corner.",
    )


class Refused(Exception):
    """The file is not taken."""

    def __init__(self, why: Unfit) -> None:
        super().__init__(why.value)
        self.why = why


class Removed(StrEnum):
    """What was taken out of a PDF beside its metadata, so that who sent it knows."""

    SCRIPTS = "scripts"
    FILES = "files"
    SIGNATURES = "signatures"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a clean file is; `removed` names what was taken out of a PDF."""

    media_type: str
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    removed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """What is to be redacted, in pixels from the upper left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked of the program that makes files harmless: to clean one, or to redact `rectangles` of a picture that is
    kept; within `memory` (bytes) and `seconds` of computing."""

    most_pixels: int
    memory: int
    seconds: int
    media_type: str = ""
    rectangles: list[list[int]] | None = None


Box = tuple[int, int, int, int]


def boxes(rectangles: Iterable[Rectangle], width: int, height: int, kept: Format) -> list[Box] | None:
    """Left, upper, right, lower of each rectangle; None when one is not inside.

    In formats that mix neighbouring pixels a box grows to whole blocks and a little beyond: what stands just beside a
    name is made of the name too.
    """
    found: list[Box] = []
    grid, beyond = (1, 0) if kept is Format.PNG else (BLOCK, SMOOTHED)
    for r in rectangles:
        right, lower = r.x + r.width, r.y + r.height
        if min(r.x, r.y) < 0 or min(r.width, r.height) < 1 or right > width or lower > height:
            return None
        left, upper = (max(side // grid * grid - beyond, 0) for side in (r.x, r.y))
        right, lower = (-(-side // grid) * grid + beyond for side in (right, lower))
        found.append((left, upper, min(right, width), min(lower, height)))
    return found
