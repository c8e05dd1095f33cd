"""What proxy handling brings."""

from collections.abc import Mapping

from app.attachments.queries import RELIANCES, Reliance
from app.cases.actions.erasure import CLEAR
from app.cases.queries.registry import HELD_OF_PERSON, RESIDENT_SECTIONS, ResidentSection
from app.cases.rules.registry import CHECKS, FACTS, STEP_WORDS, StepWords, Told
from app.core.capability import Capability, changes
from app.core.errors import Words
from app.core.rekeying import SEALED, SealedTable
from app.core.workflow import WORKFLOWS
from app.messages.rules import TEMPLATES, Template
from app.proxy.queries.cases import OWN_PROXY, PROXIES_OF_CASE, review_refused, service_refused, tell_proxy
from app.proxy.queries.held import HELD
from app.proxy.rules import ERRANDS, PROXIES
from app.proxy.settings import ProxySettings

# Which files of its case what rests on.
RELIED_ON = {
    "proxy_paper": Reliance(
        Words("代办授权或办理凭证", "a proxy's authority or errand"),
        "select p.attachment from proxy_paper p where p.case_id = a.case_id and p.attachment = a.id",
    )
}


def _stepped_down(data: Mapping[str, object]) -> Words:
    """By their own word, or because they left their post."""
    if data.get("handover"):
        return Words(
            "代办员已离岗，代办终止，需要的可另行申请。", "Your proxy has left their post; you may ask for another."
        )
    return Words("代办员已辞任，需要的可另行申请。", "Your proxy stepped down; you may ask for another.")


def _by_staff(data: Mapping[str, object]) -> bool:
    """Recorded by staff as the resident's word."""
    return "proof" in data or data.get("evidence") in ("paper", "recorded_consent")


def _as_recorded(own: Words, recorded: Words) -> Told:
    """What the resident did, or what staff recorded as that."""
    return lambda data: recorded if _by_staff(data) else own


