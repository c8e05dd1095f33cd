"""The indicators: what each counts, as a table. Pure text, nothing is computed here.

All are proposals built from published names (no official formula was found); numerator and denominator are kept, so
that a formula can be changed later. They judge handling: none grows better by taking in fewer petitions, and the shares
of tiers are figures, never targets.
"""

from dataclasses import dataclass

from app.core.errors import Words

CLOCKS = "clock k join cases c on c.id = k.case_id"
OFFERS = "assignment s join cases c on c.id = s.case_id"
DEMANDS = "supervision v join cases c on c.id = v.case_id"
CALLS = "whistle_call w join task t on t.id = w.task join cases c on c.id = t.case_id"
ARRIVALS = f"{CALLS} join clock k on k.case_id = c.id and k.kind = 'arrival' and k.subject = w.task::text"
TASKS = "task t join cases c on c.id = t.case_id"
CLOSED = "cases c join unit lead on lead.code = c.lead_unit"
RATINGS = "rating r join cases c on c.id = r.case_id"
ALL = "cases c"
VISIT = "select from return_visit v where v.case_id = c.id and v.reached and v.at >= c.closed_at"
REPEATED = "l.undone_at is null and l.relation = 'repeat'"
RUNNING = "(k.stopped_at is null or k.stopped_at > k.due)"  # not ended on another way before its limit


@dataclass(frozen=True, slots=True)
class Indicator:
    """`part` of `whole`, both conditions on `rows`, for what has its instant `at` in the period; `unit` answers for it.

    `{as_of}` in a condition stands for the instant up to which facts count, `{days}` for the days of the first-time rate.
    """

    code: str
    title: Words
    formula: Words
    rows: str
    at: str
    whole: str
    part: str
    unit: str = "c.lead_unit"


def _share(tier: str, zh: str, en: str) -> Indicator:
    return Indicator(
        f"closed_by_{tier}", Words(f"{zh}化解占比", f"share closed by the {en}"),
        Words(f"由{zh}级单位办结 ÷ 全部办结（仅为数据，不作指标）", f"closed by a unit of the {en} / all closed; no target"),
        CLOSED, "c.closed_at", "c.status = 'closed'", f"lead.tier = '{tier}'",
    )  # fmt: skip


