"""What working on a case together brings."""

from app.attachments.queries import RELIANCES, Reliance
from app.core.capability import Capability
from app.core.errors import Words
from app.core.workflow import WORKFLOWS
from app.joint.rules.meetings import MEETINGS
from app.joint.rules.tasks import TASKS
from app.joint.rules.whistles import WHISTLES
from app.joint.settings import TaskSettings
from app.messages.rules import TEMPLATES, Template

# Which files of its case what rests on.
RELIED_ON = {
    "task_result": Reliance(
        Words("协办任务的反馈", "the result of a task"),
        "select f.attachment from task t join task_file f on f.task = t.id where t.case_id = a.case_id",
    ),
}
MESSAGES = {
    "task_given": Template(
        Words("有一项协办任务待签收", "A task to sign for"),
        Words(
            "{by}请贵单位协办编号{number}，请签收并按期书面反馈。",
            "{by} asks you to help with case {number}; sign and answer.",
        ),
    ),
    "task_refused": Template(
        Words("协办任务被退回", "A task was refused"),
        Words(
            "{unit}退回了编号{number}的协办任务，请另行安排。",
            "{unit} refused its task on case {number}; arrange otherwise.",
        ),
    ),
    "task_answered": Template(
        Words("协办任务已反馈", "A task was answered"),
        Words("{unit}已书面反馈编号{number}的协办任务。", "{unit} answered its task on case {number}."),
    ),
    "task_returned": Template(
        Words("协办反馈被退回补充", "A result was returned"),
        Words("{by}请补充编号{number}的协办反馈。", "{by} asks for more on case {number}."),
    ),
    "whistle_blown": Template(
        Words("吹哨：请立即到场", "A whistle: come to the spot"),
        Words(
            "{by}就编号{number}吹哨，请在时限内到场签到。",
            "{by} calls you to the spot on case {number}; arrive within the limit.",
        ),
    ),
    "call_objected": Template(
        Words("有一件吹哨异议待裁定", "An objection to a call to rule on"),
        Words(
            "{unit}认为编号{number}的吹哨不应召集本单位，请裁定。",
            "{unit} objects to its call on case {number}; please rule.",
        ),
    ),
    "call_upheld": Template(
        Words("吹哨异议成立", "The objection was upheld"),
        Words("{by}裁定编号{number}的吹哨异议成立。", "{by} upheld the objection on case {number}."),
    ),
    "call_dismissed": Template(
        Words("吹哨异议不成立", "The objection was dismissed"),
        Words(
            "{by}裁定编号{number}的吹哨异议不成立，请到场处置。",
            "{by} dismissed the objection on case {number}; come and act.",
        ),
    ),
    "meeting_called": Template(
        Words("会商邀请", "An invitation to a joint meeting"),
        Words(
            "{by}邀请贵单位就编号{number}会商，请答复。",
            "{by} invites you to a joint meeting on case {number}; please answer.",
        ),
    ),
}


def register() -> None:
    """Put it where it is used."""
    RELIANCES.add(RELIED_ON)
    TEMPLATES.add(MESSAGES)
    WORKFLOWS.add({workflow.thing: workflow for workflow in (TASKS, WHISTLES, MEETINGS)})


TAGS = {
    "together": "Working a case together: tasks of co-handlers, whistles to the spot, joint meetings.",
}
JOINT = Capability("joint", tags=TAGS, settings=TaskSettings, register=register)
