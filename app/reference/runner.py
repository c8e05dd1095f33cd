"""The one runner of steps over HTTP: replay, then version, then the step, then the answer."""

import inspect
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, Optional, Protocol

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import to_json

from app.core.bodies import Closed
from app.core.calls import Repeated
from app.core.errors import NotFound
from app.core.http import Call, Language, Now, Read, Signed, ThisCall, ThisVersion, Write, reference, requires
from app.core.idempotency import kept, once, replay, replayed, reply
from app.core.workflow import Workflow
from app.reference.actions import ActionContext
from app.reference.queries import Reference

Rules = Annotated[Reference, Depends(reference)]


class Versioned(Protocol):
    """The page of a thing, with its version."""

    @property
    def version(self) -> int:
        """As the ETag names it."""


Page = Versioned | Mapping[str, object]
# context, id, language → the page of the thing as it is now; raises NotFound for who does not see it any more.
Show = Callable[[ActionContext, Any, str], Awaitable[Page]]


def versioned(page: Page) -> tuple[bytes, str]:
    """A page as JSON, and its version for the ETag."""
    return to_json(page), str(page["version"] if isinstance(page, Mapping) else page.version)


@dataclass(frozen=True, slots=True)
class PageReader:
    """Shows one thing as it is now, with its version as ETag."""

    context: ActionContext
    language: str

    async def show(self, found: uuid.UUID | str, show: Show) -> Response:
        """The answer is 200 with its page."""
        page = await show(self.context, found, self.language)
        return reply(200, *versioned(page))


@dataclass(frozen=True, slots=True)
class ActionCreator:
    """Makes one thing, once, and shows it."""

    context: ActionContext
    call: Call

    async def run(self, make: Callable[[ActionContext], Awaitable[object]], show: Show) -> Response:
        """Run `make`, which gives the id of what it made; the answer is 201 with its page and version."""

        async def act() -> tuple[int, bytes, str | None]:
            made = await make(self.context)
            page = await show(self.context, made, self.call.language)
            return 201, *versioned(page)

        return await once(self.context.conn, self.call, act)


@dataclass(frozen=True, slots=True)
class ActionRunner:
    """One change of one thing: a replay is answered first, then the version is judged, then the step is taken."""

    context: ActionContext
    call: Call

    async def run(
        self,
        found: uuid.UUID | str,
        step: Callable[[ActionContext], Awaitable[object]],
        show: Show,
        *,
        looks: bool = False,
    ) -> Response:
        """Take the step once and show the thing as it is then; a caller who no longer sees it is told so.

        The course of a step, each a round trip: BEGIN (before this is called); look for the answer given before, lock and
        read the thing, and judge; write; show; keep the answer; COMMIT (after it). Writes wait for the next read, so those
        of the step go together. A step that `looks` asks for the answer given before while it locks and reads its thing.
        """
        conn, call, act = self.context.conn, self.call, self.context
        if looks:
            act = replace(act, call=call)
        elif (first := await replay(conn, call)) is not None:
            return first
        try:
            await step(act)
        except Repeated as before:
            return replayed(before.answer)
        try:
            page = await show(act, found, call.language)
        except NotFound:
            version = act.version + 1
            unseen = to_json({"id": found, "version": version, "seen": False})
            return await kept(conn, call, 200, unseen, str(version))
        return await kept(conn, call, 200, *versioned(page))


# Functions, since classes as dependencies would cost a thread each.
async def reader(conn: Read, actor: Signed, at: Now, language: Language, rules: Rules) -> PageReader:
    """For GET."""
    return PageReader(ActionContext(conn, rules, actor, at, 0), language)


async def creator(conn: Write, call: ThisCall, rules: Rules) -> ActionCreator:
    """For POST of something new."""
    return ActionCreator(ActionContext(conn, rules, call.actor, call.now, 0), call)


