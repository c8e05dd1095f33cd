"""What mediation brings."""

from collections.abc import Mapping

from app.attachments.queries import RELIANCES, Reliance
from app.cases.actions.erasure import CLEAR
from app.cases.queries.registry import HELD_OF_PERSON, HIDDEN_NOTES, RESIDENT_SECTIONS, ResidentSection
from app.cases.rules.registry import CHECKS, FACTS, STEP_WORDS, Fact, StepWords
from app.cases.rules.retention import RETENTIONS, Retention
from app.core.capability import Capability, changes
from app.core.errors import Words
from app.core.rekeying import SEALED, SealedTable
from app.core.workflow import WORKFLOWS
from app.mediation.queries.held import HELD
from app.mediation.queries.resident import tell_agreement
from app.mediation.rules import PROCEDURE_OF, SEPARATE_TALK, WORKFLOW, Mediated, refuses_of_case, wrong_result
from app.messages.rules import TEMPLATES, Template

# Which files of its case what rests on.
RELIED_ON = {
    "consent": Reliance(
        Words("当事人的同意", "a party's consent"),
        "select s.evidence from mediation m join mediation_consent s on s.mediation = m.id where m.case_id = a.case_id",
    ),
    "signature": Reliance(
        Words("调解协议的签名", "a signature under an agreement"),
        "select s.evidence from mediation_agreement g join mediation_signature s on s.agreement = g.id"
        " where g.case_id = a.case_id",
    ),
    "performance": Reliance(
        Words("履行凭证", "a payment or act under an agreement"),
        "select p.receipt from mediation_agreement g join mediation_obligation o on o.agreement = g.id"
        " join mediation_performance p on p.obligation = o.id where g.case_id = a.case_id",
    ),
    "judicial_confirmation": Reliance(
        Words("司法确认", "the application to the court, or its ruling"),
        "select unnest(array[j.evidence, j.ruling]) from mediation_agreement g"
        " join judicial_confirmation j on j.agreement = g.id where g.case_id = a.case_id",
    ),
}


# What a step of the case is judged by: how its last mediation stands, and whether that led to an agreement that holds.
MEDIATED = Fact(
    "mediated",
    "(select jsonb_build_array(m.state, exists (select from mediation_agreement g where g.mediation = m.id"
    " and g.state = 'effective')) from mediation m where m.case_id = c.id order by m.opened_at desc, m.id desc limit 1)",
    lambda found: Mediated(*(found or (None, False))),
    refuses_of_case,
)
AGREEMENT = ResidentSection(
    "(select g.id from mediation_agreement g where g.case_id = c.id and g.state = 'effective'"
    " order by g.effective_at desc limit 1)",
    tell_agreement,
)


def _joint_talk(data: Mapping[str, object]) -> Words | None:
    """What the other side says alone is not for this one."""
    return (
        Words("已安排双方到场调解，请留意通知。", "A talk of both sides is arranged.")
        if data.get("what") == "joint"
        else None
    )


def _no_joint_talk(data: Mapping[str, object]) -> Words | None:
    """Of a talk that they were told of."""
    return (
        Words("原定双方到场的调解取消。", "The talk of both sides will not take place.")
        if data.get("what") == "joint"
        else None
    )


def _signed_by_all(data: Mapping[str, object]) -> Words | None:
    return (
        Words("双方签订的调解协议已生效，内容见下。", "The signed agreement holds; see below what it says.")
        if data.get("effective")
        else None
    )


