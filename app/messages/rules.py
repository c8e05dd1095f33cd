"""What messages say, and when to try again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from app.core.errors import Words
from app.core.registry import Registry


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
# Each capability registers its own.
TEMPLATES: Registry[str, Template] = Registry("message template")
TEMPLATES.add({
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
    "returned": Template(
        Words("退单待裁定", "A return waits for your ruling"),
        Words("编号{number}被{unit}退单，请裁定。", "{unit} returned case {number}; please rule on it."),
    ),
    "return_ruled": Template(
        Words("已裁定由本单位办理", "It was ruled that you handle it"),
        Words("编号{number}经{by}最终裁定由本单位办理，不得再退。", "{by} ruled finally that you handle case {number}."),
    ),
    "received": Template(
        Words("本区域单位承办了一件外来事项", "A unit of your area took over a matter from elsewhere"),
        Words("编号{number}由{unit}承办，请知悉。", "{unit} handles case {number}, which comes from another area."),
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
    "notice_failed": Template(
        Words("文书未能生成", "A notice could not be made"),
        Words("编号{number}的文书（{kind}）未能生成，请修正后重新生成。",
              "The notice ({kind}) of case {number} could not be made; mend and redraft it."),
    ),
    "notice_urging": Template(
        Words("催办通知", "You are urged to act"),
        Words("编号{number}有一份催办通知，请尽快办理。", "Case {number} has an urging notice; please act on it."),
    ),
    "task_given": Template(
        Words("有一项协办任务待签收", "A task to sign for"),
        Words("{by}请贵单位协办编号{number}，请签收并按期书面反馈。",
              "{by} asks you to help with case {number}; sign and answer."),
    ),
    "task_refused": Template(
        Words("协办任务被退回", "A task was refused"),
        Words("{unit}退回了编号{number}的协办任务，请另行安排。",
              "{unit} refused its task on case {number}; arrange otherwise."),
    ),
    "task_answered": Template(
        Words("协办任务已反馈", "A task was answered"),
        Words("{unit}已书面反馈编号{number}的协办任务。",
              "{unit} answered its task on case {number}."),
    ),
    "task_returned": Template(
        Words("协办反馈被退回补充", "A result was returned"),
        Words("{by}请补充编号{number}的协办反馈。",
              "{by} asks for more on case {number}."),
    ),
    "whistle_blown": Template(
        Words("吹哨：请立即到场", "A whistle: come to the spot"),
        Words("{by}就编号{number}吹哨，请在时限内到场签到。",
              "{by} calls you to the spot on case {number}; arrive within the limit."),
    ),
    "call_objected": Template(
        Words("有一件吹哨异议待裁定", "An objection to a call to rule on"),
        Words("{unit}认为编号{number}的吹哨不应召集本单位，请裁定。",
              "{unit} objects to its call on case {number}; please rule."),
    ),
    "call_upheld": Template(
        Words("吹哨异议成立", "The objection was upheld"),
        Words("{by}裁定编号{number}的吹哨异议成立。",
              "{by} upheld the objection on case {number}."),
    ),
    "call_dismissed": Template(
        Words("吹哨异议不成立", "The objection was dismissed"),
        Words("{by}裁定编号{number}的吹哨异议不成立，请到场处置。",
              "{by} dismissed the objection on case {number}; come and act."),
    ),
    "meeting_called": Template(
        Words("会商邀请", "An invitation to a joint meeting"),
        Words("{by}邀请贵单位就编号{number}会商，请答复。",
              "{by} invites you to a joint meeting on case {number}; please answer."),
    ),
    "proxy_authorised": Template(
        Words("您已受托代办", "You are the proxy"),
        Words("编号{number}的群众已委托您代办，请在规定时间内备案。",
              "You are authorised to carry case {number}; file it in time."),
    ),
    "proxy_authority_late": Template(
        Words("代办尚未安排", "A proxy is still to be found"),
        Words("编号{number}的群众申请代办，尚未授权代办员，请抓紧安排。",
              "A proxy was asked for on case {number} and is not authorised yet; please arrange it."),
    ),
    "proxy_filing_late": Template(
        Words("代办尚未备案", "The authority is not filed"),
        Words("编号{number}的代办委托尚未备案，请立即办理。", "The authority for case {number} is not filed yet; do so at once."),
    ),
    "proxy_notice": Template(
        Words("有文书待转告", "A notice to pass on"),
        Words("编号{number}有新的文书（{kind}），请按时转告本人并登记。",
              "Case {number} has a notice ({kind}) to pass on to the resident; record how you told them."),
    ),
    "proxy_notice_late": Template(
        Words("文书未按时转告", "A notice was not passed on in time"),
        Words("编号{number}的文书（{kind}）已过转告期限，请立即转告。",
              "The notice ({kind}) of case {number} should have been passed on; tell the resident at once."),
    ),
    "proxy_report_due": Template(
        Words("请向群众反馈", "Report back"),
        Words("编号{number}已多日未向本人反馈代办进展，请联系本人并登记。",
              "The resident of case {number} has not been reported to for days; tell them how it stands."),
    ),
    "proxy_ended": Template(
        Words("代办已终止", "A proxy has ended"),
        Words("编号{number}的代办已终止（{why}）；群众需要的，请另行安排。",
              "The proxy of case {number} has ended ({why}); arrange another if the resident wishes."),
    ),
    "proxy_recalled": Template(
        Words("请另行推荐代办员", "Offer another proxy"),
        Words("编号{number}推荐的代办员因人员变动不能代办，推荐已收回，请另行推荐。",
              "Whoever was offered as proxy of case {number} is absent; the offer was taken back, please offer another."),
    ),
    "proxy_stays": Template(
        Words("休假期间代办仍由您负责", "You stay the proxy during your leave"),
        Words("编号{number}的委托在您休假期间仍有效；不能办理的，请辞任，以便群众另行委托。",
              "Your authority in case {number} stands during your leave; if you cannot act on it, step down."),
    ),
    "proxy_away": Template(
        Words("代办员休假", "A proxy is on leave"),
        Words("编号{number}的代办员休假，委托仍有效；请告知群众，可撤回后另行委托。",
              "The proxy of case {number} is on leave and the authority stands; tell the resident, who may choose another."),
    ),
})  # fmt: skip


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
