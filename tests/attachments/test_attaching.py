"""Attachments over HTTP: brought, seen by who sees the case, redacted, withdrawn, on paper; every view on record."""

import base64
import hashlib
import io
import uuid
from collections.abc import Callable
from typing import Any

import asyncpg
import pikepdf
import pytest
from PIL import Image

from app.cases.queries.chain import list_breaks
from tests.access.town import in_city
from tests.cast import Cast, Lives, Person, report
from tests.support import files
from tests.support.files import paper
from tests.support.refusals import refused

Ask = Callable[..., list[Any]]
CHEN, HEAD, LI = "chen.housing", "liu.head", "li.window"
WHY = {"reason": "误传了他人的证件照片"}


def content(person: Person, attachment: dict[str, Any]) -> Any:
    return person.get(f"/v1/attachments/{attachment['id']}/content")


def withdraw(person: Person, attachment: dict[str, Any], version: int = 1) -> Any:
    return person.post(f"/v1/attachments/{attachment['id']}/actions/withdraw", WHY, version=version)


def views(sql: Ask, attachment: dict[str, Any]) -> list[Any]:
    return sql("select actor, case_id from read_log where what = $1 order by id", f"attachment {attachment['id']}")


def test_a_photo_is_brought_seen_and_every_view_is_kept(cast: Cast, lives: Lives, sql: Ask) -> None:
    case, chen = lives.handling()["id"], cast(CHEN)
    before = chen.get(f"/v1/cases/{case}").json()["version"]
    sent = files.jpeg(400, 300)
    made = chen.attached(case, sent, title="漏水照片")
    assert (made["purpose_text"], made["title"], made["media_type"]) == ("证据材料", "漏水照片", "image/jpeg")
    assert (made["width"], made["height"], made["available_actions"]) == (400, 300, ["withdraw", "redact"])

    seen = content(chen, made)
    assert seen.status_code == 200
    assert Image.open(io.BytesIO(seen.content)).size == (400, 300)
    assert files.MARK.encode() not in seen.content
    headers = seen.headers
    assert headers["content-type"] == "image/jpeg"
    assert headers["content-disposition"] == f'attachment; filename="{made["id"]}.jpg"'
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    digest = base64.b64encode(hashlib.sha256(seen.content).digest()).decode()
    assert headers["content-digest"] == f"sha-256=:{digest}:"

    salt = bytes.fromhex(made["salt"])
    assert made["digest"] == hashlib.sha256(salt + seen.content).hexdigest()
    assert made["received_digest"] == hashlib.sha256(salt + sent).hexdigest()
    event = chen.get(f"/v1/cases/{case}/timeline").json()["items"][-1]
    assert (event["kind"], event["title"], event["seq"]) == ("attach", "添加附件", before + 1)
    assert (event["data"]["content_digest"], event["data"]["received_digest"]) == (
        made["digest"],
        made["received_digest"],
    )
    assert "漏水" not in str(event["data"])
    assert [str(row["case_id"]) for row in views(sql, made)] == [case]
    assert chen.get(f"/v1/attachments/{made['id']}").headers["etag"] == '"1"'
    (listed,) = chen.get(f"/v1/cases/{case}/attachments").json()["items"]
    assert (listed.pop("added_at")[:19], listed) == (made.pop("added_at")[:19], made)


def test_only_who_sees_the_case_sees_it(cast: Cast, lives: Lives, sql: Ask) -> None:
    case = lives.handling(concerns=[{"unit": "D150102_water"}])["id"]
    made = cast(CHEN).attached(case, files.png())
    for who in ("gao.window", "wang.grid", "zhang.hrss", "lin.auditor", "he.discipline"):
        person = cast(who)
        status = (403, 404) if who == "lin.auditor" else (404,)
        assert person.get(f"/v1/cases/{case}/attachments").status_code in status
        assert person.get(f"/v1/attachments/{made['id']}").status_code in status
        assert content(person, made).status_code in status
        assert withdraw(person, made).status_code in status
        assert person.attach(case, files.png()).status_code in status
        redacted = person.post(
            f"/v1/attachments/{made['id']}/redacted", {"rectangles": [{"x": 0, "y": 0, "width": 9, "height": 9}]}
        )
        assert redacted.status_code in status
    assert not views(sql, made)


def test_of_an_accusation_its_desk_alone_and_the_title_is_sealed(cast: Cast, sql: Ask) -> None:
    case = cast(LI).register(
        report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "D150102_housing"}])
    )["id"]
    desk = cast("he.discipline")
    made = desk.attached(case, files.pdf(2), title="转账记录")
    assert (made["pages"], made["title"]) == (2, "转账记录")
    assert content(desk, made).status_code == 200
    (note,) = sql("select body, sealed from case_note where case_id = $1::uuid and kind = 'attachment'", case)
    assert note["body"] is None
    assert note["sealed"]
    for who in (CHEN, HEAD, LI, "hu.supervisor", "wang.grid"):
        assert content(cast(who), made).status_code == 404
        assert cast(who).attach(case, files.pdf()).status_code in (403, 404)


