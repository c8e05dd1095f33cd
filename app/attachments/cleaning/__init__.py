"""A program of its own that makes one file harmless: `python -m app.attachments.cleaning JOB < file`.

It runs apart from the service, within limits of memory and time that the system holds, since decoders of pictures and
papers are where crafted files do their harm. A picture is decoded and encoded anew from its pixels alone; a PDF keeps
its pages and nothing that acts, hides or tells of its maker.
"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from app.attachments.cleaning.pages import clean_pages
from app.attachments.cleaning.pictures import clean_picture, redact_picture
from app.attachments.rules import FileFacts, Format, Rectangle, Refused, Unfit, sniff


def clean(content: bytes, *, most_pixels: int) -> tuple[FileFacts, bytes]:
    """What the clean file is, and the file; raises Refused."""
    found = sniff(content)
    if found is None:
        raise Refused(Unfit.UNKNOWN)
    with _faults_of_the_file():
        if found is Format.PDF:
            facts, made = clean_pages(content, most_pixels)
        else:
            facts, made = clean_picture(content, found, most_pixels)
    if zipfile.is_zipfile(io.BytesIO(made)):
        raise Refused(Unfit.TWO_FACED)
    return facts, made


def redact(content: bytes, media_type: str, rectangles: list[Rectangle]) -> tuple[FileFacts, bytes]:
    """A copy of a clean picture in which the rectangles are black; raises Refused."""
    with _faults_of_the_file():
        return redact_picture(content, media_type, rectangles)


@contextmanager
def _faults_of_the_file() -> Iterator[None]:
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
