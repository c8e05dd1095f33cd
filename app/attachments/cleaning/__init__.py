"""A program of its own that makes one file harmless: `python -m app.attachments.cleaning JOB < file`.

It runs apart from the service, within limits of memory and time that the system holds, since decoders of pictures and
papers are where crafted files do their harm. A picture is decoded and encoded anew from its pixels alone; a PDF keeps
its pages and nothing that acts, hides or tells of its maker. Since it starts anew for each file, it imports only what that
one needs.
"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from app.attachments.rules.files import FileFacts, Format, Rectangle, Refused, Unfit, sniff


def get_ready(content: bytes) -> None:
    """Import what this file needs: to be done before memory is limited, so that the limit is the file's alone."""
    found = sniff(content)
    if found is not None:
        import_module(f"{__name__}.{'pages' if found is Format.PDF else 'pictures'}")


def clean(content: bytes, *, most_pixels: int) -> tuple[FileFacts, bytes]:
    """What the clean file is, and the file; raises Refused."""
    found = sniff(content)
    if found is None:
        raise Refused(Unfit.UNKNOWN)
    with _faults_of_the_file():
        if found is Format.PDF:
            from app.attachments.cleaning.pages import clean_pages

            facts, made = clean_pages(content, most_pixels)
        else:
            from app.attachments.cleaning.pictures import clean_picture

            facts, made = clean_picture(content, found, most_pixels)
    if zipfile.is_zipfile(io.BytesIO(made)):
        raise Refused(Unfit.TWO_FACED)
    return facts, made


def redact(content: bytes, media_type: str, rectangles: list[Rectangle]) -> tuple[FileFacts, bytes]:
    """A copy of a clean picture in which the rectangles are black; raises Refused."""
    from app.attachments.cleaning.pictures import redact_picture

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
    except Exception as error:
        raise Refused(Unfit.UNREADABLE) from error
