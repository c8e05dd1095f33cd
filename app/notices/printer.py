"""A program of its own that prints: `python -m app.notices.printer`, one page of HTML after the other, until nobody sends more.

It runs apart from the service, since laying out is all processor: nobody else is to wait for it. Each message is its length
in 8 bytes and itself; the answer is one sign more, what became of it.
"""

import os
import resource
import sys
from pathlib import Path
from typing import IO, Any

DONE, BROKEN, NO_LIBRARIES = b"D", b"B", b"L"
MEMORY = 2_000_000_000  # bytes of address space, the libraries in it
NICE = 10  # behind those who answer requests
_SHEET = Path(__file__).parent / "templates" / "print.css"


def send(to: IO[bytes], content: bytes, sign: bytes = b"") -> None:
    """A message."""
    to.write(sign + len(content).to_bytes(8) + content)
    to.flush()


def receive(source: IO[bytes], signs: int = 0) -> tuple[bytes, bytes]:
    """The sign and the content of the next message; raises EOFError when none comes."""
    head = source.read(signs + 8)
    if len(head) < signs + 8:
        raise EOFError("nobody sends more")
    length = int.from_bytes(head[signs:])
    content = source.read(length)
    if len(content) < length:
        raise EOFError("the message breaks off")
    return head[:signs], content


def _refuse(_: str, *__: Any, **___: Any) -> Any:
    raise ValueError("a notice fetches nothing")


def _print(page: bytes) -> tuple[bytes, bytes]:
    try:
        import weasyprint
    except OSError:
        return NO_LIBRARIES, b""
    sheet = weasyprint.CSS(filename=str(_SHEET), url_fetcher=_refuse)
    done: bytes = weasyprint.HTML(string=page.decode(), url_fetcher=_refuse).write_pdf(stylesheets=[sheet])
    return DONE, done


def main() -> None:
    """Print until the service has gone; end with what is too large."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            _, page = receive(sys.stdin.buffer)
        except EOFError:
            return
        try:
            sign, done = _print(page)
        except MemoryError:
            sign, done = BROKEN, b""
        send(sys.stdout.buffer, done, sign)


if __name__ == "__main__":
    main()
