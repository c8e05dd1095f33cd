"""A PDF reduced to what its pages show.

What is kept is listed, not what is dropped: of the catalogue the pages, of each page its content and measures. So
scripts, actions, forms, links, outlines, attached files and earlier versions are gone, whatever they are called. What
annotations and filled forms show (a stamp, a seal) is drawn into the page first.
"""

import io
import zlib
from collections.abc import Collection, Iterator

import pikepdf

from app.attachments.rules.files import MEDIA_TYPES, MOST_PAGES, FileFacts, Format, Refused, Removed, Unfit

_CATALOGUE = frozenset({"/Type", "/Pages", "/OCProperties", "/Version"})
_PAGE = frozenset({
    "/Type", "/Parent", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate", "/UserUnit", "/Resources",
    "/Contents", "/Group",
})  # fmt: skip
# Of everything that hangs on a page: what tells of its making, and what would fetch something from elsewhere.
_DROPPED = ("/Metadata", "/PieceInfo", "/LastModified", "/AF", "/AA", "/Ref", "/OPI", "/Alternates", "/Thumb")
_OUTSIDE = ("/F", "/FFilter", "/FDecodeParms")
_SCRIPTED = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/RichMedia", "/GoToE"})
_ACTIVE = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"})
_MOST_UNPACKED, _MOST_TOGETHER = 64_000_000, 512_000_000  # bytes of one stream, and of all that are no pictures
_MOST_OF_A_PIXEL = 8  # four colours of 16 bits
_PIECE = 1_000_000
_PACKED = ["/FlateDecode"], ["/FlateDecode", "/FlateDecode"]
_OF_PICTURES = frozenset({"/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/JBIG2Decode"})  # judged by their pixels


def clean_pages(content: bytes, most_pixels: int) -> tuple[FileFacts, bytes]:
    """What the clean PDF is, and the PDF; raises Refused, and what pikepdf raises for a broken one."""
    try:
        pdf = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError as error:
        raise Refused(Unfit.LOCKED) from error
    with pdf:
        pages = len(pdf.pages)
        if pages > MOST_PAGES:
            raise Refused(Unfit.TOO_MANY_PAGES)
        if pages == 0:
            raise Refused(Unfit.UNREADABLE)
        _refuse_bombs(pdf, most_pixels)
        removed = _what_goes(pdf)
        pdf.generate_appearance_streams()
        pdf.flatten_annotations("screen")
        _keep(pdf.Root, _CATALOGUE)
        for page in pdf.pages:
            _keep(page.obj, _PAGE)
        _keep(pdf.trailer, {"/Root", "/Size", "/ID"})
        pdf = _only_reachable(pdf)
        for part in _parts(pdf):
            _scrub(part, most_pixels)
        made = io.BytesIO()
        pdf.save(
            made, compress_streams=True, recompress_flate=True, encryption=False, deterministic_id=True,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized, fix_metadata_version=False,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )  # fmt: skip
    with pikepdf.open(made) as kept:
        if len(kept.pages) != pages:
            raise Refused(Unfit.UNREADABLE)
    return FileFacts(MEDIA_TYPES[Format.PDF], pages=pages, removed=sorted(removed)), made.getvalue()


def _refuse_bombs(pdf: pikepdf.Pdf, most_pixels: int) -> None:
    """Before anything of it is unpacked: a few kilobytes may unpack to gigabytes. Raises Refused."""
    together = 0
    for stream in (part for part in _parts(pdf) if isinstance(part, pikepdf.Stream)):
        pixels = min(_pixels(stream), most_pixels) if stream.get("/Subtype") == "/Image" else 0
        size = _unpacked(stream, max(_MOST_UNPACKED, pixels * _MOST_OF_A_PIXEL))
        together += 0 if pixels else size
        if together > _MOST_TOGETHER:
            raise Refused(Unfit.TOO_HEAVY)


def _pixels(image: pikepdf.Stream) -> int:
    return int(image.get("/Width", 0)) * int(image.get("/Height", 0))


def _filters(stream: pikepdf.Stream) -> list[str]:
    named = stream.get("/Filter")
    return [str(f) for f in named] if isinstance(named, pikepdf.Array) else [] if named is None else [str(named)]


def _unpacked(stream: pikepdf.Stream, most: int) -> int:
    """Bytes that a stream unpacks to; raises Refused beyond `most`. What is only deflated is unpacked in pieces, anything else
    within the memory of this process."""
    filters = _filters(stream)
    if not filters or filters[-1] in _OF_PICTURES:
        return 0
    pieces: Iterator[bytes] = iter([bytes(stream.read_raw_bytes() if filters in _PACKED else stream.read_bytes())])
    for _ in filters if filters in _PACKED else ():
        pieces = _inflated(pieces)
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise Refused(Unfit.TOO_HEAVY)
    return size


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Each as it is unpacked, a million bytes at a time; what is broken ends, as it does for who shows it."""
    unpacking = zlib.decompressobj()
    for piece in pieces:
        left = piece
        while left and not unpacking.eof:
            try:
                yield unpacking.decompress(left, _PIECE)
            except zlib.error:
                return
            left = unpacking.unconsumed_tail


def _keep(dictionary: pikepdf.Object, names: Collection[str]) -> None:
    for name in set(dictionary.keys()) - set(names):
        del dictionary[name]


def _only_reachable(pdf: pikepdf.Pdf) -> pikepdf.Pdf:
    """The same without the objects that nothing leads to any more: earlier versions, what was just cut off."""
    between = io.BytesIO()
    pdf.save(between, encryption=False, fix_metadata_version=False)
    between.seek(0)
    return pikepdf.open(between)


def _parts(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary and stream, also those that stand inside others."""
    for top in pdf.objects:
        waiting = [top]
        while waiting:
            part = waiting.pop()
            if isinstance(part, pikepdf.Array):
                below = list(part)
            elif isinstance(part, (pikepdf.Dictionary, pikepdf.Stream)):
                yield part
                below = [part[name] for name in part.keys() if name != "/Parent"]  # noqa: SIM118 (not a mapping)
            else:
                continue
            waiting += [b for b in below if isinstance(b, pikepdf.Object) and not b.is_indirect]


