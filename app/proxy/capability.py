"""What proxy handling brings."""

from app.attachments.queries import RELIANCES, Reliance
from app.core.capability import Capability
from app.core.errors import Words
from app.core.workflow import WORKFLOWS
from app.messages.rules import TEMPLATES, Template
from app.proxy.rules import ERRANDS, PROXIES
from app.proxy.settings import ProxySettings

# Which files of its case what rests on.
RELIED_ON = {
    "proxy_paper": Reliance(
        Words("代办授权或办理凭证", "a proxy's authority or errand"),
        "select p.attachment from proxy_paper p where p.case_id = a.case_id and p.attachment = a.id",
    ),
}
MESSAGES = {
    "proxy_authorised": Template(
        Words("您已受托代办", "You are the proxy"),
        Words(
            "编号{number}的群众已委托您代办，请在规定时间内备案。",
            "You are authorised to carry case {number}; file it in time.",
        ),
    ),
    "proxy_authority_late": Template(
        Words("代办尚未安排", "A proxy is still to be found"),
        Words(
            "编号{number}的群众申请代办，尚未授权代办员，请抓紧安排。",
            "A proxy was asked for on case {number} and is not authorised yet; please arrange it.",
        ),
    ),
    "proxy_filing_late": Template(
        Words("代办尚未备案", "The authority is not filed"),
        Words(
            "编号{number}的代办委托尚未备案，请立即办理。",
            "The authority for case {number} is not filed yet; do so at once.",
        ),
    ),
    "proxy_notice": Template(
        Words("有文书待转告", "A notice to pass on"),
        Words(
            "编号{number}有新的文书（{kind}），请按时转告本人并登记。",
            "Case {number} has a notice ({kind}) to pass on to the resident; record how you told them.",
        ),
    ),
    "proxy_notice_late": Template(
        Words("文书未按时转告", "A notice was not passed on in time"),
        Words(
            "编号{number}的文书（{kind}）已过转告期限，请立即转告。",
            "The notice ({kind}) of case {number} should have been passed on; tell the resident at once.",
        ),
    ),
    "proxy_report_due": Template(
        Words("请向群众反馈", "Report back"),
        Words(
            "编号{number}已多日未向本人反馈代办进展，请联系本人并登记。",
            "The resident of case {number} has not been reported to for days; tell them how it stands.",
        ),
    ),
    "proxy_ended": Template(
        Words("代办已终止", "A proxy has ended"),
        Words(
            "编号{number}的代办已终止（{why}）；群众需要的，请另行安排。",
            "The proxy of case {number} has ended ({why}); arrange another if the resident wishes.",
        ),
    ),
    "proxy_recalled": Template(
        Words("请另行推荐代办员", "Offer another proxy"),
        Words(
            "编号{number}推荐的代办员因人员变动不能代办，推荐已收回，请另行推荐。",
            "Whoever was offered as proxy of case {number} is absent; the offer was taken back, please offer another.",
        ),
    ),
    "proxy_stays": Template(
        Words("休假期间代办仍由您负责", "You stay the proxy during your leave"),
        Words(
            "编号{number}的委托在您休假期间仍有效；不能办理的，请辞任，以便群众另行委托。",
            "Your authority in case {number} stands during your leave; if you cannot act on it, step down.",
        ),
    ),
    "proxy_away": Template(
        Words("代办员休假", "A proxy is on leave"),
        Words(
            "编号{number}的代办员休假，委托仍有效；请告知群众，可撤回后另行委托。",
            "The proxy of case {number} is on leave and the authority stands; tell the resident, who may choose another.",
        ),
    ),
}


def register() -> None:
    """Put it where it is used."""
    RELIANCES.add(RELIED_ON)
    TEMPLATES.add(MESSAGES)
    WORKFLOWS.add({workflow.thing: workflow for workflow in (PROXIES, ERRANDS)})


TAGS = {
    "proxy": "Proxy handling (信访代办): who carries a matter for its resident, under which authority, and what was done.",
}
PROXY = Capability("proxy", tags=TAGS, settings=ProxySettings, register=register)
