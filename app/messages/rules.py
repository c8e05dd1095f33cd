"""What messages say, and when to try again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from app.core.errors import Words


class Channel(StrEnum):
    """How a message reaches somebody."""

    IN_APP = "in_app"
    SMS = "sms"
    EMAIL = "email"


class State(StrEnum):
    """What became of it. In the app a message is delivered as soon as it stands; `stuck` needs a person."""

    DELIVERED = "delivered"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Template:
    """A message's subject and text; braces take `number` (the case's) and the message's facts."""

    subject: Words
    text: Words


# A new occasion is one row. No text holds a name, an address or what a matter is about: a phone may lie on a table.
TEMPLATES: dict[str, Template] = {
    "clock_warn": Template(
        Words("期限将到", "A limit is near"),
        Words("编号{number}的期限（{rule}）将到，请按期办理。", "A limit of case {number} ({rule}) is near; please act in time."),
    ),
    "clock_breach": Template(
        Words("期限已过", "A limit has passed"),
        Words("编号{number}的期限（{rule}）已过，请立即办理。", "A limit of case {number} ({rule}) has passed; act at once."),
    ),
    "clock_urge": Template(
        Words("催办", "You are urged"),
        Words("编号{number}已逾期（{rule}），现予催办。", "Case {number} is late ({rule}); you are urged to act."),
    ),
    "clock_criticise": Template(
        Words("逾期通报", "Criticised for delay"),
        Words("编号{number}逾期已久（{rule}），现予通报，请说明情况并限期办结。",
              "Case {number} is long overdue ({rule}); explain why, and finish it."),
    ),
    "escalated": Template(
        Words("有事项上报到本中心", "A matter was taken up to you"),
        Words("编号{number}由下级上报，请签收。", "Case {number} was taken up from below; please sign for it."),
    ),
    "notice_ready": Template(
        Words("您有一份新的文书", "A written notice for you"),
        Words("您反映的事项（编号{number}）有新的书面告知。请凭编号和查询码查询，或到受理窗口领取。",
              "There is a written notice on your matter {number}. Ask with its number and query code, or at the window."),
    ),
    "progress": Template(
        Words("您的事项有新情况", "News of your matter"),
        Words("您的事项（编号{number}）有新情况，请凭编号和查询码查询，或联系受理窗口。",
              "There is news of your matter {number}. Ask with its number and query code, or at the window."),
    ),
    "mediation_assigned": Template(
        Words("您担任调解员", "You are to mediate"),
        Words("您被选定或指定为编号{number}的调解员，请先声明有无应当回避的情形。",
              "You were chosen or appointed to mediate case {number}; first declare whether anything ties you to a party."),
    ),
    "mediator_relieved": Template(
        Words("调解员回避或更换", "A mediator stood back"),
        Words("编号{number}的一名调解员已回避或被更换，请另行选定或指定。",
              "A mediator of case {number} stood back or was relieved; choose or appoint another."),
    ),
    "agreement_missed": Template(
        Words("协议到期未履行", "An agreement was not kept in time"),
        Words("编号{number}的调解协议有一项义务到期未见履行，请回访督促，并告知可依法向人民法院起诉或者申请执行。",
              "An obligation of case {number} was not performed in time: follow up, and tell that the court is open."),
    ),
    "notice_failed": Template(
        Words("文书未能生成", "A notice could not be made"),
        Words("编号{number}的文书（{kind}）未能生成，请修正后重新生成。",
              "The notice ({kind}) of case {number} could not be made; mend and redraft it."),
    ),
    "notice_urging": Template(
        Words("催办通知", "You are urged to act"),
        Words("编号{number}有一份催办通知，请尽快办理。", "Case {number} has an urging notice; please act on it."),
    ),
    "supervision_issued": Template(
        Words("有一件督办待书面答复", "A supervision to answer in writing"),
        Words("编号{number}由{by}督办，请在规定日期前书面答复。", "{by} supervises case {number}; answer it by its date."),
    ),
    "supervision_answered": Template(
        Words("督办已答复，待核验", "A supervision was answered"),
        Words("编号{number}的督办已由{unit}书面答复，请核验。", "{unit} answered the supervision of case {number}; verify it."),
    ),
    "supervision_returned": Template(
        Words("督办答复被退回", "The answer to a supervision was returned"),
        Words("编号{number}的督办答复被{by}退回，请重新答复。", "{by} returned the answer on case {number}; answer again."),
    ),
}  # fmt: skip


def composed(template: str, facts: Mapping[str, Any], number: str | None) -> tuple[Words, Words]:
    """Subject and text of a message; a template that is not known here is shown by its code."""
    known = TEMPLATES.get(template)
    if known is None:
        return Words(template, template), Words(number or "", number or "")
    said = _Said({**facts, "number": number or "-"})
    return known.subject, Words(known.text.zh.format_map(said), known.text.en.format_map(said))


class _Said(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "-"


MOST_ATTEMPTS = 6
UNSURE_AFTER = timedelta(minutes=15)  # far longer than any port waits


def retry_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts: 1, 5, 25, 125 minutes, then half a day; None gives up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return min(timedelta(minutes=5 ** (attempts - 1)), timedelta(hours=12))