async def runner(conn: Write, call: ThisCall, version: ThisVersion, rules: Rules) -> ActionRunner:
    """For POST of a step."""
    return ActionRunner(ActionContext(conn, rules, call.actor, call.now, version), call)


ThisReader = Annotated[PageReader, Depends(reader, scope="function")]
ThisCreator = Annotated[ActionCreator, Depends(creator, scope="function")]
ThisRunner = Annotated[ActionRunner, Depends(runner, scope="function")]


class NothingIn(Closed):
    """A step that needs no words."""


# The action and the body whose fields it takes by name; the body may be left out where the action needs none of it.
StepAction = tuple[Callable[..., Awaitable[object]], type[BaseModel] | None]


def step_routes(
    router: APIRouter,
    workflow: Workflow[Any],
    path: str,
    actions: Mapping[str, StepAction],
    *,
    answer: Any,
    show: Show,
    key: str,
    kind: Any = uuid.UUID,
    names: Mapping[str, str] | None = None,
    looks: bool = False,
) -> None:
    """`POST {path}/actions/{action}` for each: permission, summary, words and basis are the table's, the rest the action's.

    `key` is the name of the id in the path, of type `kind`; `answer` is the model of the page that `show` gives; `looks` as
    `ActionRunner.run` has it.
    """
    for action, (do, body) in actions.items():
        step = workflow[action]
        words = (f"{step.title.zh}。{step.basis}", inspect.getdoc(do))
        router.add_api_route(
            f"{path}/actions/{action}",
            _endpoint(key, kind, do, body, show, looks=looks),
            methods=["POST"],
            response_model=answer,
            summary=step.title.en,
            description="\n\n".join(filter(None, words)),
            dependencies=[Depends(requires(step.permission))],
            name=(names or {}).get(action, action if "_" in action else f"{action}_{workflow.thing}"),
        )


def _endpoint(
    key: str, kind: Any, do: Callable[..., Awaitable[object]], body: type[BaseModel] | None, show: Show, *, looks: bool
) -> Callable[..., Awaitable[Response]]:
    """The endpoint of one step, with the signature that FastAPI reads: the id, the runner, the body."""
    asked = [p for p in signature(do).parameters.values() if p.kind is Parameter.KEYWORD_ONLY]
    required = body is not None and any(p.default is Parameter.empty for p in asked)

    async def endpoint(**given: Any) -> Response:
        runner: ActionRunner = given["runner"]
        found, sent = given[key], given["sent"]
        fields = {} if sent is None else {name: getattr(sent, name) for name in type(sent).model_fields}
        return await runner.run(found, lambda act: do(act, found, **fields), show, looks=looks)

    sent = (
        Parameter("sent", Parameter.KEYWORD_ONLY, annotation=body)
        if required
        else Parameter("sent", Parameter.KEYWORD_ONLY, annotation=Optional[body or NothingIn], default=None)  # noqa: UP045
    )
    parameters = [
        Parameter(key, Parameter.KEYWORD_ONLY, annotation=kind),
        Parameter("runner", Parameter.KEYWORD_ONLY, annotation=ThisRunner),
        sent,
    ]
    endpoint.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # what FastAPI reads
    return endpoint


def step_route(
    router: APIRouter, workflow: Workflow[Any], path: str, action: str, answer: Any, *, name: str | None = None
) -> Callable[..., Any]:
    """`POST {path}/actions/{action}`: permission, summary, words and basis are the table's; `answer` is the model shown."""
    step = workflow[action]
    words = f"{step.title.zh}。{step.basis}"

    def declare(endpoint: Callable[..., Any]) -> Callable[..., Any]:
        return router.post(
            f"{path}/actions/{action}",
            response_model=answer,
            summary=step.title.en,
            description="\n\n".join(filter(None, (words, inspect.getdoc(endpoint)))),
            dependencies=[Depends(requires(step.permission))],
            name=name or (action if "_" in action else f"{action}_{workflow.thing}"),
        )(endpoint)

    return declare