STEPS = {
    "request_proxy": StepWords(Words("申请代办", "a proxy was asked for"), _as_recorded(
        Words("您申请了代办，正在安排代办员。", "You asked for a proxy; one is being arranged."),
        Words("工作人员登记：您申请了代办。您可以同意推荐的代办员，也可以谢绝。",
              "Staff recorded that you ask for a proxy. You may take the one who is offered, or decline."))),
    "offer_proxy": StepWords(Words("推荐代办员", "a proxy was offered"), Words(
        "已为您推荐代办员，您可以同意，也可以谢绝。", "A proxy is offered to you; take it or decline.")),
    "recall_proxy": StepWords(Words("收回代办员推荐", "the offer of a proxy was taken back"), Words(
        "代办员推荐已收回，正在另行安排。", "The offer of a proxy was taken back; another is arranged.")),
    "decline_proxy": StepWords(Words("未采用代办", "no proxy was taken"), Words(
        "未采用代办。", "No proxy was taken.")),
    "authorise_proxy": StepWords(Words("授权代办", "a proxy was authorised"), _as_recorded(
        Words("您已授权代办，随时可以撤回。", "You authorised a proxy; you may withdraw it at any time."),
        Words("工作人员登记：您已授权代办。如非您本意，可随时凭编号和查询码撤回。",
              "Staff recorded that you authorised a proxy. If not, withdraw it at any time with number and query code."))),
    "file_proxy": StepWords(Words("代办备案", "the proxy's authority was filed"), Words(
        "代办委托已备案。", "The authority of your proxy is filed.")),
    "plan_errand": StepWords(Words("安排代办事项", "an errand was planned")),
    "begin_errand": StepWords(Words("代办事项开始", "an errand was begun")),
    "finish_errand": StepWords(Words("代办事项完成", "an errand was done"), Words(
        "代办员完成了一项代办事项，详情见代办记录。", "Your proxy did an errand; the record of the proxy has it."), quiet=True),
    "drop_errand": StepWords(Words("代办事项取消", "an errand was dropped")),
    "pass_on_notice": StepWords(Words("代办员转告文书", "the proxy passed a notice on"), Words(
        "代办员已向您转告一份文书。", "Your proxy passed a notice on to you."), quiet=True),
    "close_proxy": StepWords(Words("代办完成", "the proxy carried it to its end"), Words(
        "代办完成。", "The proxy carried it to its end.")),
    "revoke_proxy": StepWords(Words("撤回代办委托", "the authority of the proxy was withdrawn"), _as_recorded(
        Words("代办委托已撤回。", "The authority of your proxy was withdrawn."),
        Words("工作人员登记：您撤回了代办委托；仍需要的，可重新申请。",
              "Staff recorded that you withdrew the authority of your proxy; you may ask for another."))),
    "step_down_proxy": StepWords(Words("代办员辞任", "the proxy stepped down"), _stepped_down),
    "expire_proxy": StepWords(Words("代办委托到期", "the authority of the proxy expired"), Words(
        "代办委托已到期。", "The authority of your proxy expired.")),
    "recuse_proxy": StepWords(Words("代办员回避", "the proxy had to stand back"), Words(
        "代办员须回避，代办终止，需要的可另行申请。", "Your proxy had to stand back; you may ask for another.")),
}  # fmt: skip
MESSAGES = {
    "proxy_authorised": Template(Words("您已受托代办", "You are the proxy"), Words(
        "编号{number}的群众已委托您代办，请在规定时间内备案。",
        "You are authorised to carry case {number}; file it in time.")),
    "proxy_authority_late": Template(Words("代办尚未安排", "A proxy is still to be found"), Words(
        "编号{number}的群众申请代办，尚未授权代办员，请抓紧安排。",
        "A proxy was asked for on case {number} and is not authorised yet; please arrange it.")),
    "proxy_filing_late": Template(Words("代办尚未备案", "The authority is not filed"), Words(
        "编号{number}的代办委托尚未备案，请立即办理。",
        "The authority for case {number} is not filed yet; do so at once.")),
    "proxy_notice": Template(Words("有文书待转告", "A notice to pass on"), Words(
        "编号{number}有新的文书（{kind}），请按时转告本人并登记。",
        "Case {number} has a notice ({kind}) to pass on to the resident; record how you told them.")),
    "proxy_notice_late": Template(Words("文书未按时转告", "A notice was not passed on in time"), Words(
        "编号{number}的文书（{kind}）已过转告期限，请立即转告。",
        "The notice ({kind}) of case {number} should have been passed on; tell the resident at once.")),
    "proxy_report_due": Template(Words("请向群众反馈", "Report back"), Words(
        "编号{number}已多日未向本人反馈代办进展，请联系本人并登记。",
        "The resident of case {number} has not been reported to for days; tell them how it stands.")),
    "proxy_ended": Template(Words("代办已终止", "A proxy has ended"), Words(
        "编号{number}的代办已终止（{why}）；群众需要的，请另行安排。",
        "The proxy of case {number} has ended ({why}); arrange another if the resident wishes.")),
    "proxy_recalled": Template(Words("请另行推荐代办员", "Offer another proxy"), Words(
        "编号{number}推荐的代办员因人员变动不能代办，推荐已收回，请另行推荐。",
        "Whoever was offered as proxy of case {number} is absent; the offer was taken back, please offer another.")),
    "proxy_stays": Template(Words("休假期间代办仍由您负责", "You stay the proxy during your leave"), Words(
        "编号{number}的委托在您休假期间仍有效；不能办理的，请辞任，以便群众另行委托。",
        "Your authority in case {number} stands during your leave; if you cannot act on it, step down.")),
    "proxy_away": Template(Words("代办员休假", "A proxy is on leave"), Words(
        "编号{number}的代办员休假，委托仍有效；请告知群众，可撤回后另行委托。",
        "The proxy of case {number} is on leave and the authority stands; tell the resident, who may choose another.")),
}  # fmt: skip

ERASED = """
    update proxy_errand e set point = null, crs = null from proxy p where p.id = e.proxy and p.case_id = any($1::uuid[])
"""


def register() -> None:
    """Put it where it is used."""
    RELIANCES.add(RELIED_ON)
    FACTS.add({PROXIES_OF_CASE.name: PROXIES_OF_CASE})
    CHECKS.add({("serve", "proxy"): service_refused, ("apply_for_review", "proxy"): review_refused})
    STEP_WORDS.add(STEPS)
    RESIDENT_SECTIONS.add({"proxy": ResidentSection(OWN_PROXY, tell_proxy)})
    TEMPLATES.add(MESSAGES)
    WORKFLOWS.add({workflow.thing: workflow for workflow in (PROXIES, ERRANDS)})
    CLEAR.add({"errands": ERASED})
    HELD_OF_PERSON.add({"proxy": HELD})
    SEALED.add({"proxy": SealedTable("'proxy ' || t.id")})


TAGS = {
    "proxy": "Proxy handling (信访代办): who carries a matter for its resident, under which authority, and what was done."
}
PROXY = Capability(
    "proxy", tags=TAGS, settings=ProxySettings, register=register, append_only=("proxy_passing", "proxy_paper"),
    writes=changes("proxy", "proxy_authority", "proxy_errand"),
)  # fmt: skip
