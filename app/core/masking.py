"""Personal data as it is shown by default. No standard fixes the stars (GB/T 35273-2020, 7.2); these are ours."""

import re

from app.core.places import SIGN, districts_and_road

# Those of the Hundred Family Names and of the northern peoples that are still borne, in both scripts where they differ.
_SURNAMES = """
    爱新觉罗 万俟 司马 司馬 上官 欧阳 歐陽 夏侯 诸葛 諸葛 闻人 聞人 东方 東方 赫连 赫連 皇甫 尉迟 尉遲
    公羊 澹台 公冶 宗政 濮阳 濮陽 淳于 单于 單于 太叔 申屠 公孙 公孫 仲孙 仲孫 轩辕 軒轅 令狐 钟离
    鍾離 宇文 长孙 長孫 慕容 鲜于 鮮于 闾丘 司徒 司空 亓官 司寇 子车 颛孙 端木 巫马 公西 漆雕 乐正
    壤驷 公良 拓跋 拓拔 夹谷 宰父 谷梁 穀梁 段干 百里 呼延 东郭 東郭 南门 羊舌 微生 梁丘 左丘 东门
    西门 南宫 南宮 第五 独孤 獨孤 纳兰 納蘭 叶赫 那拉 完颜 完顏 耶律 贺兰 賀蘭 贺若 豆卢 尔朱 乞伏
    秃发 沮渠 斛律 哥舒 库狄 太史 相里 达奚 屈突 阿史那 孛儿只斤
"""
COMPOUND_SURNAMES = frozenset(_SURNAMES.split())
_ASIDE = re.compile(r"[(（\[【〔<《「].*?[)）\]】〕>》」]")  # 张三（代） is 张三
_BLANKS = re.compile(r"[\s()（）\[\]【】〔〕<>《》「」]+")
_CHINESE = re.compile(rf"{SIGN}+")


def mask_name(name: str) -> str:
    """Surname and stars; of a name with a dot (as Mongolian names are written), or in another script, the first sign."""
    bare = _BLANKS.sub("", _ASIDE.sub("", name)) or _BLANKS.sub("", name)
    if not _CHINESE.fullmatch(bare):
        return bare[:1] + "***"
    surname = next((bare[:n] for n in (4, 3, 2) if bare[:n] in COMPOUND_SURNAMES and len(bare) > n), bare[:1])
    return surname + "*" * max(1, min(2, len(bare) - len(surname)))


def mask_phone(phone: str) -> str:
    """First three and last four digits of a mobile number; of anything shorter the last two."""
    digits = re.sub(r"\D", "", phone)
    digits = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else f"****{digits[-2:]}"


def mask_email(email: str) -> str:
    """The first sign and the domain."""
    name, _, domain = email.partition("@")
    return f"{name[:1] if len(name) > 1 else ''}***@{domain}"


def mask_address(address: str) -> str:
    """As far as districts and the road; village, compound, landmark, house and room are starred."""
    return districts_and_road(address) + "***"
