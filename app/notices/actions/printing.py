"""Showing and printing a notice: names masked unless there is a reason, PDF with the font inside."""

import asyncio
import atexit
import html
import re
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, cast

import structlog

from app.core import errors
from app.core.errors import Words
from app.core.masking import mask_name
from app.core.numbers import starred
from app.core.shares import Share
from app.notices.printer import DONE, NO_LIBRARIES, receive, send

log = structlog.get_logger()
SECONDS = 60  # of one print, on the clock: the longest file takes half of it
PRINTS = Share(
    at_once=2, each=1, waiting=3, seconds=60,
    full=Words("正在生成的 PDF 过多，请稍后再试。", "Too many files are being printed; try again soon."),
)  # fmt: skip
_ADDRESSEE = re.compile(r'(<b class="to">)(.*?)(</b>)', re.S)
_idle: list["_Printer"] = []  # started with the first PDF, and as many as were ever needed at once


def masked_text(text: str) -> str:
    """The notice as everybody sees texts and parties: numbers starred; of its addressees a surname and stars."""
    return _ADDRESSEE.sub(lambda m: m[1] + html.escape(mask_name(html.unescape(m[2]))) + m[3], starred(text))


class _Printer:
    """The program that prints. It ends with this process, or when a page takes too long or too much."""

    def __init__(self) -> None:
        # What it would print of a fault may hold what people wrote.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "app.notices.printer"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={},
        )  # fmt: skip

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def print(self, page: bytes) -> tuple[bytes, bytes]:
        """What became of it, and the PDF; raises OSError or EOFError when the program has ended."""
        watch = threading.Timer(SECONDS, self._process.kill)
        watch.start()
        try:
            send(cast("IO[bytes]", self._process.stdin), page)
            return receive(cast("IO[bytes]", self._process.stdout), signs=1)
        finally:
            watch.cancel()

    def end(self) -> None:
        """Kill it, and clear up."""
        self._process.kill()
        self._process.communicate()


def _ready() -> _Printer:
    """One that waits for work, or a new one."""
    with suppress(IndexError):  # none is left
        while not (printer := _idle.pop()).lives:
            printer.end()
        return printer
    return _Printer()


@atexit.register
def _end_all() -> None:
    while _idle:
        _idle.pop().end()


def _pdf(body: str, title: str) -> bytes:
    page = (
        f'<!doctype html><html lang="zh-CN"><head><title>{html.escape(title)}</title></head><body>{body}</body></html>'
    )
    printer = _ready()
    try:
        sign, done = printer.print(page.encode())
    except (OSError, EOFError) as error:
        printer.end()
        log.warning("a print was given up", error=type(error).__name__)
        raise _too_long() from error
    if sign != DONE:
        printer.end()
        raise _no_libraries() if sign == NO_LIBRARIES else _too_long()
    _idle.append(printer)
    return done


async def printed(body: str, title: str) -> bytes:
    """The PDF of HTML that this house made; raises Unavailable when this machine cannot print it. To be called in a turn of
    `PRINTS`, and without a connection: it takes seconds."""
    return await asyncio.to_thread(_pdf, body, title)


def _too_long() -> errors.Unavailable:
    return errors.Unavailable(
        "生成该 PDF 所需的时间或内存过多，已停止；文书内容不受影响。",
        "This PDF takes too much time or memory, and was given up; the texts are not affected.",
    )


def _no_libraries() -> errors.Unavailable:
    return errors.Unavailable(
        "此服务器缺少排版组件，暂不能生成 PDF；文书内容不受影响。",
        "This server lacks what prints PDF (Pango); the text of the notice is not affected.",
    )
