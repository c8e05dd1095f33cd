"""What may be attached, what is wrong with what may not, and what becomes of it. Pure.

The content decides: neither its name nor the type that a client declares is ever asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.cases.rules import CASE_STEPS, By, Status
from app.core.access import Permission
from app.core.errors import Worded, Words
from app.core.workflow import Transition, Workflow, table

# Attachments of a case: those who lead or registered it always have room, whatever others add.
MOST_OF_A_CASE = 200
MOST_OF_A_PERSON = 150
MOST_OF_OTHERS, MOST_OF_ANOTHER_UNIT, MOST_OF_ANOTHER = 100, 50, 20
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


@dataclass(frozen=True, slots=True)
class Room:
    """How many attachments a case has, and whose. `near`: the one who adds leads the case or registered it; `others` are
    all who do neither, `of_unit` those among them of the same units, `own` this one's. Of others what was withdrawn counts
    too: nobody fills a case by adding and withdrawing."""

    kept: int
    own: int
    own_kept: int
    of_unit: int
    others: int
    near: bool


def add_refused(status: Status, *, archived: bool, room: Room) -> Words | None:
    """Why nothing may be attached to a case now; None when it may."""
    if status is Status.MERGED:
        return Words("该件已并案，请添加到并入的件。", "The case was merged; attach it to the one it was merged into.")
    if archived:
        return Words("该件已归档，案卷不再增减；如需补充请先重新办理。", "The file is archived; reopen the case first.")
    if room.kept >= MOST_OF_A_CASE:
        return Words(f"一件最多 {MOST_OF_A_CASE} 个附件。", f"A case takes {MOST_OF_A_CASE} attachments.")
    if room.near:
        if room.own_kept >= MOST_OF_A_PERSON:
            return Words(
                f"每人最多添加 {MOST_OF_A_PERSON} 个附件。", f"One person adds {MOST_OF_A_PERSON} attachments."
            )
        return None
    shares = (room.own, MOST_OF_ANOTHER), (room.of_unit, MOST_OF_ANOTHER_UNIT), (room.others, MOST_OF_OTHERS)
    if any(used >= most for used, most in shares):
        return Words(
            f"既非主办也非登记的人员，每人最多添加 {MOST_OF_ANOTHER} 个、每单位 {MOST_OF_ANOTHER_UNIT} 个、"
            f"合计 {MOST_OF_OTHERS} 个附件；请交由主办单位添加。",
            f"Who neither leads nor registered the case adds {MOST_OF_ANOTHER} attachments, a unit {MOST_OF_ANOTHER_UNIT},"
            f" all together {MOST_OF_OTHERS}; let the lead unit add it.",
        )
    return None


def withdraw_refused(*, archived: bool, held: bool, relied_on: Sequence[Words], head: bool) -> Words | None:
    """Why an attachment that is kept may not be withdrawn now; None when it may.

    `relied_on`: what rests on it, such as a signature; then whoever added it cannot take it away alone, only the `head` of
    the lead unit, who answers for the file.
    """
    if held:
        return Words("该件依法保全，解除前不得删除任何材料。", "The file is under legal hold; nothing of it is erased.")
    if archived:
        return Words("该件已归档，案卷不再增减。", "The file is archived; nothing of it is taken out.")
    if relied_on and not head:
        zh, en = "、".join(what.zh for what in relied_on), ", ".join(what.en for what in relied_on)
        return Words(
            f"{zh}以该附件为凭，只有主办单位负责人可以撤回。",
            f"This rests on it: {en}. The head of the lead unit alone withdraws it.",
        )
    return None


# --- The workflow


class AttachmentState(StrEnum):
    """Whether its content is still there."""

    KEPT = "kept"
    WITHDRAWN = "withdrawn"


_KEPT = frozenset({AttachmentState.KEPT})
WORKFLOW: Workflow[AttachmentState] = Workflow(
    "attachment",
    Words("该附件", "the attachment"),
    who={
        "involved": CASE_STEPS.who[By.INVOLVED],
        "author_or_head": Words("添加人或主办单位负责人", "who attached it, or the head of the lead unit"),
    },
    steps=table((
        Transition("withdraw", Words("撤回附件", "withdraw an attachment"), _KEPT, AttachmentState.WITHDRAWN,
                   Permission.CASE_ATTACH, "author_or_head", required=("reason",)),
        Transition("redact", Words("制作遮盖件", "add a redacted copy"), _KEPT, None, Permission.CASE_ATTACH, "involved",
                   required=("rectangles",)),
    )),
)  # fmt: skip
