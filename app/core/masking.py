"""Personal data as it is shown by default. No standard fixes the stars (GB/T 35273-2020, 7.2); these are ours."""

import re

# fmt: off
COMPOUND_SURNAMES = frozenset({
    "欧阳", "司马", "上官", "诸葛", "夏侯", "东方", "尉迟", "公孙", "慕容", "令狐",
    "宇文", "长孙", "司徒", "司空", "端木", "呼延", "皇甫", "独孤", "南宫", "澹台",
    "拓跋",
})
# fmt: on


# A house, unit or room number, in digits or in Chinese numerals (八一路 is no number: what follows decides).
HOUSE_NUMBER = re.compile(r"\d|[〇零一二三四五六七八九十百千两]+(?=[号栋幢座单层楼室户排组])")


def mask_name(name: str) -> str:
    """Surname and stars; of a name with a dot (as Mongolian names are written) the first syllable."""
    name = name.strip()
    if "·" in name or not re.match(r"[\u3400-\U0003ffff]", name):
        return name[:1] + "***"
    surname = name[:2] if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else name[:1]
    return surname + "*" * max(1, min(2, len(name) - len(surname)))


def mask_phone(phone: str) -> str:
    """First three and last four digits of a mobile number; of anything shorter the last two."""
    digits = re.sub(r"\D", "", phone)
    digits = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else f"****{digits[-2:]}"


def mask_email(email: str) -> str:
    """The first sign and the domain."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}***@{domain}"


def mask_address(address: str) -> str:
    """Up to the street or estate; house, unit and room numbers are starred."""
    return HOUSE_NUMBER.split(address, maxsplit=1)[0][:20] + "***"
