"""Bad uploads: told what to mend, nothing half done; and what lies on disk betrays nothing."""

import base64
import hashlib
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.attachments import actions
from app.attachments.actions import Store, sandbox
from app.attachments.rules.files import Unfit
from app.attachments.settings import AttachmentSettings
from app.core.settings import section, settings
from tests.access.town import in_city
from tests.cast import Cast, Lives
from tests.support import files
from tests.support.refusals import refused

Ask = Callable[..., list[Any]]
CHEN = "chen.housing"


def on_disk() -> set[Path]:
    folder = Store.of("hohhot").folder
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def nothing_kept(lives: Lives, sql: Ask) -> Iterator[str]:
    """A case; afterwards it has no attachment, no event and no note more, and the store no file."""
    case = lives.handling()["id"]
    counted = (
        "select (select count(*) from attachment), (select count(*) from event where case_id = $1::uuid),"
        " (select count(*) from case_note where case_id = $1::uuid), (select count(*) from idempotency)"
    )
    before, files_before = tuple(sql(counted, case)[0]), on_disk()
    yield case
    assert tuple(sql(counted, case)[0]) == before
    assert on_disk() == files_before


BAD: dict[str, tuple[bytes | Callable[[], bytes], Unfit]] = {
    "nothing": (b"", Unfit.UNKNOWN),
    "a web page called a photo": (b"<html><script>alert(1)</script>", Unfit.UNKNOWN),
    "half a photo": (files.jpeg()[:300], Unfit.UNREADABLE),
    "a bomb as a photo": (files.bomb, Unfit.TOO_MANY_PIXELS),
    "a moving picture": (files.moving("WEBP"), Unfit.MOVING),
    "a paper of too many pages": (lambda: files.pdf(301), Unfit.TOO_MANY_PAGES),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_what_is_wrong(cast: Cast, nothing_kept: str, name: str) -> None:
    made, why = BAD[name]
    sent = made() if callable(made) else made
    for language in ("zh-CN", "en"):
        reply = cast(CHEN).attach(nothing_kept, sent, **{"Content-Type": "image/jpeg", "Accept-Language": language})
        refused(reply, "#/body", why.value)


def test_neither_name_nor_declared_type_decides(cast: Cast, lives: Lives) -> None:
    case = lives.handling()["id"]
    for declared in ("image/jpeg", "application/pdf", "image/x-anything", "Application/Octet-Stream; charset=binary"):
        assert cast(CHEN).attached(case, files.png(), **{"Content-Type": declared})["media_type"] == "image/png"


@pytest.mark.parametrize(
    "media",
    ["application/json", "multipart/form-data; boundary=x", "text/html", "application/x-www-form-urlencoded", ""],
)
def test_a_form_is_no_file(cast: Cast, nothing_kept: str, media: str) -> None:
    refused(
        cast(CHEN).attach(nothing_kept, files.png(), **{"Content-Type": media}), "application/octet-stream", status=415
    )


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_beyond_the_limit(cast: Cast, nothing_kept: str, chunked: bool) -> None:
    most = section(AttachmentSettings).max_bytes
    assert most > settings().max_body_bytes
    sent: Any = iter([bytes(most // 4)] * 5) if chunked else bytes(most + 1)
    refused(cast(CHEN).attach(nothing_kept, sent), str(most), status=413)


BAD_HEADERS = [
    *(("Attachment-Title", value) for value in ("%00", "%ff", "%20", "a" * 201, "a" * 2001, "%1b[31m")),
    *(("Content-Digest", value) for value in ("", "sha-256=:AAAA:", "md5=:AAAA:")),
    ("Content-Digest", f"sha-256=:{base64.b64encode(bytes(32)).decode()}:"),
]


@pytest.mark.parametrize(("header", "value"), BAD_HEADERS)
def test_bad_headers(cast: Cast, nothing_kept: str, header: str, value: str) -> None:
    refused(cast(CHEN).attach(nothing_kept, files.png(), **{header: value}), f"#/header/{header}")


def test_a_bad_purpose_and_no_key(cast: Cast, nothing_kept: str) -> None:
    refused(cast(CHEN).attach(nothing_kept, files.png(), "selfie"), "#/query/purpose")
    refused(cast(CHEN).attach(nothing_kept, files.png(), redacts="1"), "#/query/redacts")
    url = f"/v1/cases/{nothing_kept}/attachments?purpose=evidence"
    headers = {**cast(CHEN).headers, "Content-Type": "image/png"}
    refused(cast.client.post(url, content=files.png(), headers=headers), "Idempotency-Key", status=400)


@pytest.mark.parametrize("area", [{"x": -1, "y": 0, "width": 1, "height": 1}, {"x": 0, "y": 0, "width": 0, "height": 1},
                                  {"x": 0.5, "y": 0, "width": 1, "height": 1}, {"x": 10**30, "y": 0, "width": 1, "height": 1},
                                  {"x": 0, "y": 0, "width": 1}])  # fmt: skip
def test_a_rectangle_that_is_none(cast: Cast, lives: Lives, area: dict[str, Any]) -> None:
    case = lives.handling()["id"]
    made = cast(CHEN).attached(case, files.png())
    refused(cast(CHEN).post(f"/v1/attachments/{made['id']}/redacted", {"rectangles": [area]}))
    refused(cast(CHEN).post(f"/v1/attachments/{made['id']}/redacted", {"rectangles": []}), "#/body/rectangles")
    refused(
        cast(CHEN).post(f"/v1/attachments/{made['id']}/redacted", {"rectangles": [area] * 201}), "#/body/rectangles"
    )


# --- Once, and whole


def test_the_line_spoilt_it_and_it_is_sent_again_under_the_same_key(cast: Cast, lives: Lives) -> None:
    case, chen, sent, key = lives.handling()["id"], cast(CHEN), files.jpeg(), uuid.uuid4().hex
    digest = {"Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(sent).digest()).decode()}:"}
    refused(chen.attach(case, sent[:-40], key=key, **digest), "#/header/Content-Digest")
    made = chen.attached(case, sent, key=key, **digest)
    again = chen.attach(case, sent, key=key, **digest)
    assert (again.status_code, again.json(), again.headers["idempotency-replayed"]) == (201, made, "true")
    for other in ({"purpose": "other"}, {"title": "另题"}, {"content": files.png()}):
        asked: dict[str, Any] = {"content": sent, "key": key, **other}
        refused(chen.attach(case, **asked), "/problems/idempotency-key-reused")
    assert len(chen.get(f"/v1/cases/{case}/attachments").json()["items"]) == 1


def test_ten_at_once_under_one_key_attach_once(cast: Cast, lives: Lives, sql: Ask) -> None:
    case, chen, key, before = lives.handling()["id"], cast(CHEN), uuid.uuid4().hex, on_disk()
    with ThreadPoolExecutor(10) as crowd:
        replies = list(crowd.map(lambda _: chen.attach(case, files.jpeg(300, 200), key=key), range(10)))
    statuses = [reply.status_code for reply in replies]
    assert set(statuses) <= {201, 409}, [reply.text for reply in replies]
    assert len({reply.json()["id"] for reply in replies if reply.status_code == 201}) == 1
    assert len(chen.get(f"/v1/cases/{case}/attachments").json()["items"]) == 1
    assert len(on_disk() - before) == 1


def test_ten_at_once_under_ten_keys_attach_ten(cast: Cast, lives: Lives) -> None:
    case, chen = lives.handling()["id"], cast(CHEN)
    with ThreadPoolExecutor(10) as crowd:
        replies = list(crowd.map(lambda n: chen.attach(case, files.jpeg(300, 200 + n)), range(10)))
    assert [reply.status_code for reply in replies] == [201] * 10, [reply.text for reply in replies]
    events = [e["seq"] for e in chen.get(f"/v1/cases/{case}/timeline?limit=200").json()["items"]]
    assert events == list(range(1, len(events) + 1))


def test_more_at_once_than_there_is_room_for_are_told_to_wait(
    cast: Cast, nothing_kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("at_once", "seconds"):
        monkeypatch.setattr(sandbox.UPLOADS, name, 0)
    reply = cast(CHEN).attach(nothing_kept, files.png())
    refused(reply, status=503)
    assert reply.headers["retry-after"]


@pytest.mark.parametrize("place", ["put", "record"])
def test_a_fault_midway_leaves_no_row_and_the_same_key_may_be_used_again(
    cast: Cast, lives: Lives, sql: Ask, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    case, chen, key = lives.handling()["id"], cast(CHEN), uuid.uuid4().hex

    def fail(*_: Any, **__: Any) -> Any:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(*((Store, "put", fail) if place == "put" else (actions.files, "record", fail)))
        refused(chen.attach(case, files.png(), key=key), status=503)
    assert sql("select count(*) from attachment where case_id = $1::uuid", case)[0][0] == 0
    assert chen.attach(case, files.png(), key=key).status_code == 201


def test_what_a_crash_left_behind_is_collected_and_what_is_missing_is_told(cast: Cast, lives: Lives, sql: Ask) -> None:
    case, store = lives.handling()["id"], Store.of("hohhot")
    made = cast(CHEN).attached(case, files.png())
    (row,) = sql("select file from attachment where id = $1::uuid", made["id"])
    orphan, draft = store.put(b"left behind"), store.folder / "ab" / f"{'ab' * 32}.1234"
    draft.parent.mkdir(exist_ok=True)
    draft.write_bytes(b"half")

    def collect(before: datetime) -> tuple[int, int]:
        found: tuple[int, int] = in_city(lambda conn: actions.collect(conn, store, before=before))
        return found

    now = datetime.fromtimestamp(draft.stat().st_mtime, UTC)  # files have a clock of their own
    assert collect(now - timedelta(days=1)) == (0, 0), "it may still be about to get its row"
    assert collect(now + timedelta(minutes=1))[0] >= 2
    assert store.get(row["file"])
    assert not draft.exists()
    with pytest.raises(OSError, match=orphan):
        store.get(orphan)
    away = store.folder / row["file"][:2] / row["file"]
    kept = away.read_bytes()
    away.unlink()
    assert collect(now)[1] == 1
    refused(cast(CHEN).get(f"/v1/attachments/{made['id']}/content"), status=503)
    away.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    refused(cast(CHEN).get(f"/v1/attachments/{made['id']}/content"), status=503)
    away.write_bytes(kept)
    assert cast(CHEN).get(f"/v1/attachments/{made['id']}/content").status_code == 200


# --- At rest


def test_the_same_photo_twice_is_two_files_that_nothing_links(cast: Cast, lives: Lives, sql: Ask) -> None:
    sent, before = files.jpeg(500, 400), on_disk()
    one, other = (cast(CHEN).attached(lives.handling()["id"], sent) for _ in range(2))
    added = sorted(on_disk() - before)
    assert len(added) == 2
    rows = sql(
        "select file, digest, received_digest, salt from attachment where id = any($1::uuid[])",
        [one["id"], other["id"]],
    )
    for column in ("file", "digest", "received_digest", "salt"):
        assert rows[0][column] != rows[1][column], column
    assert {path.name for path in added} == {row["file"] for row in rows}
    for path in added:
        assert path.stat().st_mode & 0o077 == 0
        assert path.read_bytes()[:3] != b"\xff\xd8\xff"
        assert b"JFIF" not in path.read_bytes()
    url = f"/v1/attachments/{one['id']}/actions/withdraw"
    assert cast(CHEN).post(url, {"reason": "误传"}, version=1).status_code == 200
    assert cast(CHEN).get(f"/v1/attachments/{other['id']}/content").status_code == 200


def test_bytes_moved_to_another_attachment_do_not_open(cast: Cast, lives: Lives, sql: Ask) -> None:
    case = lives.handling()["id"]
    one, other = (cast(CHEN).attached(case, files.png()) for _ in range(2))
    sql(
        "update attachment a set seal_key = b.seal_key from attachment b where a.id = $1::uuid and b.id = $2::uuid",
        one["id"], other["id"],
    )  # fmt: skip
    refused(cast(CHEN).get(f"/v1/attachments/{one['id']}/content"), status=503)


# --- The program apart


def test_a_decoder_that_falls_or_takes_too_much_is_the_files_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MEMORY", 40_000_000)
    monkeypatch.setattr(sandbox, "MEMORY_A_PIXEL", 0)
    assert sandbox._run(files.jpeg(6000, 6000)) is Unfit.TOO_HEAVY


def test_a_file_that_computes_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 1)
    noise = files.saved(Image.frombytes("RGB", (4000, 4000), os.urandom(48_000_000)), "PNG", compress_level=0)
    assert sandbox._run(noise) is Unfit.TOO_HEAVY


def test_a_program_that_does_not_run_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="does not run"):
        sandbox._run(b"")


def test_a_photo_of_the_most_pixels_fits_into_its_memory() -> None:
    sent = files.saved(files.picture(10_000, 5_000), "JPEG", exif=files.exif(6), quality=40)
    made = sandbox._run(sent)
    assert isinstance(made, sandbox.Clean)
    assert (made.facts.width, made.facts.height) == (5_000, 10_000)
    assert made.content
