"""Busy routes without the cost of solving their dependencies anew for every request.

FastAPI walks the tree of a route's dependencies for each request; on the routes that carry nearly all traffic that takes
longer than all the dependencies do. Here the walk is written down once. Whatever is unusual goes FastAPI's own way,
which also words the refusal: a parameter or a body that does not fit, a dependency that a test has replaced.
"""

import inspect
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, create_model

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class _Step:
    """One call. Its arguments are results of earlier steps (by place), parameters of the request, the request itself."""

    call: Callable[..., Any]
    managed: bool
    earlier: tuple[tuple[str, int], ...]
    asked: tuple[str, ...]
    request: str | None


class PrecompiledRoute(APIRoute):
    """A route that calls its dependencies one after another, in FastAPI's order, each once.

    They are coroutine functions, or asynchronous generators of scope `function`; parameters are of the query or the
    headers; the endpoint takes at most one body and gives a Response. Raises TypeError for any other signature.
    """

    def get_route_handler(self) -> Handler:
        """FastAPI's hook."""
        usual: Handler = super().get_route_handler()
        steps = _plan(self.dependant)
        parameters = _Parameters(self.dependant)
        body = _Body(self.dependant) if self.dependant.body_params else None

        async def handle(request: Request) -> Response:
            if request.app.dependency_overrides:
                return await usual(request)
            try:
                asked = parameters.read(request)
                sent = await body.read(request) if body else {}
            except (ValueError, RecursionError):
                return await usual(request)
            async with AsyncExitStack() as stack:
                results: list[Any] = []
                for step in steps:
                    arguments = {name: results[place] for name, place in step.earlier}
                    for name in step.asked:
                        arguments[name] = asked[name]
                    if step.request is not None:
                        arguments[step.request] = request
                    if step is steps[-1]:
                        arguments |= sent
                    called = step.call(**arguments)
                    results.append(await (stack.enter_async_context(called) if step.managed else called))
                response: Response = results[-1]
            return response

        return handle


def _plan(endpoint: Dependant) -> list[_Step]:
    """Every call once, dependencies before what depends on them; the endpoint last."""
    steps: list[_Step] = []
    places: dict[Any, int] = {}

    def add(dependant: Dependant) -> int:
        call = dependant.call
        if call in places:
            return places[call]
        earlier = [(below.name, add(below)) for below in dependant.dependencies]
        parameters = (*dependant.query_params, *dependant.header_params)
        managed = inspect.isasyncgenfunction(call)
        steps.append(
            _Step(
                _checked(dependant, managed=managed),
                managed,
                tuple((name, place) for name, place in earlier if name is not None),
                tuple(parameter.name for parameter in parameters),
                dependant.request_param_name or dependant.http_connection_param_name,
            )
        )
        places[call] = len(steps) - 1
        return places[call]

    add(endpoint)
    return steps


def _checked(dependant: Dependant, *, managed: bool) -> Callable[..., Any]:
    call = dependant.call
    if call is None:
        raise TypeError("a dependency without a call")
    known = inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004
    others = (
        dependant.path_params, dependant.cookie_params, dependant.response_param_name, dependant.websocket_param_name,
        dependant.background_tasks_param_name, dependant.security_scopes_param_name,
    )  # fmt: skip
    if any(others) or not ((managed and dependant.scope == "function") or known):
        raise TypeError(f"{call} has a signature that a direct route does not take")
    return asynccontextmanager(call) if managed else call


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for below in dependant.dependencies:
        yield from _all(below)


class _Parameters:
    """The query and header parameters of a route and all its dependencies, as one model."""

    def __init__(self, endpoint: Dependant) -> None:
        self._query: dict[str, tuple[str, bool]] = {}
        self._headers: dict[str, str] = {}
        fields: dict[str, Any] = {}
        for dependant in _all(endpoint):
            for field in (*dependant.query_params, *dependant.header_params):
                info = field.field_info
                fields[field.name] = (Annotated[info.annotation, field.name, *info.metadata], info.get_default())
            self._query |= {f.name: (f.alias, _several(f.field_info.annotation)) for f in dependant.query_params}
            self._headers |= {f.name: f.alias for f in dependant.header_params}
        self._model: type[BaseModel] = create_model("Asked", **fields)

    def read(self, request: Request) -> dict[str, Any]:
        """The values by name; raises ValueError."""
        given: dict[str, Any] = {}
        query = request.query_params
        if query:
            for name, (alias, several) in self._query.items():
                if alias in query:
                    given[name] = query.getlist(alias) if several else query[alias]
        for name, alias in self._headers.items():
            if (value := request.headers.get(alias)) is not None:
                given[name] = value
        return self._model.model_validate(given).__dict__


def _several(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(get_origin(arg) is list for arg in get_args(annotation))


class _Body:
    """The one body parameter of a route."""

    def __init__(self, endpoint: Dependant) -> None:
        (field,) = endpoint.body_params
        self._name = field.name
        self._adapter: TypeAdapter[Any] = TypeAdapter(field.field_info.annotation or Any)

    async def read(self, request: Request) -> dict[str, Any]:
        """The validated body by its name; raises ValueError."""
        if "content-type" not in request.headers:
            raise ValueError("FastAPI decides what a body without a type is")
        return {self._name: self._adapter.validate_python(json.loads(await request.body()))}
