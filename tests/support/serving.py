"""The application behind a port, as `gridcase serve` has it, in a thread of the tests; and a client that speaks bytes."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import uvicorn

from app.core.protocol import TimelyProtocol


@contextmanager
def served(app: Any) -> Iterator[uvicorn.Server]:
    """One server process's worth of service."""
    server = uvicorn.Server(
        uvicorn.Config(app, "127.0.0.1", 0, http=TimelyProtocol, ws="none", log_level="critical", access_log=False)
    )
    thread = Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.02)
    yield server
    server.should_exit = True
    thread.join()


class Line:
    """A connection."""

    def __init__(self, server: uvicorn.Server, *, room: int | None = None) -> None:
        self.socket = socket.socket()
        if room is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.socket.settimeout(30)
        self.socket.connect(server.servers[0].sockets[0].getsockname())

    def say(self, *parts: str | bytes) -> None:
        """Send; nothing happens where the other side has gone."""
        try:
            for part in parts:
                self.socket.sendall(part.encode() if isinstance(part, str) else part)
        except OSError:
            return

    def pause(self, seconds: float) -> bytes | None:
        """Wait; what came meanwhile, empty when the other side has ended, None when it is silent."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(65_536)
        except TimeoutError:
            return None
        except OSError:
            return b""
        finally:
            self.socket.settimeout(30)

    def hear(self, *said: bytes) -> bytes:
        """All that comes until each of these was said, or the other side ends."""
        found = bytearray()
        while not all(word in found for word in said) and (part := self.pause(30)):
            found += part
        return bytes(found)

    def rest(self) -> bytes:
        """All that comes until the other side ends."""
        found = bytearray()
        while part := self.pause(30):
            found += part
        return bytes(found)
