"""Where files are made harmless: each in a process of its own, two at a time and one of a caller, within bounds."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

from app.attachments.rules.files import FileFacts, Job, Rectangle, Unfit
from app.attachments.settings import AttachmentSettings
from app.core import errors
from app.core.errors import Words
from app.core.settings import section
from app.core.shares import Share

AT_ONCE = 2
SECONDS = 30  # of computing; the wall clock has as much again, since others compute too
MEMORY, MEMORY_A_PIXEL = 768_000_000, 16  # address space: libraries and file; decoded pixels, three times and more

_FULL = Words(
    "正在处理的附件过多，未保存任何内容，请稍后用同一幂等键重试。",
    "Too many files are being taken in; nothing was stored. Send it again soon, under the same key.",
)
# Files that a server process holds in memory, arriving or waiting to be cleaned.
UPLOADS = Share(at_once=16, each=4, waiting=12, seconds=60, full=_FULL)
_CLEANING = Share(at_once=AT_ONCE, each=1, waiting=4, seconds=4 * SECONDS, full=_FULL)
_workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="attachments")


@dataclass(frozen=True, slots=True)
class Clean:
    """A file that may be kept, and what it is."""

    content: bytes
    facts: FileFacts


async def clean(content: bytes, caller: str) -> Clean:
    """The file without anything that acts, hides or tells of its maker; raises Invalid with what is wrong."""
    return await _cleaned(content, caller)


async def redact(content: bytes, media_type: str, rectangles: Sequence[Rectangle], caller: str) -> Clean:
    """A copy of a kept picture with the rectangles redacted; raises Invalid for one outside of it."""
    return await _cleaned(content, caller, media_type, [[r.x, r.y, r.width, r.height] for r in rectangles])


async def _cleaned(
    content: bytes, caller: str, media_type: str = "", rectangles: list[list[int]] | None = None
) -> Clean:
    async with _CLEANING.turn(caller):
        made = await asyncio.get_running_loop().run_in_executor(_workers, _run, content, media_type, rectangles)
    if isinstance(made, Clean):
        return made
    pointer = "#/body/rectangles" if made is Unfit.OUTSIDE else "#/body"
    raise errors.Invalid(made.words.zh, made.words.en, pointer=pointer, code=made.value)


def _run(content: bytes, media_type: str = "", rectangles: list[list[int]] | None = None) -> Clean | Unfit:
    pixels = section(AttachmentSettings).max_pixels
    job = Job(pixels, MEMORY + MEMORY_A_PIXEL * pixels, SECONDS, media_type, rectangles)
    command = [sys.executable, "-I", "-m", "app.attachments.cleaning", json.dumps(asdict(job))]
    try:
        done = subprocess.run(  # noqa: S603 (this program itself, and numbers of ours)
            command, input=content, capture_output=True, timeout=2 * SECONDS, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        return Unfit.TOO_HEAVY
    if done.returncode < 0:  # ended by the system: beyond its bounds, or a decoder that fell
        return Unfit.TOO_HEAVY
    if done.returncode > 0:
        raise RuntimeError("the program that cleans attachments does not run")
    line, _, made = done.stdout.partition(b"\n")
    said = json.loads(line)
    return Unfit(said) if isinstance(said, str) else Clean(made, FileFacts(**said))