def test_a_supervisor_looks_and_adds_nothing(cast: Cast, lives: Lives) -> None:
    case = cast(LI).register(report("request", "heating.outage"))["id"]
    made = cast(LI).attached(case, files.webp())
    assert content(cast("hu.supervisor"), made).status_code == 200
    assert cast("hu.supervisor").attach(case, files.webp()).status_code == 403
    assert withdraw(cast("hu.supervisor"), made).status_code == 403


def test_a_redacted_copy_stands_beside_the_original(cast: Cast, lives: Lives) -> None:
    case, chen = lives.handling()["id"], cast(CHEN)
    made = chen.attached(case, files.png(200, 100), "authority", title="委托书")
    area = {"rectangles": [{"x": 10, "y": 20, "width": 80, "height": 30}]}
    key = uuid.uuid4().hex
    reply = chen.post(f"/v1/attachments/{made['id']}/redacted", area, key=key)
    assert reply.status_code == 201, reply.text
    copy = reply.json()
    assert (copy["redacts"], copy["purpose"], copy["title"]) == (made["id"], "authority", "委托书（遮盖件）")
    again = chen.post(f"/v1/attachments/{made['id']}/redacted", area, key=key)
    assert (again.json(), again.headers["idempotency-replayed"]) == (copy, "true")
    before, after = (Image.open(io.BytesIO(content(chen, a).content)) for a in (made, copy))
    assert after.crop((10, 20, 90, 50)).getcolors() == [(80 * 30, (0, 0, 0))]
    assert before.crop((10, 20, 90, 50)).getcolors() == [(80 * 30, (230, 200, 40))]
    assert before.crop((90, 0, 200, 100)).tobytes() == after.crop((90, 0, 200, 100)).tobytes()
    assert chen.get(f"/v1/cases/{case}/timeline").json()["items"][-1]["data"]["redacts"] == made["id"]
    outside = {"rectangles": [{"x": 190, "y": 0, "width": 20, "height": 5}]}
    refused(chen.post(f"/v1/attachments/{made['id']}/redacted", outside), "#/body/rectangles", "outside_the_picture")


def test_a_redacted_pdf_is_brought_with_what_it_redacts(cast: Cast, lives: Lives) -> None:
    case, chen = lives.handling()["id"], cast(CHEN)
    made = chen.attached(case, files.pdf())
    area = {"rectangles": [{"x": 0, "y": 0, "width": 9, "height": 9}]}
    refused(chen.post(f"/v1/attachments/{made['id']}/redacted", area), "redacts", status=409)
    assert chen.attached(case, files.pdf(), redacts=made["id"])["redacts"] == made["id"]
    other = lives.handling()["id"]
    refused(chen.attach(other, files.pdf(), redacts=made["id"]), "#/query/redacts")
    refused(chen.attach(case, files.pdf(), redacts=str(uuid.uuid4())), "#/query/redacts")


def test_withdrawing_erases_the_bytes_and_the_record_stays(cast: Cast, lives: Lives, sql: Ask) -> None:
    from app.attachments.actions import Store

    case, chen = lives.handling()["id"], cast(CHEN)
    made = chen.attached(case, files.jpeg(), title="照片")
    (row,) = sql("select file, seal_key from attachment where id = $1::uuid", made["id"])
    store = Store.of("hohhot")
    assert store.get(row["file"])
    key = uuid.uuid4().hex
    url = f"/v1/attachments/{made['id']}/actions/withdraw"
    assert chen.post(url, WHY).status_code == 428
    stale = chen.post(url, WHY, version=7)
    assert (stale.status_code, stale.json()["current"]["version"]) == (412, 1)
    gone = chen.post(url, WHY, version=1, key=key)
    assert (gone.status_code, gone.headers["etag"]) == (200, '"2"')
    assert (gone.json()["salt"], gone.json()["available_actions"], gone.json()["digest"]) == (None, [], made["digest"])
    assert chen.post(url, WHY, version=1, key=key).headers["idempotency-replayed"] == "true"
    with pytest.raises(OSError, match=row["file"]):
        store.get(row["file"])
    refused(content(chen, made), "已撤回", status=404)
    refused(chen.post(url, WHY, version=2), status=409)
    area = {"rectangles": [{"x": 0, "y": 0, "width": 9, "height": 9}]}
    refused(chen.post(f"/v1/attachments/{made['id']}/redacted", area), status=409)
    refused(chen.attach(case, files.jpeg(), redacts=made["id"]), "#/query/redacts")
    event = chen.get(f"/v1/cases/{case}/timeline").json()["items"][-1]
    assert (event["kind"], event["data"]["attachment"]) == ("withdraw_attachment", made["id"])
    assert not in_city(lambda conn: list_breaks(conn, uuid.UUID(case)))


