"""What comes out of the cleaning: the same picture, the same page, and nothing else; or a refusal that says why."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.attachments.cleaning import clean, pictures, redact
from app.attachments.cleaning.pages import bare_jp2, bare_jpeg
from app.attachments.rules.files import BLOCK, EXTENSIONS, FileFacts, Rectangle, Refused, Unfit
from tests.support import files

PIXELS = 1_000_000


def cleaned(content: bytes, most_pixels: int = PIXELS) -> tuple[FileFacts, bytes]:
    return clean(content, most_pixels=most_pixels)


def refused(content: bytes) -> Unfit:
    with pytest.raises(Refused) as found:
        cleaned(content)
    return found.value.why


PICTURES = {
    "a phone's JPEG": (files.jpeg(), "image/jpeg"),
    "a progressive JPEG": (files.jpeg(progressive=True), "image/jpeg"),
    "a grey JPEG": (files.saved(files.picture(mode="L"), "JPEG", exif=files.exif()), "image/jpeg"),
    "a JPEG for print": (files.saved(files.picture(mode="CMYK"), "JPEG", exif=files.exif()), "image/jpeg"),
    "a PNG": (files.png(), "image/png"),
    "a PNG with a palette": (files.png(mode="P"), "image/png"),
    "a PNG of ink": (files.png(mode="1"), "image/png"),
    "a PNG one can see through": (files.png(mode="RGBA"), "image/png"),
    "a WebP": (files.webp(), "image/webp"),
    "a WebP without loss": (files.webp(lossless=True), "image/webp"),
    "a HEIC": (files.heic(), "image/jpeg"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_keeps_its_pixels_alone(name: str) -> None:
    content, media_type = PICTURES[name]
    assert files.MARK.encode() in content or name in ("a grey JPEG", "a JPEG for print")
    facts, made = cleaned(content)
    assert (facts.media_type, facts.width, facts.height, facts.removed) == (media_type, 64, 48, [])
    assert files.MARK.encode() not in made
    image = Image.open(io.BytesIO(made))
    assert image.format == {"jpg": "JPEG"}.get(EXTENSIONS[media_type], EXTENSIONS[media_type].upper())
    assert not image.getexif()
    assert not set(image.info) & {"exif", "xmp", "comment", "icc_profile", "XML:com.adobe.xmp", "Author"}
    if name != "a HEIC":
        left, right = image.convert("L").getpixel((8, 8)), image.convert("L").getpixel((56, 40))
        assert isinstance(left, int)
        assert isinstance(right, int)
        assert left > right + 60, "what was bright is bright"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_sideways_stands_upright(orientation: int) -> None:
    content = files.saved(files.picture(64, 32), "JPEG", exif=files.exif(orientation), quality=95)
    facts, made = cleaned(content)
    upright = {1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom"}[orientation]
    assert (facts.width, facts.height) == ((64, 32) if orientation < 5 else (32, 64))
    grey = Image.open(io.BytesIO(made)).convert("L")
    corner = {"left": (4, 16), "right": (60, 16), "top": (16, 4), "bottom": (16, 60)}[upright]
    opposite = (grey.width - 1 - corner[0], grey.height - 1 - corner[1])
    assert grey.getpixel(corner) > grey.getpixel(opposite)  # type: ignore[operator]


def test_a_profile_of_colours_does_not_go_along_and_a_broken_one_does_no_harm() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (profile, b"broken" * 30):
        _, made = cleaned(files.jpeg(icc_profile=icc))
        assert b"ICC_PROFILE" not in made


BAD: dict[str, tuple[bytes | Callable[[], bytes], Unfit]] = {  # what takes long is made when it is tried
    "nothing": (b"", Unfit.UNKNOWN),
    "a text": ("证据".encode(), Unfit.UNKNOWN),
    "a web page": (b"<html><script>alert(1)</script></html>", Unfit.UNKNOWN),
    "a drawing with a script": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", Unfit.UNKNOWN),
    "an archive": (files.archive(), Unfit.UNKNOWN),
    "a GIF": (files.saved(files.picture(), "GIF"), Unfit.UNKNOWN),
    "a TIFF": (files.saved(files.picture(), "TIFF"), Unfit.UNKNOWN),
    "a BMP": (files.saved(files.picture(), "BMP"), Unfit.UNKNOWN),
    "a program": (b"MZ" + bytes(500), Unfit.UNKNOWN),
    "a PDF behind a web page": (b"<html></html>" + files.pdf(), Unfit.UNKNOWN),
    "half a JPEG": (files.jpeg()[:400], Unfit.UNREADABLE),
    "half a PNG": (files.png(400, 400)[:300], Unfit.UNREADABLE),
    "half a WebP": (files.webp()[:60], Unfit.UNREADABLE),
    "half a HEIC": (files.heic()[:500], Unfit.UNREADABLE),
    "the name of a JPEG": (b"\xff\xd8\xff\xe0", Unfit.UNREADABLE),
    "the name of a PDF": (b"%PDF-1.7\n", Unfit.UNREADABLE),
    "a PDF without pages": (files.pdf(0), Unfit.UNREADABLE),
    "a bomb": (files.bomb, Unfit.TOO_MANY_PIXELS),
    "a bomb of one line": (files.png_of(2**31 - 1, 1), Unfit.TOO_MANY_PIXELS),
    "a thread": (files.png_of(40_000, 10, zlib.compress(b"\0" * 5001 * 10)), Unfit.TOO_MANY_PIXELS),
    "a moving PNG": (files.moving("PNG"), Unfit.MOVING),
    "a moving WebP": (files.moving("WEBP"), Unfit.MOVING),
    "a HEIC that shows a piece of what it unpacks": (
        files.heic().replace(struct.pack(">IIII", 0x69737065, 0, 64, 64), struct.pack(">IIII", 0x69737065, 0, 30_000, 30_000)),
        Unfit.TOO_MANY_PIXELS,
    ),
    "a PNG with a text that unpacks to a gigabyte": (
        lambda: files.png_of(8, 8, zlib.compress(b"\0\0" * 8), (b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000)))),
        Unfit.UNREADABLE,
    ),
    "a PDF of too many pages": (lambda: files.pdf(301), Unfit.TOO_MANY_PAGES),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_for_what_is_wrong_with_it(name: str) -> None:
    content, why = BAD[name]
    assert refused(content() if callable(content) else content) is why


def test_a_pdf_with_a_password_is_refused_and_one_that_only_forbids_printing_is_not() -> None:
    source = pikepdf.open(io.BytesIO(files.pdf()))
    locked, open_to_all = io.BytesIO(), io.BytesIO()
    source.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    source.save(open_to_all, encryption=pikepdf.Encryption(owner="a", user=""))
    assert refused(locked.getvalue()) is Unfit.LOCKED
    _, made = cleaned(open_to_all.getvalue())
    assert not pikepdf.open(io.BytesIO(made)).is_encrypted


HTML, ZIP = b"<html><script>alert('%b')</script>" % files.MARK.encode(), files.archive()
TWO_FACED = {
    "a JPEG and an archive": files.jpeg() + ZIP,
    "a PNG and an archive": files.png() + ZIP,
    "a WebP and an archive": files.webp() + ZIP,
    "a JPEG and a web page": files.jpeg()[:2]
    + b"\xff\xfe"
    + struct.pack(">H", len(HTML) + 2)
    + HTML
    + files.jpeg()[2:],
    "a JPEG and a PDF": files.jpeg() + files.pdf(OpenAction=files.script()),
    "a PNG and a script": files.png_of(8, 8, zlib.compress(b"\0\0" * 8), (b"tEXt", b"a\0" + HTML)),
    "a PDF and an archive": files.pdf() + ZIP,
    "a PDF with an archive in a stream": files.pdf(Extra=pikepdf.String(ZIP)),
    "a PDF with an archive as its photo": files.pdf(photo=files.jpeg() + ZIP),
}


@pytest.mark.parametrize("name", TWO_FACED)
def test_what_is_two_things_at_once_loses_one_of_them(name: str) -> None:
    content = TWO_FACED[name]
    _, made = cleaned(content)
    for trace in (files.MARK.encode(), b"PK\x03\x04", b"PK\x05\x06", b"<script", b"/JavaScript", b"evil"):
        assert trace not in made, trace
    if not name.startswith("a PDF"):
        assert b"%PDF" not in made


def test_what_is_still_two_things_after_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "clean_picture", lambda *_: (FileFacts("image/jpeg"), files.jpeg() + ZIP))
    assert refused(files.jpeg()) is Unfit.TWO_FACED


# --- Papers


def indirect(part: Any) -> bool:
    return isinstance(part, pikepdf.Object) and part.is_indirect


def words_of(content: bytes) -> set[str]:
    """Every name and text in every object of a PDF."""
    found: set[str] = set()
    pdf = pikepdf.open(io.BytesIO(content))
    waiting = [*pdf.objects, pdf.trailer]
    while waiting:
        part = waiting.pop()
        if isinstance(part, (pikepdf.Dictionary, pikepdf.Stream)):
            found |= set(part.keys())
            below = [part[name] for name in part.keys() if name != "/Parent"]  # noqa: SIM118
        elif isinstance(part, pikepdf.Array):
            below = list(part)
        else:
            # A name may hold bytes that are no UTF-8: it is compared as it is written.
            found.add(part.unparse().decode("latin-1") if isinstance(part, pikepdf.Name) else str(part))
            continue
        waiting += [b if isinstance(b, pikepdf.Object) else pikepdf.String(str(b)) for b in below if not indirect(b)]
    return found


def test_a_pdf_keeps_its_pages_and_nothing_that_acts_or_tells() -> None:
    content = files.with_everything_active()
    assert {"/JS", "/OpenAction", "/EF", "/Annots", "/AcroForm"} <= words_of(content)
    facts, made = cleaned(content)
    assert facts == FileFacts("application/pdf", pages=1, removed=["files", "scripts", "signatures"])  # fmt: skip
    left = words_of(made)
    gone = {"/JS", "/JavaScript", "/OpenAction", "/AA", "/Launch", "/EF", "/EmbeddedFiles", "/Names", "/AcroForm", "/Annots",
            "/XFA", "/Metadata", "/Info", "/Author", "/PieceInfo", files.MARK}  # fmt: skip
    assert not left & gone
    assert files.MARK.encode() not in made
    pdf = pikepdf.open(io.BytesIO(made))
    (page,) = pdf.pages
    assert page.obj.Contents.read_bytes().strip() == b"0 0 1 rg 20 20 100 100 re f"


def test_a_stamp_is_drawn_into_its_page() -> None:
    made = pikepdf.open(io.BytesIO(files.pdf()))
    look = made.make_stream(
        b"1 0 0 rg 0 0 30 30 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 30, 30]
    )
    stamp = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[10, 10, 40, 40], F=4, AP=pikepdf.Dictionary(N=look)
    )
    made.pages[0].obj.Annots = pikepdf.Array([made.make_indirect(stamp)])
    out = io.BytesIO()
    made.save(out)
    _, kept = cleaned(out.getvalue())
    pdf = pikepdf.open(io.BytesIO(kept))
    (drawn,) = pdf.pages[0].obj.Resources.XObject.values()
    assert drawn.read_bytes() == b"1 0 0 rg 0 0 30 30 re f"


def test_a_photo_in_a_pdf_loses_its_position_and_keeps_its_pixels() -> None:
    photo = files.jpeg()
    _, made = cleaned(files.pdf(photo=photo))
    assert files.MARK.encode() not in made
    pdf = pikepdf.open(io.BytesIO(made))
    image = Image.open(io.BytesIO(pdf.pages[0].obj.Resources.XObject.Im0.read_raw_bytes()))
    assert not image.getexif()
    assert image.tobytes() == Image.open(io.BytesIO(photo)).tobytes()


def test_a_photo_packed_twice_in_a_pdf_is_no_hiding_place() -> None:
    source = pikepdf.open(io.BytesIO(files.pdf(photo=files.jpeg())))
    image = source.pages[0].obj.Resources.XObject.Im0
    image.write(zlib.compress(files.jpeg()), filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.DCTDecode]))
    out = io.BytesIO()
    source.save(out)
    _, made = cleaned(out.getvalue())
    pdf = pikepdf.open(io.BytesIO(made))
    kept = pdf.pages[0].obj.Resources.XObject.Im0
    assert kept.Filter == pikepdf.Name.DCTDecode
    assert files.MARK.encode() not in kept.read_raw_bytes()


def test_a_picture_in_a_pdf_that_a_reader_would_choke_on_is_refused() -> None:
    source = pikepdf.open(io.BytesIO(files.pdf(photo=files.jpeg())))
    image = source.pages[0].obj.Resources.XObject.Im0
    image.Width, image.Height = 60_000, 60_000
    out = io.BytesIO()
    source.save(out)
    assert refused(out.getvalue()) is Unfit.TOO_MANY_PIXELS


def test_what_an_earlier_version_of_a_pdf_said_is_gone() -> None:
    earlier = files.pdf(Extra=pikepdf.String(files.MARK * 3))
    source = pikepdf.open(io.BytesIO(earlier))
    del source.Root["/Extra"]
    _, made = cleaned(earlier + b"\n%%EOF\n")
    assert files.MARK.encode() not in made


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 20, "restart_marker_blocks": 2}])
def test_a_bare_jpeg_has_the_same_pixels(options: dict[str, Any]) -> None:
    content = files.jpeg(300, 200, **options)
    bare = bare_jpeg(content)
    assert files.MARK.encode() not in bare
    assert Image.open(io.BytesIO(bare)).tobytes() == Image.open(io.BytesIO(content)).tobytes()


def test_a_bare_jpeg_2000_has_no_private_boxes() -> None:
    plain = files.saved(files.picture(), "JPEG2000")
    box = struct.pack(">I", 8 + len(files.MARK)) + b"xml " + files.MARK.encode()
    at = 12 + int.from_bytes(plain[12:16])
    bare = bare_jp2(plain[:at] + box + plain[at:])
    assert bare == plain
    codestream = plain[plain.index(b"\xff\x4f\xff\x51") :]
    assert bare_jp2(codestream) == codestream


# --- Whatever comes

SOURCES = [
    files.jpeg(),
    files.png(),
    files.webp(),
    files.heic(),
    files.pdf(photo=files.jpeg()),
    files.with_everything_active(),
]


@settings(max_examples=150)
@given(
    st.integers(0, len(SOURCES) - 1), st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), max_size=5),
    st.floats(0, 1), st.binary(max_size=40),
)  # fmt: skip
@example(0, [], 1.0, b"")
@example(5, [(0.8125, b"\x80")], 1.0, b"")  # a name that is no UTF-8
def test_a_spoilt_file_is_clean_or_refused(
    source: int, spoilt: list[tuple[float, bytes]], end: float, tail: bytes
) -> None:
    content = bytearray(SOURCES[source])
    for place, noise in spoilt:
        at = int(place * len(content))
        content[at : at + len(noise)] = noise
    if end < 0.3:
        del content[int(end * 3 * len(content)) :]
    try:
        facts, made = cleaned(bytes(content) + tail)
    except Refused:
        return
    if facts.media_type == "application/pdf":
        assert len(pikepdf.open(io.BytesIO(made)).pages) == facts.pages
        assert not words_of(made) & {"/JS", "/OpenAction", "/AA", "/EF", "/Annots"}
    else:
        image = Image.open(io.BytesIO(made))
        image.load()
        assert image.size == (facts.width, facts.height)
        assert not image.getexif()


# --- Redacted copies


@settings(max_examples=60)
@given(st.data(), st.sampled_from(["JPEG", "PNG", "WEBP"]), st.integers(20, 90), st.integers(20, 90))
def test_what_is_blacked_out_is_black_and_the_rest_is_as_it_was(data: Any, kind: str, width: int, height: int) -> None:
    noise = Image.effect_noise((width, height), 80).convert("RGB").point(lambda v: min(255, 90 + v))
    facts, original = cleaned(files.saved(noise, kind))
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    area = Rectangle(x, y, data.draw(st.integers(1, width - x)), data.draw(st.integers(1, height - y)))
    _, copy = redact(original, facts.media_type, [area])
    before, after = (Image.open(io.BytesIO(c)).convert("L") for c in (original, copy))
    assert after.size == before.size == (width, height)
    inside = after.crop((x, y, x + area.width, y + area.height))
    lightest: Any = inside.getextrema()[1]
    assert lightest <= (0 if kind == "PNG" else 24)
    reach = 0 if kind == "PNG" else 2 * BLOCK
    for spot in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)):
        beside = not (x - reach <= spot[0] < x + area.width + reach and y - reach <= spot[1] < y + area.height + reach)
        if beside:
            assert abs(before.getpixel(spot) - after.getpixel(spot)) < 60  # type: ignore[operator]


def test_a_redacted_copy_depends_on_nothing_beneath_the_black() -> None:
    """Two pictures that differ only there have the same copy, byte for byte: nothing of the original shows through."""
    for kind in ("JPEG", "PNG"):
        copies = set()
        for secret in ((255, 0, 0), (0, 255, 0)):
            image = files.picture(96, 96)
            image.paste(secret, (32, 32, 64, 48))
            content, media_type = files.saved(image, kind), f"image/{kind.lower()}"
            copies.add(redact(content, media_type, [Rectangle(32, 32, 32, 16)])[1])
        assert len(copies) == 1, kind


def test_what_may_be_seen_through_is_black_too() -> None:
    image = files.picture(mode="RGBA")
    image.putalpha(0)
    facts, original = cleaned(files.saved(image, "PNG"))
    _, copy = redact(original, facts.media_type, [Rectangle(0, 0, 10, 10)])
    assert Image.open(io.BytesIO(copy)).getpixel((5, 5)) == (0, 0, 0, 255)


@pytest.mark.parametrize("area", [Rectangle(60, 0, 10, 10), Rectangle(0, 40, 10, 10), Rectangle(64, 48, 1, 1)])
def test_a_rectangle_outside_the_picture_is_refused(area: Rectangle) -> None:
    with pytest.raises(Refused) as found:
        redact(files.png(), "image/png", [Rectangle(0, 0, 5, 5), area])
    assert found.value.why is Unfit.OUTSIDE
