"""Signs of texts: which are never let in, and which nobody sees. Pure."""

import re

# Controls, half characters, private use, and what is no character at all.
_PLANES = "".join(rf"\U{plane:04x}fffe-\U{plane:04x}ffff" for plane in range(1, 17))
UNFIT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
    rf"{_PLANES}\U000f0000-\U000ffffd\U00100000-\U0010fffd]"
)
_LETTERS = r"\u1820-\u1878\u1880-\u18aa"  # of Mongolian
_MONGOLIAN = rf"{_LETTERS}\u180b-\u180f"
_JOINED = rf"{_MONGOLIAN}\u0600-\u06ff\u0750-\u077f\u0900-\u0dff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
# What turns the direction of reading, and what is not seen. Joiners stay between signs that they join, the selectors of
# Mongolian after its letters, other selectors after a sign that has variants.
_UNSEEN = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0"
    r"\ufff9-\ufffc\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
    rf"|(?<![{_LETTERS}])[\u180b-\u180f]"
    rf"|(?<![{_JOINED}])[\u200c\u200d](?![{_MONGOLIAN}])|(?<![{_MONGOLIAN}])[\u200c\u200d](?![{_JOINED}])"
    r"|(?<![\u0023\u002a0-9\u00a9\u00ae\u203c-\u2bff\u3001-\u303f\u3297\u3299\u3400-\u9fff\uf900-\ufaff\uff01-\uff1f"
    r"\U0001f000-\U0001faff\U00020000-\U0003ffff])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_LINES = re.compile(r"[\u2028\u2029]")


def seen(text: str) -> str:
    """The text without characters that nobody sees or that turn the direction of reading: it says what it shows."""
    if text.isascii():
        return text
    text = _LINES.sub("\n", text)
    while text != (less := _UNSEEN.sub("", text)):  # at most thrice: a joiner may rest on a selector, that on a letter
        text = less
    return text
