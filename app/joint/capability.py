"""What working on a case together brings."""

from app.attachments.queries import RELIANCES, Reliance
from app.cases.actions.erasure import CLEAR
from app.cases.queries.registry import FILE_LISTS, WAITING_WORK
from app.cases.rules.registry import FACTS, STEP_WORDS, StepWords
from app.core.capability import Capability, changes
from app.core.errors import Words
from app.core.workflow import WORKFLOWS
from app.joint.queries import OWING, list_for_file
from app.joint.rules.calling import MEETINGS, WHISTLES
from app.joint.rules.tasks import TASKS
from app.joint.settings import TaskSettings
from app.messages.rules import TEMPLATES, Template

# Which files of its case what rests on.
RELIED_ON = {
    "task_result": Reliance(
        Words("协办任务的反馈", "the result of a task"),
        "select f.attachment from task t join task_file f on f.task = t.id where t.case_id = a.case_id",
    )
}
# The written results that the caller's units owe, each for itself.
RESULTS = """
    select c.id, c.number, c.kind, c.category, c.status, 'co', coalesce(a.state, 'signed'), w.asked_at, c.lead_unit, w.due,
        c.head_seq, w.id, w.id
    from task w join cases c on c.id = w.case_id left join assignment a on a.id = w.assignment
    where w.state in ('open', 'returned') and w.unit = any({units}::text[])
        and (a.id is null or a.state in ('offered', 'signed')) and c.status in ('registered', 'accepted', 'handling') and {seen}
"""
STEPS = {
    "give_task": StepWords(Words("交办协办任务", "a task was given")),
    "sign_task": StepWords(Words("签收协办任务", "a task was signed for")),
    "refuse_task": StepWords(Words("退回协办任务", "a task was refused")),
    "answer_task": StepWords(Words("协办反馈结果", "a task was answered")),
    "return_task": StepWords(Words("退回补充", "a result was returned for more")),
    "waive_task": StepWords(Words("说明未反馈原因", "why no answer came")),
    "recall_task": StepWords(Words("撤回协办任务", "a task was taken back")),
    "whistle": StepWords(Words("吹哨", "departments were whistled to the spot"), Words(
        "已召集有关部门到现场会同解决。", "The departments concerned were called to the spot.")),
    "arrive": StepWords(Words("部门到场签到", "a department arrived"), Words(
        "有部门已到达现场。", "A department has arrived on the spot."), quiet=True),
    "object_to_call": StepWords(Words("部门对吹哨提出异议", "a department objected to the call")),
    "rule_on_call": StepWords(Words("裁定吹哨异议", "the objection to a call was ruled on")),
    "settle_whistle": StepWords(Words("吹哨事项办结", "the whistle was settled"), Words(
        "现场协调已有结果。", "What was dealt with on the spot is settled.")),
    "call_meeting": StepWords(Words("召集会商", "a joint meeting was called")),
    "accept_meeting": StepWords(Words("同意参加会商", "an invitation was accepted")),
    "decline_meeting": StepWords(Words("不参加会商", "an invitation was declined")),
    "hold_meeting": StepWords(Words("会商研判", "a joint meeting was held"), Words(
        "有关单位已会商研判。", "The units concerned have met on it."), quiet=True),
    "cancel_meeting": StepWords(Words("取消会商", "a joint meeting was cancelled")),
}  # fmt: skip
MESSAGES = {
    "task_given": Template(Words("有一项协办任务待签收", "A task to sign for"), Words(
        "{by}请贵单位协办编号{number}，请签收并按期书面反馈。",
        "{by} asks you to help with case {number}; sign and answer.")),
    "task_refused": Template(Words("协办任务被退回", "A task was refused"), Words(
        "{unit}退回了编号{number}的协办任务，请另行安排。",
        "{unit} refused its task on case {number}; arrange otherwise.")),
    "task_answered": Template(Words("协办任务已反馈", "A task was answered"), Words(
        "{unit}已书面反馈编号{number}的协办任务。", "{unit} answered its task on case {number}.")),
    "task_returned": Template(Words("协办反馈被退回补充", "A result was returned"), Words(
        "{by}请补充编号{number}的协办反馈。", "{by} asks for more on case {number}.")),
    "whistle_blown": Template(Words("吹哨：请立即到场", "A whistle: come to the spot"), Words(
        "{by}就编号{number}吹哨，请在时限内到场签到。",
        "{by} calls you to the spot on case {number}; arrive within the limit.")),
    "call_objected": Template(Words("有一件吹哨异议待裁定", "An objection to a call to rule on"), Words(
        "{unit}认为编号{number}的吹哨不应召集本单位，请裁定。",
        "{unit} objects to its call on case {number}; please rule.")),
    "call_upheld": Template(Words("吹哨异议成立", "The objection was upheld"), Words(
        "{by}裁定编号{number}的吹哨异议成立。", "{by} upheld the objection on case {number}.")),
    "call_dismissed": Template(Words("吹哨异议不成立", "The objection was dismissed"), Words(
        "{by}裁定编号{number}的吹哨异议不成立，请到场处置。",
        "{by} dismissed the objection on case {number}; come and act.")),
    "meeting_called": Template(Words("会商邀请", "An invitation to a joint meeting"), Words(
        "{by}邀请贵单位就编号{number}会商，请答复。",
        "{by} invites you to a joint meeting on case {number}; please answer.")),
}  # fmt: skip

ERASED = "update meeting set place = '' where place is not null and case_id = any($1::uuid[])"


def register() -> None:
    """Put it where it is used."""
    RELIANCES.add(RELIED_ON)
    CLEAR.add({"meetings": ERASED})
    FACTS.add({OWING.name: OWING})
    STEP_WORDS.add(STEPS)
    WAITING_WORK.add({"results": RESULTS})
    FILE_LISTS.add({"tasks": list_for_file})
    TEMPLATES.add(MESSAGES)
    WORKFLOWS.add({workflow.thing: workflow for workflow in (TASKS, WHISTLES, MEETINGS)})


TAGS = {"together": "Working a case together: tasks of co-handlers, whistles to the spot, joint meetings."}
JOINT = Capability(
    "joint", tags=TAGS, settings=TaskSettings, register=register, append_only=("task_file",),
    writes=changes("task", "whistle", "whistle_call", "meeting", "meeting_seat"),
)  # fmt: skip
