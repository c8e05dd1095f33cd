"""The tables of steps, as they are enforced."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from app.core.access import Actor, Permission
from app.core.http import Language, requires
from app.core.workflow import WORKFLOWS, Transition, Workflow
from app.reference.schemas import TransitionOut, TransitionsOut

router = APIRouter(prefix="/v1", tags=["steps"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]


@router.get("/transitions", summary="The tables of steps")
async def list_transitions(_: CanRead, said: Language) -> TransitionsOut:
    """Of each kind of thing: from where to where, who, what is needed, which article. Nothing else is possible."""
    tables = {
        name: [_shown(workflow, step, said) for step in workflow.steps.values()]
        for name, workflow in sorted(WORKFLOWS.items())
    }
    return TransitionsOut(items=tables["case"], by_kind=tables)


def _shown(workflow: Workflow[Any], step: Transition[Any], language: str) -> TransitionOut:
    return TransitionOut(
        action=step.action,
        title=step.title.say(language),
        sources=sorted(step.sources),
        target=step.target,
        permission=step.permission,
        by=step.by,
        who=workflow.taken_by(step).say(language),
        required=list(step.required),
        clocks=[effect.value for effect in step.clocks],
        notice=step.notice,
        basis=step.basis,
    )
