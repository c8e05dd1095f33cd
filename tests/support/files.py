"""Files as phones, desks and attackers send them."""

import base64
import io
import struct
import zipfile
import zlib
from typing import Any

import pikepdf
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader

MARK = "MARKMAKER"  # stands in every place where a file says something beside its pixels
LATITUDE = (40.0, 48.0, 36.0)


def picture(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Two halves of different colours: the left is bright, the right dark."""
    image = Image.new("RGB", (width, height), (230, 200, 40))
    image.paste((20, 40, 120), (width // 2, 0, width, height))
    return image.convert(mode)


def exif(orientation: int = 1) -> bytes:
    """With the maker of the camera and the place where it stood."""
    made = Image.Exif()
    made[0x010F], made[0x0112] = MARK, orientation
    place = made.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", LATITUDE, "E", (111.0, 40.0, 12.0)
    return made.tobytes()


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The bytes of a picture."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def jpeg(width: int = 64, height: int = 48, **options: Any) -> bytes:
    """As a phone makes it: EXIF with a position, XMP, a comment, and what follows the end."""
    plain = saved(
        picture(width, height), "JPEG",
        **{"exif": exif(), "comment": MARK.encode(), "xmp": f"<x:xmpmeta>{MARK}</x:xmpmeta>".encode(), **options},
    )  # fmt: skip
    return plain + MARK.encode()


def png(width: int = 64, height: int = 48, mode: str = "RGB") -> bytes:
    """With texts and EXIF."""
    texts = PngInfo()
    texts.add_text("Author", MARK)
    texts.add_itxt("XML:com.adobe.xmp", MARK)
    return saved(picture(width, height, mode), "PNG", pnginfo=texts, exif=exif())


def webp(width: int = 64, height: int = 48, **options: Any) -> bytes:
    """With EXIF and XMP."""
    return saved(picture(width, height), "WEBP", exif=exif(), xmp=MARK.encode(), **options)


def heic() -> bytes:
    """64 by 48 pixels of red, with the same EXIF (made with pillow-heif; the service only reads the format)."""
    return base64.b64decode(_HEIC)


def pdf(pages: int = 1, *, photo: bytes | None = None, **catalogue: Any) -> bytes:
    """A page with a line of drawing (and a photo), metadata, and whatever else its catalogue is to hold."""
    made = pikepdf.new()
    for _ in range(pages):
        page = made.add_blank_page(page_size=(200, 200))
        page.obj.Contents = made.make_stream(b"0 0 1 rg 20 20 100 100 re f")
        page.obj["/PieceInfo"] = pikepdf.Dictionary(Maker=pikepdf.String(MARK))
    if photo is not None:
        image = made.make_stream(photo)
        image["/Type"], image["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
        image["/Width"], image["/Height"], image["/BitsPerComponent"] = 64, 48, 8
        image["/ColorSpace"], image["/Filter"] = pikepdf.Name.DeviceRGB, pikepdf.Name.DCTDecode
        made.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        made.pages[0].obj.Contents = made.make_stream(b"q 100 0 0 100 50 50 cm /Im0 Do Q")
    made.docinfo["/Author"] = MARK
    with made.open_metadata() as metadata:
        metadata["dc:creator"] = [MARK]
    for name, value in catalogue.items():
        made.Root[f"/{name}"] = value
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def script() -> pikepdf.Dictionary:
    """An action that runs JavaScript."""
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String(f"app.alert('{MARK}')"))


def with_everything_active() -> bytes:
    """Scripts on opening, on a page and on a form's field, a launched program, a link, and a file inside."""
    made = pikepdf.open(io.BytesIO(pdf(OpenAction=script(), AA=pikepdf.Dictionary(WC=script()))))
    made.attachments["evil.exe"] = pikepdf.AttachedFileSpec(made, f"MZ{MARK}".encode())
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 50, 50], A=launch, AA=pikepdf.Dictionary(E=script())
    )  # fmt: skip
    field = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T=pikepdf.String("sig"), Rect=[0, 0, 9, 9],
        V=pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Contents=pikepdf.String("signed")),
    )  # fmt: skip
    made.pages[0].obj.Annots = pikepdf.Array([made.make_indirect(link), made.make_indirect(field)])
    made.pages[0].obj.AA = pikepdf.Dictionary(O=script())
    made.Root.AcroForm = pikepdf.Dictionary(Fields=[made.pages[0].obj.Annots[1]], XFA=pikepdf.String(MARK))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def archive() -> bytes:
    """A ZIP with a program in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("evil.js", MARK)
    return out.getvalue()


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few kilobytes that unpacks to gigabytes: all of it is there, in order."""
    rows = (b"\0" + b"\0" * (width // 8 + (width % 8 > 0))) * 100
    packing = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    piece = packing.compress(rows) + packing.flush(zlib.Z_FULL_FLUSH)  # a piece that may follow itself: packed once
    check = 1
    for _ in range(height // 100):
        check = zlib.adler32(rows, check)
    data = b"\x78\xda" + piece * (height // 100) + packing.flush() + check.to_bytes(4)
    return png_of(width, height, data)


def png_of(
    width: int, height: int, data: bytes = b"", *more: tuple[bytes, bytes], depth: int = 1, colour: int = 0
) -> bytes:
    """A PNG put together by hand: one bit a pixel, unless said otherwise."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = [(b"IHDR", header), *more, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def moving(kind: str) -> bytes:
    """A picture of two frames."""
    frames = [picture(), picture().rotate(180)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100, loop=0)


_HEIC = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAA"
    "AAAERAAAIAAQAAAAAB4gABAAAAAAAAABoAAgAAAAAB/AABAAAAAAAAAKAAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVp"
    "bmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGE"
    "ABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA"
    "AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEH"
    "BpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAAwm1kYXQAAAAWKAGvGYDvSaW/"
    "/9/jH/X2r/imtaY+bgAAAAZFeGlmAABNTQAqAAAACAACAQ8AAgAAAAoAAAAmiCUABAAAAAEAAAAwAAAAAE1BUktNQUtFUgAABAABAAIAAAACTg"
    "AAAAACAAUAAAADAAAAZgADAAIAAAACRQAAAAAEAAUAAAADAAAAfgAAAAAAAAAoAAAAAQAAADAAAAABAAAAJAAAAAEAAABvAAAAAQAAACgAAAAB"
    "AAAADAAAAAE="
)


def paper(reply: Any) -> str:
    """The words of a PDF that the service answered with; words of one cell may have been wrapped."""
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/pdf")
    reader = PdfReader(io.BytesIO(reply.content))
    return "".join(page.extract_text() for page in reader.pages).replace("\n", "")
