"""Every template says what the law asks of it, takes any words as words, and is printed with its font inside."""

import asyncio
import hashlib
import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from jinja2 import TemplateError
from pypdf import PdfReader

from app.cases.rules import Result, Route
from app.notices.actions import filling as making
from app.notices.actions import masked_text, printed
from app.notices.actions.filling import TEMPLATES, VERSIONS, Draft, filled, make
from app.notices.rules import RESULT_WORDS, ROUTE_WORDS, NoticeKind

DRAFT = Draft(
    NoticeKind.OPINION, "260000001U", "供暖不达标", ("张三", "欧阳一二"), "新城区住房和城乡建设局",
    date(2026, 11, 3), date(2026, 11, 23), "经检测，室温不达标属实，已更换阀门。", "室温十五度",
    {"organ": "D150102_housing", "result": "supported", "route": "arbitration", "days": 30, "due": "2027-01-22"},
)  # fmt: skip
ASKED = {
    NoticeKind.ACCEPTANCE: ["予以受理", "二十三条", "2027年1月22日", "查询"],
    NoticeKind.NON_ACCEPTANCE: ["不予受理", "申请仲裁", "理由"],
    NoticeKind.TRANSFER: ["转送", "新城区住房和城乡建设局"],
    NoticeKind.EXTENSION: ["三十四条", "30日", "2027年1月22日", "延期理由"],
    NoticeKind.OPINION: ["信访请求", "事实", "予以支持", "三十二条", "三十日内", "复查", "室温十五度"],
    NoticeKind.REPLY: ["答复", "予以支持"],
    NoticeKind.CALL_BACK: ["反馈", "予以支持"],
    NoticeKind.RIGHTS_AND_DUTIES: ["权利", "义务", "不收取任何费用", "终止调解"],
    NoticeKind.MEDIATION_RESULT: ["调解结果", "二十六条"],
    NoticeKind.REVIEW_DECISION: ["三十六条", "复核"],
    NoticeKind.URGING: ["催办", "四十条", "2027年1月22日"],
}


@pytest.mark.parametrize("kind", NoticeKind)
def test_each_kind_says_what_is_asked_of_it(kind: NoticeKind) -> None:
    text = filled(replace(DRAFT, kind=kind))
    for words in (*ASKED[kind], kind.words.zh, "260000001U", "张三", "2026年11月23日"):
        assert words in text, words


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_has_its_file_for_the_version_it_is_made_with(kind: NoticeKind) -> None:
    assert (TEMPLATES / f"{kind}.v{VERSIONS[kind]}.html").is_file()


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_template_does_without_what_may_be_missing(kind: NoticeKind) -> None:
    text = filled(replace(DRAFT, kind=kind, to=(), claim=None, facts={"organ": "x"}))
    assert "来访群众" in text


def test_words_are_words_and_never_markup() -> None:
    evil = '<img src="file:///etc/passwd"><script>x</script>{{ 7*7 }}'
    text = filled(replace(DRAFT, text=evil, subject=evil, claim=evil, to=(evil,)))
    assert "<img" not in text
    assert "<script" not in text
    assert "49" not in text


def test_an_agreement_names_its_confirmation_and_a_failure_the_other_routes() -> None:
    agreed = filled(replace(DRAFT, kind=NoticeKind.MEDIATION_RESULT, facts={"result": "agreement"}))
    assert "司法确认" in agreed
    assert "司法确认" not in filled(replace(DRAFT, kind=NoticeKind.MEDIATION_RESULT, facts={"result": "no_agreement"}))


def test_every_route_and_result_has_words() -> None:
    assert set(ROUTE_WORDS) == {route.value for route in Route}
    assert set(RESULT_WORDS) == {result.value for result in Result}


def test_it_is_kept_sealed_with_a_digest_of_its_text() -> None:
    made = make(DRAFT, uuid4())
    assert made.sealed is not None
    assert "张三".encode() not in made.sealed.body
    assert made.digest == hashlib.sha256(made.salt + filled(DRAFT).encode()).digest()


def test_a_template_that_fails_leaves_a_failed_notice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(making, "TEMPLATES", tmp_path)
    making._templates.cache_clear()
    (tmp_path / "opinion.v1.html").write_text("{{ nothing_of_that_name }}")
    try:
        made = make(DRAFT, uuid4())
        with pytest.raises(TemplateError):
            filled(DRAFT)
    finally:
        making._templates.cache_clear()
    assert (made.state, made.sealed, made.digest) == ("failed", None, None)


def test_addressees_are_masked_and_nothing_else_is() -> None:
    text = masked_text(filled(DRAFT))
    assert "张三" not in text
    assert "张*" in text
    assert "欧阳**" in text
    assert "经检测" in text


def test_the_pdf_holds_the_words_and_its_font() -> None:
    long = replace(DRAFT, text="经检测属实。" * 900)
    reader = PdfReader(io.BytesIO(asyncio.run(printed(filled(long), "信访事项处理意见书"))))
    assert len(reader.pages) > 1
    text = "".join(page.extract_text() for page in reader.pages)
    for words in ("信访事项处理意见书", "新城区住房和城乡建设局", "张三", "复查", "第 1 页"):
        assert words in text
    resources: Any = reader.pages[0]["/Resources"]
    fonts = resources["/Font"]
    assert fonts
    for font in fonts.values():
        described = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(described.keys()), "embedded"
