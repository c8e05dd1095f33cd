"""Numbers of people in what is written: telephones, identity cards, bank cards. Found however they are written. Pure."""

import re
import unicodedata
from collections.abc import Iterator

_CHINESE = {"〇": 0, "零": 0, "○": 0, "幺": 1} | {
    character: n for n, row in enumerate(("一壹", "二贰貳", "三叁叄", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖"), 1)
    for character in row
}  # fmt: skip
# The digits of every script (full width and Mongolian among them), and Chinese numerals read one by one.
_D = r"\d" + "".join(_CHINESE)
_X = "XxＸｘ×ХхΧχ"
_BETWEEN = r"[\s\-‐‑‒–—―−－_＿.．·•・()（）/／]{0,3}"
_RUN = re.compile(f"[{_D}](?:{_BETWEEN}[{_D}]){{9,}}(?:{_BETWEEN}[{_X}](?![A-Za-z]))?")
_NUMBER = re.compile(
    r"(?P<mobile>(?:86|0086|0)?1[3-9]\d{9})"
    r"|(?P<landline>(?:010|02\d)[2-9]\d{7}|0[3-9]\d{2}[2-9]\d{6,7})"
    r"|(?P<identity>[1-9]\d{16}[\dX])|(?P<old_identity>[1-9]\d{5}(?P<born>\d{6})\d{3})|(?P<card>[3-69]\d{14,18})"
)
_LENGTHS = {"0": (15, 12, 11, 10), "1": (18, 15, 11), "8": (18, 15, 13)}  # by the first digit, the longest first
_OTHER_LENGTHS = (19, 18, 17, 16, 15)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SHOWN = 2  # the last digits, so that two numbers in one text can be told apart
_MOST = 400  # digits that are looked through; who writes more of them in such runs has all starred


def starred(text: str) -> str:
    """The text with the numbers in it starred but for their last two digits; as it is where there are none."""
    runs = [_places(run) for run in _RUN.finditer(text)]
    many = sum(map(len, runs)) > _MOST
    found = [place for places in runs for place in (places if many else _numbers(text, places))]
    if not found:
        return text
    signs = list(text)
    for place in found:
        signs[place] = "*"
    return "".join(signs)


def _places(run: re.Match[str]) -> list[int]:
    """Where in the text the digits of a run stand, and the X at its end."""
    return [run.start() + n for n, sign in enumerate(run.group()) if sign in _X or sign in _CHINESE or sign.isdecimal()]


def _numbers(text: str, places: list[int]) -> Iterator[int]:
    """Which of them are to be starred."""
    signs = (text[place] for place in places)
    read = "".join("X" if sign in _X else str(_CHINESE.get(sign) or unicodedata.decimal(sign, 0)) for sign in signs)
    begin = 0
    while begin < len(places):
        end = _end(read, places, begin)
        yield from places[begin : max(begin, end - _SHOWN)]
        begin = max(end, begin + 1)


def _end(read: str, places: list[int], begin: int) -> int:
    """Where the longest number ends that begins here; `begin` where none does. No digit stands right before or after it."""
    if begin and places[begin] == places[begin - 1] + 1:
        return begin
    for length in _LENGTHS.get(read[begin], _OTHER_LENGTHS):
        end = begin + length
        if end > len(places) or (read[end : end + 1] not in ("", "X") and places[end] == places[end - 1] + 1):
            continue
        if _is_number(read[begin:end]):
            return end
    return begin


def _is_number(digits: str) -> bool:
    found = _NUMBER.fullmatch(digits)
    if found is None:
        return False
    if found["identity"]:
        return _is_day(digits[6:14]) or _checks(digits) or _luhn(digits)
    if found["old_identity"]:
        return _is_day("19" + found["born"]) or _luhn(digits)
    return _luhn(digits) if found["card"] else True


def _is_day(eight: str) -> bool:
    return eight[:2] in ("18", "19", "20") and "01" <= eight[4:6] <= "12" and "01" <= eight[6:] <= "31"


def _checks(identity: str) -> bool:
    """Whether the last sign is the check sign of the others (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(identity, _WEIGHTS, strict=False))
    return identity[-1] == "10X98765432"[total % 11]


def _luhn(digits: str) -> bool:
    if "X" in digits:
        return False
    doubled = [int(digit) * (2 if n % 2 else 1) for n, digit in enumerate(reversed(digits))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