INDICATORS: dict[str, Indicator] = {
    i.code: i
    for i in (
        Indicator(
            "timely_acceptance", Words("及时受理率", "accepted in time"),
            Words("期限内作出受理与否的决定 ÷ 受理期限在本期届满", "decided by its limit / acceptance due in the period"),
            CLOCKS, "k.due", f"k.kind = 'acceptance' and {RUNNING}", "k.met_at <= least(k.due, {as_of})",
        ),
        Indicator(
            "on_time_completion", Words("按期办结率", "completed on time"),
            Words("期限内（含批准的延期）办结 ÷ 办理期限在本期届满（超期未结计入分母）",
                  "completed by its limit, approved extensions included / due in the period, those still open too"),
            CLOCKS, "k.due", f"k.kind = 'completion' and {RUNNING}", "k.met_at <= least(k.due, {as_of})",
        ),
        Indicator(
            "extended", Words("延期率", "extended"),
            Words("经批准延期 ÷ 办理期限在本期届满", "extended / due in the period"),
            CLOCKS, "k.due", f"k.kind = 'completion' and {RUNNING}", "k.extensions > 0",
        ),
        Indicator(
            "returned", Words("退单率", "returned"),
            Words("单位退回 ÷ 本期派单（撤回的不计）", "refused by the unit / offered in the period, recalled ones left out"),
            OFFERS, "s.offered_at", "s.part = 'lead' and s.staff is null and s.state <> 'recalled'",
            "(s.returned_at <= {as_of} or s.state = 'refused' and s.answered_at <= {as_of})", "s.unit",
        ),
        Indicator(
            "returns_upheld", Words("退单成立率", "returns upheld"),
            Words("派出单位裁定退单成立 ÷ 本期退单（裁定中的计入分母）",
                  "upheld by the dispatcher / returned in the period, those that wait for a ruling too"),
            OFFERS, "s.returned_at", "s.part = 'lead' and s.staff is null",
            "s.ruling = 'upheld' and s.answered_at <= {as_of}", "s.unit",
        ),
        Indicator(
            "answered_on_time", Words("督办按期反馈率", "supervisions answered on time"),
            Words("首次书面答复不晚于规定日期 ÷ 本期应答复的督办", "answered by the date ordered / answers due in the period"),
            DEMANDS, "v.answer_by", "v.state <> 'withdrawn'", "v.first_answered_at <= least(v.answer_by, {as_of})",
            "v.target_unit",
        ),
        Indicator(
            "corrected_on_time", Words("按期整改率", "corrected on time"),
            Words("经核验属实、且答复不晚于责令日期的整改 ÷ 本期到期的责令整改",
                  "verified, and reported by the date ordered / orders due in the period"),
            DEMANDS, "v.answer_by", "v.kind = 'correct' and v.state <> 'withdrawn'",
            "v.answered_at <= v.answer_by and v.verified_at <= {as_of}", "v.target_unit",
        ),
        Indicator(
            "responded", Words("响应率", "responded in time"),
            Words("期限内首次响应（接单受理）÷ 本期应响应的群众诉求", "taken up by its limit / requests due for a response"),
            CLOCKS, "k.due", f"k.kind = 'acceptance' and c.kind = 'request' and {RUNNING}",
            "k.met_at <= least(k.due, {as_of})",
        ),
        Indicator(
            "participation", Words("参评率", "took part in rating"),
            Words("已评价 ÷ 本期邀请评价", "rated / invited in the period"),
            RATINGS, "r.invited_at", "true", "r.rated_at <= {as_of}",
        ),
        Indicator(
            "satisfied", Words("满意率", "satisfied"),
            Words("满意和基本满意 ÷ 本期邀请的已评价（与参评率同看）",
                  "satisfied or basically so / rated of those invited in the period; read beside participation"),
            RATINGS, "r.invited_at", "r.rated_at <= {as_of}", "r.satisfaction in ('satisfied', 'basically')",
        ),
        Indicator(
            "solved", Words("解决率", "solved"),
            Words("群众认为已解决 ÷ 本期邀请的已评价", "solved in the resident's eyes / rated of those invited in the period"),
            RATINGS, "r.invited_at", "r.rated_at <= {as_of}", "r.solved = 'yes'",
        ),
        Indicator(
            "solved_at_once", Words("一次化解率", "solved at the first go"),
            Words("办结后规定天数内无同一事项再次反映、复查申请或重新办理的首次事项 ÷ 本期办结的首次事项",
                  "first-time matters that did not come back within the days set / first-time matters closed in the period"),
            ALL, "c.closed_at",
            "c.status = 'closed' and not exists (select from case_link l where l.case_id = c.id and l.undone_at is null)",
            "c.reopened = 0 and not exists (select from case_link l where l.other = c.id and l.undone_at is null"
            " and l.relation in ('repeat', 'review') and l.made_at <= least(c.closed_at + {days}, {as_of}))",
        ),
        Indicator(
            "repeated", Words("重复信访率", "repeat petitions"),
            Words("同一事项重复信访 ÷ 本期信访登记（衡量办理质量，不用于个人）",
                  "same matter again / petitions registered in the period; of the handling, never of a person"),
            ALL, "c.registered_at", "c.kind = 'petition'",
            f"exists (select from case_link l where l.case_id = c.id and {REPEATED} and l.made_at <= {{as_of}})",
        ),
        Indicator(
            "visited", Words("回访率", "visited after closing"),
            Words("回访到人 ÷ 本期办结", "reached / closed in the period"),
            ALL, "c.closed_at", "c.status = 'closed'", f"exists ({VISIT} and v.at <= {{as_of}})",
        ),
        Indicator(
            "confirmed", Words("回访核实率", "confirmed when visited"),
            Words("回访核实属实 ÷ 本期办结中回访到人", "confirmed / reached, of those closed in the period"),
            ALL, "c.closed_at", f"c.status = 'closed' and exists ({VISIT} and v.at <= {{as_of}})",
            f"exists ({VISIT} and v.at <= {{as_of}} and v.confirmed)",
        ),
        Indicator(
            "tasks_answered_on_time", Words("协办按期反馈率", "co-handlers' results on time"),
            Words("首次书面反馈不晚于期限 ÷ 本期应反馈的协办任务（撤回、免予反馈的不计）",
                  "first written result by its date / results due in the period; recalled and waived ones left out"),
            TASKS, "t.due", "t.state not in ('recalled', 'waived', 'ended')",
            "t.first_answered_at <= least(t.due, {as_of})", "t.unit",
        ),
        Indicator(
            "whistled", Words("吹哨率", "whistled"),
            Words("吹哨的事项 ÷ 本期登记的事项（仅为数据，过高过低都应查明原因）",
                  "matters with a whistle / registered in the period; no target: both too few and too many ask for a reason"),
            "cases c", "c.registered_at", "c.petition_class is distinct from 'accusation'",
            "exists (select from whistle w where w.case_id = c.id and w.blown_at <= {as_of})",
        ),
        Indicator(
            "whistle_misuse", Words("吹哨不当率", "called wrongly"),
            Words("裁定不应召集 ÷ 本期吹哨召集的部门（撤回的不计）",
                  "calls that the centre above ruled wrong / departments called in the period, recalled ones left out"),
            CALLS, "t.asked_at", "t.state <> 'recalled'", "w.ruling = 'upheld' and w.ruled_at <= {as_of}", "t.asked_by_unit",
        ),
        Indicator(
            "whistle_arrivals", Words("吹哨按时到场率", "arrived in time"),
            Words("期限内到场签到 ÷ 到场期限在本期届满的召集（裁定不应召集的不计）",
                  "arrived by the limit / arrivals due in the period, calls ruled wrong left out"),
            ARRIVALS, "k.due", f"{RUNNING} and w.ruling is distinct from 'upheld'", "k.met_at <= least(k.due, {as_of})",
            "t.unit",
        ),
        _share("community", "村（社区）", "community"),
        _share("township", "乡镇（街道）", "township"),
        _share("county", "旗县区", "county"),
        _share("city", "市", "city"),
    )
}  # fmt: skip