STEPS = {
    "mediation_open": StepWords(Words("申请或提议调解", "mediation applied for or proposed"), Words(
        "已申请或提议调解，正在征求双方意见。", "Mediation is asked for; both sides are being asked.")),
    "mediation_consent": StepWords(Words("当事人同意调解", "a party consented to mediation")),
    "mediation_refuse": StepWords(Words("当事人拒绝，调解终止", "a party refused; the mediation ended"), Words(
        "有一方不愿调解，调解终止；您可以依法通过仲裁、行政、司法等途径维护权利。",
        "A side refuses, so the mediation ended; arbitration, administrative and judicial routes stay open.")),
    "mediation_assign": StepWords(Words("选定、指定调解员", "mediator assigned"), Words(
        "已选定或指定调解员；您可以另行选择或要求更换。",
        "A mediator was chosen or appointed; you may choose, or ask for, another one."), quiet=True),
    "mediation_relieve": StepWords(Words("更换调解员", "mediator relieved")),
    "mediation_declare": StepWords(Words("调解员声明", "mediator declared relations")),
    "mediation_start": StepWords(Words("开始调解", "mediation started"), Words(
        "已开始调解。", "The mediation has begun.")),
    "mediation_extend": StepWords(Words("经双方同意延长调解", "mediation extended"), Words(
        "经双方同意，调解期限延长。", "With both sides' agreement its limit was extended.")),
    "mediation_suspend": StepWords(Words("调解中止", "mediation suspended"), Words(
        "调解中止。", "The mediation is suspended.")),
    "mediation_resume": StepWords(Words("调解恢复", "mediation resumed"), Words(
        "调解恢复。", "The mediation goes on.")),
    "mediation_schedule_session": StepWords(Words("安排调解", "mediation session scheduled"), _joint_talk),
    "mediation_open_session": StepWords(Words("调解会开始", "mediation session opened")),
    "mediation_record_session": StepWords(Words("调解笔录", "mediation session recorded")),
    "mediation_cancel_session": StepWords(Words("取消调解安排", "mediation session cancelled"), _no_joint_talk),
    "mediation_draft_agreement": StepWords(Words("起草调解协议", "agreement drafted"), Words(
        "调解协议书已拟定，请阅看后决定是否签名。", "The agreement is drafted: read it, and decide whether you sign.")),
    "mediation_sign": StepWords(Words("调解协议签字、盖章", "agreement signed"), _signed_by_all),
    "mediation_agree_orally": StepWords(Words("达成口头调解协议", "oral agreement reached"), Words(
        "双方达成口头协议，内容见下。", "Both sides agreed orally; see below what.")),
    "mediation_fail": StepWords(Words("调解不成", "mediation failed"), Words(
        "未能达成协议；您可以依法通过仲裁、行政、司法等途径维护权利。",
        "No agreement was reached; arbitration, administrative and judicial routes stay open.")),
    "mediation_record_performance": StepWords(Words("履行协议", "agreement performed in part or whole"), Words(
        "已登记一笔履行，见下。", "Something was performed; see below."), quiet=True),
    "mediation_follow_up": StepWords(Words("协议履行回访", "performance followed up")),
    "mediation_breach": StepWords(Words("协议到期未履行", "an obligation was not performed in time"), Words(
        "协议有一项到期未履行；您可以向人民法院起诉，经司法确认的可以申请强制执行。",
        "Something was not performed in time; the court is open to you, for enforcement too if it confirmed the agreement."),
        quiet=True),  # the creditor is told, whichever side that is
    "mediation_apply_confirmation": StepWords(Words("共同申请司法确认", "judicial confirmation applied for"), Words(
        "双方已共同申请司法确认。", "Both sides applied to the court to confirm it.")),
    "mediation_decide_confirmation": StepWords(Words("司法确认结果", "judicial confirmation decided"), Words(
        "司法确认已有结果，见下。", "The court has answered; see below.")),
}  # fmt: skip
MESSAGES = {
    "mediation_assigned": Template(Words("您担任调解员", "You are to mediate"), Words(
        "您被选定或指定为编号{number}的调解员，请先声明有无应当回避的情形。",
        "You were chosen or appointed to mediate case {number}; first declare whether anything ties you to a party.")),
    "mediator_relieved": Template(Words("调解员回避或更换", "A mediator stood back"), Words(
        "编号{number}的一名调解员已回避或被更换，请另行选定或指定。",
        "A mediator of case {number} stood back or was relieved; choose or appoint another.")),
    "agreement_missed": Template(Words("协议到期未履行", "An agreement was not kept in time"), Words(
        "编号{number}的调解协议有一项义务到期未见履行，请回访督促，并告知可依法向人民法院起诉或者申请执行。",
        "An obligation of case {number} was not performed in time: follow up, and tell that the court is open.")),
}  # fmt: skip

ERASED = "update mediation_session set place = '' where place is not null and case_id = any($1::uuid[])"


def register() -> None:
    """Put it where it is used."""
    WORKFLOWS.add({WORKFLOW.thing: WORKFLOW})
    RELIANCES.add(RELIED_ON)
    FACTS.add({MEDIATED.name: MEDIATED})
    CHECKS.add(
        {("conclude", "mediation"): lambda facts, asked: wrong_result(MEDIATED.of(facts), facts, asked["result"])}
    )
    RESIDENT_SECTIONS.add({"agreement": AGREEMENT})
    HIDDEN_NOTES.add({SEPARATE_TALK: "RMTJ 15"})
    HELD_OF_PERSON.add({"mediation": HELD})
    RETENTIONS.add(dict.fromkeys(PROCEDURE_OF.values(), Retention.YEARS_30))
    STEP_WORDS.add(STEPS)
    TEMPLATES.add(MESSAGES)
    CLEAR.add({"mediation sessions": ERASED})
    SEALED.add(
        {
            "mediation_seat": SealedTable(
                "'mediation_seat ' || t.session", "(select s.case_id from mediation_session s where s.id = t.session)"
            )
        }
    )


TAGS = {
    "mediation": "From the application to an agreement that is kept: consent, mediators, talks, signatures, performance."
}
MEDIATION = Capability(
    "mediation", tags=TAGS, register=register,
    append_only=("mediation_seat", "mediation_signature", "mediation_performance", "mediation_follow_up"),
    writes=changes(
        "mediation", "mediation_consent", "mediator", "mediation_session", "mediation_agreement", "mediation_obligation",
        "judicial_confirmation",
    ),
)  # fmt: skip
