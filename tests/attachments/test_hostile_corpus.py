"""150 hostile files, made from a seed: each is refused, or what is kept of it is clean, small and of one kind."""

import io
import random
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from PIL import Image

from tests.cast import Cast, Lives
from tests.support import files
from tests.support.tiers import Amount

FILES = Amount("hostile files", short=15, long=150, setting="GRIDCASE_HOSTILE_FILES")
MARKS = (
    b"<script", b"javascript:", b"<?php", b"<svg", b"PK\x03\x04", b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/URI", b"Exif",
    b"http://ns.adobe.com/xap", files.MARK.encode(), b"GPS", b"<!ENTITY", b"MZ\x90",
)  # what must not be left anywhere  # fmt: skip
BASES: dict[str, Callable[[], bytes]] = {
    "jpeg": files.jpeg, "png": files.png, "webp": files.webp, "heic": files.heic, "pdf": files.pdf,
    "an active pdf": files.with_everything_active,
}  # fmt: skip
PAYLOADS: dict[str, bytes] = {
    "html": b"<html><script>alert(1)</script></html>", "php": b"<?php system($_GET[0]); ?>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>1</script></svg>',
    "entities": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>', "program": b"MZ\x90\x00" + bytes(64),
    "link": b"[a](javascript:alert(1))",
}  # fmt: skip


def _zip(chance: random.Random) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/cron.d/x", bytes(chance.choice((10, 5_000_000))))
    return made.getvalue()


def _pdf_that_acts(chance: random.Random) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    act = chance.choice(
        (
            {"/S": pikepdf.Name.JavaScript, "/JS": "app.alert(1)"}, {"/S": pikepdf.Name.URI, "/URI": "http://elsewhere.example"},
            {"/S": pikepdf.Name.Launch, "/F": "cmd.exe"}, {"/S": pikepdf.Name.SubmitForm, "/F": "http://elsewhere.example"},
            {"/S": pikepdf.Name.GoToR, "/F": "//elsewhere/x"}, {"/S": pikepdf.Name.ImportData, "/F": "/etc/passwd"},
        )
    )  # fmt: skip
    where = chance.choice(("open", "page", "link"))
    if where == "open":
        pdf.Root.OpenAction = pikepdf.Dictionary(act)
    elif where == "page":
        pdf.pages[0].obj.AA = pikepdf.Dictionary({"/O": pikepdf.Dictionary(act)})
    else:
        note = {
            "/Type": pikepdf.Name.Annot,
            "/Subtype": pikepdf.Name.Link,
            "/Rect": [0, 0, 9, 9],
            "/A": pikepdf.Dictionary(act),
        }
        pdf.pages[0].obj.Annots = pikepdf.Array([pikepdf.Dictionary(note)])
    pdf.attachments["x.html"] = PAYLOADS["html"]
    made = io.BytesIO()
    pdf.save(made)
    return made.getvalue()


def _flate(chance: random.Random) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.pages[0].Contents = pikepdf.Stream(pdf, zlib.compress(bytes(chance.choice((50, 200)) * 2**20)))
    pdf.pages[0].Contents.write(zlib.compress(bytes(60 * 2**20)), filter=pikepdf.Name.FlateDecode)
    made = io.BytesIO()
    pdf.save(made)
    return made.getvalue()


def hostile(seed: int) -> tuple[str, bytes]:
    """What it is, and its bytes."""
    chance = random.Random(f"file {seed}")
    base, payload = chance.choice(sorted(BASES)), chance.choice(sorted(PAYLOADS))
    plain = BASES[base]()
    kinds: dict[str, Callable[[], bytes]] = {
        "before": lambda: PAYLOADS[payload] + plain, "behind": lambda: plain + PAYLOADS[payload],
        "an archive behind": lambda: plain + _zip(chance), "an archive alone": lambda: _zip(chance),
        "in the middle": lambda: plain[: len(plain) // 2] + PAYLOADS[payload] + plain[len(plain) // 2 :],
        "another picture behind": lambda: plain + files.png(), "a head of GIF": lambda: b"GIF89a" + PAYLOADS[payload] + plain,
        "nothing but that": lambda: PAYLOADS[payload], "cut off": lambda: plain[: chance.randrange(1, len(plain))],
        "a sign changed": lambda: _changed(plain, chance), "of too many pixels": lambda: files.bomb(*chance.choice(SIZES)),
        "in the comment": lambda: files.saved(files.picture(), "JPEG", comment=PAYLOADS[payload], exif=files.exif()),
        "a pdf that acts": lambda: _pdf_that_acts(chance), "a pdf that unpacks": lambda: _flate(chance),
        "moving": lambda: files.moving(chance.choice(("GIF", "WEBP", "PNG"))), "random": lambda: chance.randbytes(5_000),
        "bytes behind a right head": lambda: plain[:64] + chance.randbytes(5_000),
    }  # fmt: skip
    kind = sorted(kinds)[seed % len(kinds)]
    return f"{seed}: {base}, {payload}, {kind}", kinds[kind]()


SIZES = ((60_000, 60_000), (100_000, 2), (2, 100_000), (20_000, 20_000))


def _changed(plain: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(plain)
    for _ in range(chance.randrange(1, 20)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


@FILES.mark
def test_whatever_is_sent_is_refused_or_clean(
    cast: Cast, lives: Lives, record_property: Callable[[str, Any], None]
) -> None:
    li, wrong, kept = cast("li.window"), [], 0
    case = lives.handling()["id"]
    for seed in range(FILES):
        if seed % 20 == 19:
            case = lives.handling()["id"]  # a case has room for so many
        name, content = hostile(seed)
        reply = li.attach(case, content)
        if reply.status_code != 201:
            if reply.status_code not in (413, 415, 422) or reply.headers["content-type"] != "application/problem+json":
                wrong.append(f"{name}: {reply.status_code} {reply.text[:100]}")
            continue
        kept += 1
        given = li.get(f"/v1/attachments/{reply.json()['id']}/content")
        wrong += [f"{name}: {why}" for why in faults(given)]
    record_property("files", int(FILES))
    record_property("kept, clean", kept)
    assert wrong == []


def faults(given: Any) -> list[str]:
    """What is wrong with a file that was kept."""
    content, found = given.content, [str(mark) for mark in MARKS if mark in given.content]
    if "sandbox" not in given.headers.get("content-security-policy", ""):
        found.append("it may be shown as a page")
    if given.headers["content-type"] == "application/pdf":
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if {"/OpenAction", "/AA", "/Names", "/AcroForm"} & set(pdf.Root.keys()) or pdf.attachments:
                found.append("it acts")
    else:
        image = Image.open(io.BytesIO(content))
        if image.getexif() or getattr(image, "n_frames", 1) > 1:
            found.append("it tells more than a picture")
    return found
