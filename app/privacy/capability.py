"""What requests about one's own data bring."""

from collections.abc import Mapping
from typing import Any

from app.cases.queries.registry import (
    FILE_LISTS,
    RESIDENT_SECTIONS,
    RESTRICTIONS,
    WAITING_WORK,
    ResidentSection,
    Restriction,
)
from app.cases.rules.registry import STEP_WORDS, StepWords, Told
from app.cases.settings import CasesSettings
from app.core.capability import Capability, changes
from app.core.errors import Words
from app.core.settings import section
from app.core.workflow import WORKFLOWS
from app.messages.rules import TEMPLATES, Template
from app.privacy.queries.told import OWN_REQUESTS, list_for_file, tell_requests
from app.privacy.rules import WORKFLOW
from app.privacy.settings import PrivacySettings


def _to_who_brought_it(zh: str, en: str) -> Told:
    """What another asks about their own data is theirs, and not told to who brought the matter."""

    def told(data: Mapping[str, Any]) -> Words | None:
        return Words(zh, en) if data.get("whose") == "speaker" else None

    return told


def _granted(data: Mapping[str, Any]) -> Words | None:
    """What is erased is told before: afterwards there is nothing left to be reached by."""
    if data.get("whose") != "speaker":
        return None
    if data.get("asked") == "erase":
        hours = section(CasesSettings).undo_hours
        return Words(
            f"您的删除请求已准予：{hours} 小时后删除，此后编号和查询码不能再查询本件。",
            f"Your request was granted: in {hours} hours it is erased, and number and code open nothing any more.",
        )
    return Words("您的个人信息请求已准予。", "Your request about your own data was granted.")


STEPS = {
    "data_asked": StepWords(Words("提出个人信息请求", "asked about personal data"), _to_who_brought_it(
        "您的个人信息请求已收到，将在期限内答复。",
        "Your request about your own data is received, and will be answered in time.")),
    "data_granted": StepWords(Words("准予个人信息请求", "request about personal data granted"), _granted),
    "data_refused": StepWords(Words("不予准许个人信息请求", "request about personal data refused"), _to_who_brought_it(
        "您的个人信息请求未予准许，理由、依据和救济途径见答复。",
        "Your request about your own data was refused; the answer says why, on which basis, and where to turn.")),
    "data_withdrawn": StepWords(Words("撤回个人信息请求", "request about personal data withdrawn"), _to_who_brought_it(
        "您的个人信息请求已撤回。", "Your request about your own data was taken back.")),
    "data_copy_given": StepWords(Words("提供个人信息副本", "copy of personal data given"), _to_who_brought_it(
        "您的个人信息副本已提供。", "The copy of your own data was given.")),
    "data_answer_served": StepWords(Words("送达个人信息请求答复", "answer about personal data served"), _to_who_brought_it(
        "个人信息请求的答复已送达。", "The answer about your own data was served.")),
}  # fmt: skip
MESSAGES = {
    "data_asked": Template(Words("有一件个人信息请求待审查", "A request about personal data"), Words(
        "编号{number}有人提出个人信息请求，请由未经办本件的人员在期限内审查答复。",
        "Somebody asks about their data on case {number}; who did not handle it decides, in time.")),
    "data_late": Template(Words("个人信息请求逾期未答复", "A request about personal data is late"), Words(
        "编号{number}的个人信息请求已过答复期限，请立即办理。",
        "A request about personal data on case {number} is late; answer it at once.")),
}  # fmt: skip
# Open requests that the caller's units decide.
WAITING = """
    select c.id, c.number, c.kind, c.category, c.status, 'lead', 'signed', t.asked_at, c.lead_unit, t.due, c.head_seq, t.id, t.id
    from data_request t join cases c on c.id = t.case_id
    where t.state = 'open' and t.decider = any({units}::text[]) and {seen}
"""
KEPT_ALONE = Restriction(
    "exists (select from data_request t where t.case_id = c.id and t.restricts)"
    " and c.status not in ('registered', 'accepted', 'handling', 'concluded')",
    Words(
        "本件个人信息依法仅作存储和安全保护（个人信息保护法第四十七条第二款），只可为归档、移送、法院或仲裁调取而查看。",
        "The data of this case is stored and protected, nothing else (PIPL 47 ¶2): seen only for the archive or a court.",
    ),
)


def register() -> None:
    """Put them where they are used."""
    WORKFLOWS.add({WORKFLOW.thing: WORKFLOW})
    STEP_WORDS.add(STEPS)
    TEMPLATES.add(MESSAGES)
    RESIDENT_SECTIONS.add({"data_requests": ResidentSection(OWN_REQUESTS, tell_requests)})
    FILE_LISTS.add({"data_requests": list_for_file})
    WAITING_WORK.add({"data_requests": WAITING})
    RESTRICTIONS.add({"kept_alone": KEPT_ALONE})


TAGS = {"privacy": "Requests of people about their own data: a copy, a correction, erasure, an explanation."}
PRIVACY = Capability("privacy", tags=TAGS, settings=PrivacySettings, register=register, writes=changes("data_request"))
