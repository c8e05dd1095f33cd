"""The kinds of disputes: what the file says, and how a broken one is refused."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from app.routing.rules import DisputeKind, Firmness, Mediation, Point, Step
from seeds.reference.entries import NEVER_ASKED
from seeds.reference.load import (
    DISPUTE_KINDS,
    ReferenceDataError,
    read_categories,
    read_dispute_kinds,
    read_procedures,
)
from tests.support.each import each

KINDS = read_dispute_kinds()
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)


def points(kind: DisputeKind) -> Iterator[Point]:
    yield kind.confirmation
    yield from (point for _, point in (*kind.channels, *kind.methods))
    yield from (route.point for route in kind.routes)


def test_the_kinds_that_were_asked_for_are_there() -> None:
    assert {kind.code for kind in KINDS} >= {
        *("family", "neighbours", "property", "land", "labour", "wages", "consumer", "traffic", "medical", "loans"),
    }


def test_every_category_of_disputes_belongs_to_exactly_one_kind() -> None:
    taken = Counter(category for kind in KINDS for category in kind.categories)
    assert taken == Counter({c.code: 1 for c in read_categories() if "dispute" in c.kinds})


@each_kind
def test_a_kind_says_all_that_a_mediator_needs_in_both_languages(kind: DisputeKind) -> None:
    assert kind.procedure in {p.code for p in read_procedures() if "dispute" in p.kinds}
    assert Step.TALKS in {step for step, _ in kind.methods}
    for words in (kind.name, *kind.questions, *kind.papers, *(point.words for point in points(kind))):
        assert any("一" <= sign <= "鿿" for sign in words.zh), words
        assert words.en.isascii(), words
    assert {route.route for route in kind.routes} & {"litigation", "arbitration"}


@each_kind
def test_law_names_its_article_and_nothing_else_is_called_law(kind: DisputeKind) -> None:
    for point in each(points(kind)):
        if point.firmness is Firmness.LAW:
            assert point.basis, point
        if point.basis and "未与" in point.basis.zh:
            assert point.firmness is Firmness.PRACTICE, point


@each_kind
def test_checklists_ask_about_the_matter_and_never_about_what_somebody_is(kind: DisputeKind) -> None:
    text = " ".join(f"{words.zh} {words.en}" for words in (*kind.questions, *kind.papers)).lower()
    assert not [word for word in (*NEVER_ASKED, "族", "faith", "belief", "identity number", "身份证号") if word in text]


def test_people_are_kept_safe_before_they_are_brought_together() -> None:
    kinds = {kind.code: kind for kind in KINDS}
    assert not kinds["family"].joint_talks_first
    protected = " ".join(point.words.zh for step, point in kinds["family"].methods if step is Step.PROTECT)
    assert "报警" in protected
    assert "人身安全保护令" in protected
    orders = [r.limit for r in kinds["family"].routes if "人身安全保护令" in r.point.words.zh]
    assert [(limit.length, limit.unit) for limit in orders if limit] == [(72, "hour")]


@pytest.mark.parametrize(
    ("code", "route", "length", "unit", "article"),
    [
        ("labour", "arbitration", 1, "year", "劳动争议调解仲裁法第二十七条"),
        ("wages", "arbitration", 1, "year", "劳动争议调解仲裁法第二十七条"),
        ("wages", "litigation", 15, "calendar_day", "劳动争议调解仲裁法第四十八条、第五十条"),
        ("wages", "other_organ", 2, "year", "劳动保障监察条例第九条、第二十条"),
        ("labour", "other_organ", 1, "year", "工伤保险条例第十七条"),
        ("land", "arbitration", 2, "year", "农村土地承包经营纠纷调解仲裁法第四条、第十八条、第四十八条、第五十二条"),
        ("land", "other_organ", 30, "calendar_day", "土地管理法第十四条；草原法第十六条"),
        ("expropriation", "reconsideration", 60, "calendar_day",
         "国有土地上房屋征收与补偿条例第十四条、第二十六条；行政复议法第二十条"),
        ("loans", "litigation", 3, "year", "民法典第一百八十八条、第一百九十五条"),
    ],
)  # fmt: skip
def test_limits_of_other_procedures_are_told_with_their_article(
    code: str, route: str, length: int, unit: str, article: str
) -> None:
    kind = next(kind for kind in KINDS if kind.code == code)
    told = [(r.route, r.limit.length, r.limit.unit, r.point.basis.zh) for r in kind.routes if r.limit and r.point.basis]
    assert (route, length, unit, article) in told


def test_labour_goes_to_labour_mediation_and_medical_to_its_committee() -> None:
    channels = {kind.code: [channel for channel, _ in kind.channels] for kind in KINDS}
    assert channels["labour"][0] is channels["wages"][0] is Mediation.LABOUR
    assert channels["medical"][0] is channels["traffic"][0] is Mediation.SECTORAL
    assert channels["family"] == [Mediation.PEOPLE]
    assert [kind.code for kind in KINDS if not kind.confirmable] == ["expropriation"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("categories: [loan.private]", "categories: [loan.private, road.damage]", "loans: road.damage is no dispute's"),
        ("categories: [loan.private]", "categories: [loan.private, wage.arrears]", "loans: wage.arrears is no dispute's"),
        ("categories: [medical.dispute]", "categories: []", "medical, categories: is empty"),
        ("categories: [wage.arrears]", "categories: [labour.injury]", "labour: labour.injury is no dispute's"),
        ("procedure: labour_mediation", "procedure: appeal", "wages: procedure 'appeal' is no procedure of disputes"),
        ("functions: [hrss, justice]", "functions: [astrology]", "labour: functions holds 'astrology'"),
        ("zh: 现在每月能还多少", "zh: 是否有前科", "loans, checklist, ask 5: '前科' is never asked"),
        ("channel: labour,", "channel: magic,", "channels 1, channel: Input should be 'people', "),
        ("length: 2, unit: year", "length: 2, unit: decade", "limit, unit: Input should be 'hour', "),
        ("length: 2, unit: year", "length: 0, unit: year", "limit, length: Input should be greater than or equal to 1"),
        ("basis_zh: 民法典第九百四十四条, ", "", "basis_zh and basis_en go together"),
        ("route: arbitration", "route: duel", "route: Input should be 'litigation', "),
        ("    name_zh: 劳动争议\n", "", "labour, name_zh: Field required"),
        ("name_zh: 劳动争议\n", "name_zh: 劳动争议\n    mood: bad\n", "labour, mood: Extra inputs are not permitted"),
        ("code: labour\n", "code: wages\n", "wages appears twice"),
        ("joint_talks_first: true", "joint_talks_first: often", "joint_talks_first: Input should be a valid boolean"),
    ],
)  # fmt: skip
def test_a_broken_file_names_the_entry(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    path, text = tmp_path / "dispute_kinds.yaml", DISPUTE_KINDS.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=r"dispute_kinds\.yaml") as broken:
        read_dispute_kinds(path)
    assert complaint in str(broken.value)


def test_a_category_left_out_is_named(tmp_path: Path) -> None:
    top = yaml.safe_load(DISPUTE_KINDS.read_text(encoding="utf-8"))
    top["kinds"] = [kind for kind in top["kinds"] if kind["code"] != "loans"]
    path = tmp_path / "dispute_kinds.yaml"
    path.write_text(yaml.safe_dump(top, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=r"dispute_kinds\.yaml: no kind takes loan\.private"):
        read_dispute_kinds(path)