def test_evidence_goes_by_who_brought_it_or_the_head_alone(cast: Cast, lives: Lives) -> None:
    case = lives.registered()["id"]
    made = cast(LI).attached(case, files.jpeg())
    cast(CHEN).does(case, "sign_for")
    assert cast(CHEN).get(f"/v1/attachments/{made['id']}").json()["available_actions"] == ["redact"]
    refused(withdraw(cast(CHEN), made), status=403)
    assert withdraw(cast(HEAD), made).status_code == 200


def test_under_hold_and_in_the_archive_nothing_goes(cast: Cast, lives: Lives, sql: Ask) -> None:
    case, chen = lives.closed()["id"], cast(CHEN)
    made = chen.attached(case, files.jpeg(), title="收条", purpose="receipt")
    cast(HEAD).does(case, "hold", {"reason": "法院调卷"})
    refused(withdraw(chen, made), status=409)
    assert chen.get(f"/v1/attachments/{made['id']}").json()["available_actions"] == ["redact"]
    for statement in (
        "update attachment set file = null, seal_key = null, salt = null where id = $1::uuid",
        "update attachment set digest = '' where id = $1::uuid", "delete from attachment where id = $1::uuid",
    ):  # fmt: skip
        with pytest.raises(asyncpg.RestrictViolationError):
            sql(statement, made["id"])
    assert chen.attached(case, files.jpeg()), "a held file still grows"
    cast(HEAD).does(case, "release_hold", {"reason": "已调取"})
    chen.does(case, "archive")
    refused(withdraw(chen, made), status=409)
    refused(chen.attach(case, files.jpeg()), status=409)
    assert content(chen, made).status_code == 200
    cast(HEAD).does(case, "reopen", {"reason": "当事人提供新证据"})
    assert withdraw(chen, made).status_code == 200


def test_whatever_rests_on_a_file_is_asked_before_it_goes(sql: Ask) -> None:
    """A room that comes to name files as evidence has to be in that question too."""
    rows = sql(
        "select conrelid::regclass::text as room, (select attname from pg_attribute where attrelid = conrelid"
        " and attnum = conkey[1]) as name from pg_constraint where contype = 'f' and confrelid = 'attachment'::regclass"
    )
    assert {(row["room"].split(".")[-1], row["name"]) for row in rows} == {
        ("attachment", "redacts"), ("task_file", "attachment"), ("proxy_paper", "attachment"),
        ("mediation_consent", "evidence"), ("mediation_signature", "evidence"), ("mediation_performance", "receipt"),
        ("judicial_confirmation", "evidence"), ("judicial_confirmation", "ruling"),
    }  # fmt: skip


def test_a_merged_case_takes_nothing(cast: Cast, lives: Lives) -> None:
    one, other = lives.handling()["id"], lives.handling()["id"]
    cast(HEAD).does(one, "merge", {"into": other, "reason": "同一事项"})
    refused(cast(HEAD).attach(one, files.jpeg()), status=409)


def test_the_file_on_paper_lists_them(cast: Cast, lives: Lives) -> None:
    case, chen = lives.handling()["id"], cast(CHEN)
    assert "附件清单（无）" in paper(chen.get(f"/v1/cases/{case}/file.pdf"))
    kept = chen.attached(case, files.pdf(3), "minutes", title="调解笔录")
    gone = chen.attached(case, files.jpeg(), title="错传照片")
    assert withdraw(chen, gone).status_code == 200
    text = paper(chen.get(f"/v1/cases/{case}/file.pdf"))
    for words in (
        "调解笔录",
        "笔录、会议记录",
        "3 页",
        kept["digest"],
        kept["salt"],
        "错传照片",
        "撤回，内容已清除",
        gone["digest"],
    ):
        assert words in text, words
    assert gone["salt"] not in text


def test_what_was_taken_out_of_a_paper_is_said(cast: Cast, lives: Lives) -> None:
    case, chen = lives.handling()["id"], cast(CHEN)
    made = chen.attached(case, files.with_everything_active(), "receipt")
    assert (made["removed"], made["title"]) == (["files", "scripts", "signatures"], "收据、履行凭证")
    assert len(pikepdf.open(io.BytesIO(content(chen, made).content)).pages) == 1


@pytest.mark.parametrize("sent", ["a title in bytes", "percent-encoded"])
def test_a_title_comes_in_either_way(cast: Cast, lives: Lives, sent: str) -> None:
    case = lives.handling()["id"]
    raw: dict[str, Any] = {"Attachment-Title": "漏水 100%".encode()} if sent == "a title in bytes" else {}
    made = cast(CHEN).attach(case, files.png(), title=None if raw else "漏水 100%", **raw)
    assert made.json()["title"] == "漏水 100%"
