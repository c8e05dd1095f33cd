"""What messages say, and when to try again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.core.errors import Words
from app.core.registry import Registry


class Channel(StrEnum):
    """How a message reaches somebody."""

    IN_APP = "in_app"
    SMS = "sms"
    EMAIL = "email"


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
    "lead_moved": Template(
        Words("一件事项转由本单位主办", "You lead a matter now"),
        Words("编号{number}因回避人员变动，转由本单位主办。",
              "Case {number} is led by you now: who stands back from it has changed."),
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
    "corrected": Template(
        Words("登记内容有更正", "What was registered was corrected"),
        Words("编号{number}的登记内容有更正，请查看更正前后的内容。",
              "What was registered of case {number} was corrected; read what stands there now, and what stood before."),
    ),
    "reach_corrected": Template(
        Words("登记的联系方式有更改", "How you are reached was changed"),
        Words("您的事项（编号{number}）登记的联系方式有更改。如非您本意，请凭编号和查询码更正，或携带身份证件到受理窗口。",
              "How you are reached on your matter {number} was changed. If you did not wish it, correct it with its number and"
              " query code, or come to the window."),
    ),
    "wish_recorded": Template(
        Words("工作人员登记了您本人的意愿", "Staff recorded a wish of yours"),
        Words("工作人员在您的事项（编号{number}）上登记了您本人的意愿。如非您本意，请在{hours}小时内凭编号和查询码撤销，或联系受理窗口。",
              "Staff recorded a wish of yours on your matter {number}. If it is not yours, undo it within {hours} hours with its"
              " number and query code, or at the window."),
    ),
    "wish_undone": Template(
        Words("群众撤销了登记的意愿", "A resident undid a recorded wish"),
        Words("编号{number}：群众撤销了工作人员登记的意愿，请继续办理。",
              "Case {number}: the resident undid what staff had recorded as their wish; go on with it."),
    ),
    "rated": Template(
        Words("您的事项已被评价", "Your matter was rated"),
        Words("有人凭查询码评价了您的事项（编号{number}）。如非您本人所评，请在{days}日内凭编号和撤销码{code}撤销，或联系受理窗口。",
              "Somebody rated your matter {number} with its query code. If it was not you, take the rating back within {days}"
              " days with the number and the code {code}, or tell a window."),
    ),
    "new_code": Template(
        Words("新的查询码", "A new query code"),
        Words("您反映的事项（编号{number}）的新查询码：{code}，旧码已失效。如非您本人要求，请联系受理窗口。",
              "The new query code of your matter {number}: {code}. The one before is void. If you did not ask for it, tell a"
              " window."),
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
})  # fmt: skip


def composed(template: str, facts: Mapping[str, object], number: str | None) -> tuple[Words, Words]:
    """Subject and text of a message; a template that is not known here is shown by its code."""
    known = TEMPLATES.get(template)
    if known is None:
        return Words(template, template), Words(number or "", number or "")
    said = _Said({**facts, "number": number or "-"})
    return known.subject, Words(known.text.zh.format_map(said), known.text.en.format_map(said))


class _Said(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "-"


MOST_ATTEMPTS = 6
UNSURE_AFTER = timedelta(minutes=15)  # far longer than any port waits


def retry_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts: 1, 5, 25, 125 minutes, then half a day; None gives up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return min(timedelta(minutes=5 ** (attempts - 1)), timedelta(hours=12))
