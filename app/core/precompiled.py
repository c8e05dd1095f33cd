"""Lists of cases without the cost of solving their dependencies anew for every request.

FastAPI walks the tree of a route's dependencies for each request and checks each parameter by itself; for a list with its
many filters that takes longer than everything else in Python. Here the walk is written down once. A parameter that does
not fit goes FastAPI's own way, which words the refusal. Figures: docs/explanation/decisions/libraries.md.
"""

import inspect
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, get_args, get_origin

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import create_model

Call: TypeAlias = Callable[..., Any]
Values: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Step:
    """One call. Its arguments are results of earlier steps (by place), parameters of the query, the request itself."""

    call: Call
    managed: bool
    earlier: tuple[tuple[str, int], ...]
    asked: tuple[str, ...]
    request: str | None


class PrecompiledRoute(APIRoute):
    """A GET that calls its dependencies one after another, in FastAPI's order, each once.

    They are coroutine functions, or asynchronous generators of scope `function`; parameters are of the query; the endpoint
    gives a Response. Raises TypeError for any other signature.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[None, None, Response]]:
        """FastAPI's hook."""
        usual = super().get_route_handler()
        steps = _plan(self.dependant)
        read = _query(self.dependant)

        async def handle(request: Request) -> Response:
            try:
                asked = read(request)
            except ValueError:
                return await usual(request)
            async with AsyncExitStack() as stack:
                results: list[Any] = []
                for step in steps:
                    arguments = {name: results[place] for name, place in step.earlier}
                    arguments |= {name: asked[name] for name in step.asked}
                    if step.request is not None:
                        arguments[step.request] = request
                    called = step.call(**arguments)
                    results.append(await (stack.enter_async_context(called) if step.managed else called))
                response: Response = results[-1]
            return response

        return handle


def _plan(endpoint: Dependant) -> list[_Step]:
    """Every call once, dependencies before what depends on them; the endpoint last."""
    steps: list[_Step] = []
    places: dict[object, int] = {}

    def add(dependant: Dependant) -> int:
        if dependant.call in places:
            return places[dependant.call]
        earlier = [(below.name, add(below)) for below in dependant.dependencies]
        managed = inspect.isasyncgenfunction(dependant.call)
        steps.append(
            _Step(
                _checked(dependant, managed=managed),
                managed,
                tuple((name, place) for name, place in earlier if name is not None),
                tuple(parameter.name for parameter in dependant.query_params),
                dependant.request_param_name or dependant.http_connection_param_name,
            )
        )
        return places.setdefault(dependant.call, len(steps) - 1)

    add(endpoint)
    return steps


def _checked(dependant: Dependant, *, managed: bool) -> Call:
    call = dependant.call
    awaited = inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004
    others = (
        dependant.path_params, dependant.header_params, dependant.cookie_params, dependant.body_params,
        dependant.response_param_name, dependant.websocket_param_name, dependant.background_tasks_param_name,
        dependant.security_scopes_param_name,
    )  # fmt: skip
    if call is None or any(others) or not (awaited or (managed and dependant.scope == "function")):
        raise TypeError(f"{call} has a signature that a precompiled route does not take")
    return asynccontextmanager(call) if managed else call


def dependants(dependant: Dependant) -> Iterator[Dependant]:
    """It, and everything that it depends on."""
    yield dependant
    for below in dependant.dependencies:
        yield from dependants(below)


def _query(endpoint: Dependant) -> Callable[[Request], Values]:
    """Reads the query parameters of a route and all its dependencies as one model; raises ValueError."""
    infos = {field.name: field.field_info for dependant in dependants(endpoint) for field in dependant.query_params}
    fields: Values = {
        name: (Annotated[info.annotation, name, *info.metadata], info.get_default()) for name, info in infos.items()
    }
    model = create_model("Asked", **fields)
    several = {name: _several(info.annotation) for name, info in infos.items()}

    def read(request: Request) -> Values:
        query = request.query_params
        given = {name: query.getlist(name) if several[name] else query[name] for name in several if name in query}
        asked: Values = model.model_validate(given).__dict__
        return asked

    return read


def _several(annotation: object) -> bool:
    return get_origin(annotation) is list or any(get_origin(arg) is list for arg in get_args(annotation))
