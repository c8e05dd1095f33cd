"""A client of the application that goes to its thread and back once a request.

Starlette's own client crosses some nine times, which was an eighth of the suite's processor time. What is sent without a
length (chunk by chunk) still goes its way.
"""

from typing import Any

import httpx2
from starlette.testclient import TestClient


class OneCrossing(httpx2.BaseTransport):
    """`client` (address, port) and `raise_server_exceptions` may be changed, as those of Starlette's transport."""

    def __init__(self, running: TestClient, usual: Any) -> None:
        self.running, self.usual = running, usual
        self.client: tuple[str, int] = usual.client
        self.raise_server_exceptions: bool = usual.raise_server_exceptions

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The whole answer, read to its end."""
        if "transfer-encoding" in request.headers or self.running.portal is None:
            self.usual.client, self.usual.raise_server_exceptions = self.client, self.raise_server_exceptions
            answer: httpx2.Response = self.usual.handle_request(request)
            return answer
        request.read()
        return self.running.portal.call(self._ask, request)

    async def _ask(self, request: httpx2.Request) -> httpx2.Response:
        asked = httpx2.ASGITransport(self.usual.app, self.raise_server_exceptions, client=self.client)
        answer = await asked.handle_async_request(request)
        body = httpx2.ByteStream(await answer.aread())
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=body, request=request)


class CrossingClient(TestClient):
    """Starlette's client, for an application that runs (`with …`), on the event loop that serves."""

    def __init__(self, app: Any, *, raise_server_exceptions: bool) -> None:
        super().__init__(app, raise_server_exceptions=raise_server_exceptions, backend_options={"use_uvloop": True})
        self._transport = OneCrossing(self, self._transport)
