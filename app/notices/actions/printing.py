"""Showing and printing a notice: names masked unless there is a reason, PDF with the font inside."""

import asyncio
import html
import re
from functools import cache
from typing import Any

from app.core import errors
from app.core.errors import Words
from app.core.masking import mask_name
from app.core.shares import Share
from app.notices.actions.filling import TEMPLATES

_ADDRESSEE = re.compile(r'(<b class="to">)(.*?)(</b>)', re.S)
# Printing is all processor: more at once would only hold up the others.
PRINTS = Share(
    at_once=2, each=1, waiting=3, seconds=60,
    full=Words("正在生成的 PDF 过多，请稍后再试。", "Too many files are being printed; try again soon."),
)  # fmt: skip


def masked_text(text: str) -> str:
    """The notice with its addressees as everybody sees parties; a surname and stars."""
    return _ADDRESSEE.sub(lambda m: m[1] + html.escape(mask_name(html.unescape(m[2]))) + m[3], text)


@cache
def _printer() -> Any:
    """Loaded with the first PDF: it takes two seconds, which a server that prints none need not spend."""
    import weasyprint

    return weasyprint


def _refuse(_: str, *__: Any, **___: Any) -> Any:
    raise ValueError("a notice fetches nothing")


def _pdf(body: str, title: str) -> bytes:
    printer = _printer()
    page = (
        f'<!doctype html><html lang="zh-CN"><head><title>{html.escape(title)}</title></head><body>{body}</body></html>'
    )
    sheet = printer.CSS(filename=str(TEMPLATES / "print.css"), url_fetcher=_refuse)
    done: bytes = printer.HTML(string=page, url_fetcher=_refuse).write_pdf(stylesheets=[sheet])
    return done


async def printed(body: str, title: str) -> bytes:
    """The PDF of HTML that this house made; raises Unavailable when this machine cannot print. To be called in a turn of
    `PRINTS`, and without a connection: it takes seconds."""
    try:
        return await asyncio.to_thread(_pdf, body, title)
    except OSError as error:  # the libraries of the distribution (Pango) are not there
        raise errors.Unavailable(
            "此服务器缺少排版组件，暂不能生成 PDF；文书内容不受影响。",
            "This server lacks what prints PDF (Pango); the text of the notice is not affected.",
        ) from error
