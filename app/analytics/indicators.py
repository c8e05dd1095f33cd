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
CLOSED = "cases c join unit lead on lead.code = c.lead_unit"
RUNNING = "(k.stopped_at is null or k.stopped_at > k.due)"  # not ended on another way before its limit


@dataclass(frozen=True, slots=True)
class Indicator:
    """`part` of `whole`, both conditions on `rows`, for what has its instant `at` in the period; `unit` answers for it.

    `{as_of}` in a condition stands for the instant up to which facts count.
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
        _share("community", "村（社区）", "community"),
        _share("township", "乡镇（街道）", "township"),
        _share("county", "旗县区", "county"),
        _share("city", "市", "city"),
    )
}  # fmt: skip