def _what_goes(pdf: pikepdf.Pdf) -> set[str]:
    """What somebody may miss who knew the file as it was."""
    found: set[str] = set()
    for part in _parts(pdf):
        names = set(part.keys())
        kind = str(part.get("/S", "")) if isinstance(part.get("/S"), pikepdf.Name) else ""
        if "/JS" in names or kind in _SCRIPTED:
            found.add(Removed.SCRIPTS.value)
        if names & {"/EF", "/EmbeddedFiles"}:
            found.add(Removed.FILES.value)
        if {"/ByteRange", "/Contents"} <= names:
            found.add(Removed.SIGNATURES.value)
    return found


def _scrub(part: pikepdf.Object, most_pixels: int) -> None:
    """Take from one dictionary or stream what is not for showing; raises Refused."""
    for name in _DROPPED:
        if name in part:
            del part[name]
    if isinstance(part, pikepdf.Stream):
        for name in _OUTSIDE:
            if name in part:
                del part[name]
        if part.get("/Subtype") == "/Image":
            _scrub_image(part, most_pixels)
    if set(part.keys()) & _ACTIVE or str(part.get("/S", "")) in _SCRIPTED:
        raise Refused(Unfit.ACTIVE)


def _scrub_image(image: pikepdf.Stream, most_pixels: int) -> None:
    """A picture keeps its pixels; what a camera wrote beside them goes."""
    if _pixels(image) > most_pixels:
        raise Refused(Unfit.TOO_MANY_PIXELS)
    names = _filters(image)
    if not names or names[-1] not in ("/DCTDecode", "/JPXDecode"):
        return
    if names[:-1] not in ([], ["/FlateDecode"]):
        raise Refused(Unfit.UNREADABLE)
    content = image.read_raw_bytes()
    if len(names) == 2:
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(content, _MOST_UNPACKED)
        if unpacking.unconsumed_tail:
            raise Refused(Unfit.TOO_HEAVY)
    bare = bare_jpeg(content) if names[-1] == "/DCTDecode" else bare_jp2(content)
    parameters = image.get("/DecodeParms")
    last = parameters[-1] if isinstance(parameters, pikepdf.Array) and len(parameters) else parameters
    kept = last if len(names) == 1 and isinstance(last, pikepdf.Dictionary) else None
    image.write(bare, filter=pikepdf.Name(names[-1]), decode_parms=kept)


def bare_jpeg(content: bytes) -> bytes:
    """The JPEG without comments and application segments (but for JFIF and Adobe's, which say how to read its colours),
    and without whatever follows its end. Raises ValueError for what is no JPEG."""
    if content[:2] != b"\xff\xd8":
        raise ValueError("no start of image")
    kept, at = bytearray(b"\xff\xd8"), 2
    while True:
        if content[at : at + 1] != b"\xff":
            raise ValueError("no marker")
        while content[at + 1 : at + 2] == b"\xff":
            at += 1
        marker = content[at + 1]
        if marker == 0xD9:
            return bytes(kept + b"\xff\xd9")
        length = int.from_bytes(content[at + 2 : at + 4])
        end = at + 2 + length
        if length < 2 or end > len(content):
            raise ValueError("a segment ends beyond the file")
        if not (0xE1 <= marker <= 0xED or marker in (0xEF, 0xFE)):
            kept += content[at:end]
        at = end
        if marker == 0xDA:
            end = _end_of_scan(content, at)
            kept += content[at:end]
            at = end


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the next marker stands that is neither a stuffed byte nor a restart."""
    while True:
        at = content.index(b"\xff", at)
        if content[at + 1] != 0 and not 0xD0 <= content[at + 1] <= 0xD7 and content[at + 1] != 0xFF:
            return at
        at += 1 if content[at + 1] == 0xFF else 2


def bare_jp2(content: bytes) -> bytes:
    """The JPEG 2000 file without its boxes of XML and of private data; a bare codestream as it is."""
    if content[:4] == b"\xff\x4f\xff\x51":
        return content
    kept, at = bytearray(), 0
    while at + 8 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        size = int.from_bytes(content[at + 8 : at + 16]) if length == 1 else length or len(content) - at
        if size < 8:
            raise ValueError("a box without length")
        if kind not in (b"xml ", b"uuid", b"uinf"):
            kept += content[at : at + size]
        at += size
    return bytes(kept)
