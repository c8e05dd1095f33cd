"""Personal data as it is shown by default."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.masking import COMPOUND_SURNAMES, mask_address, mask_email, mask_name, mask_phone
from seeds.hohhot.city import build_city


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修", "欧阳*"),
        ("诸葛孔明", "诸葛**"),
        ("欧阳", "欧*"),
        ("王", "王*"),
        ("阿拉坦·乌日娜", "阿***"),
        ("Bataar", "B***"),
        ("𠮷田太郎", "𠮷**"),
        (" 张三 ", "张*"),
        ("张 三", "张*"),
        ("歐陽鋒", "歐陽*"),
        ("爱新觉罗溥仪", "爱新觉罗**"),
        ("张三（代）", "张*"),
        ("（法人）张三", "张*"),
        ("（王）", "王*"),
        ("阿拉坦•乌日娜", "阿***"),
        ("阿拉坦．乌日娜", "阿***"),
        ("乌云其其格", "乌**"),
        ("ᠪᠠᠭᠠᠲᠤᠷ", "ᠪ***"),
        ("張三 13800000000", "張***"),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800001234", "138****1234"),
        ("+86 138-0000-1234", "138****1234"),
        ("0471-1234567", "047****4567"),
        ("1234567", "****67"),
        ("12345", "****45"),
    ],
)
def test_phones(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


def test_a_surname_alone_is_no_surname_of_two() -> None:
    assert all(mask_name(name) == name[0] + "*" * min(2, len(name) - 1) for name in COMPOUND_SURNAMES)


def test_an_email_of_one_sign_is_not_shown() -> None:
    assert (mask_email("zhang@example.test"), mask_email("z@example.test")) == ("z***@example.test", "***@example.test")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("示范路1号院3单元502室", "示范路"),
        ("示范路１号", "示范路"),
        ("示范路十八号院三单元五〇二室", "示范路"),
        ("八一路", "八一路"),
        ("1号楼", ""),
        ("幸福小区二栋", ""),
        ("铁路小区3栋", ""),
        ("古镇小区5号楼", ""),
        ("丽景东区2号", ""),
        ("阳光花园东区", ""),
        ("示范路小区", ""),
        ("示范路幸福小区3号", "示范路"),
        ("通道街12号", "通道街"),
        ("红旗街3号", "红旗街"),
        ("学院路5号", "学院路"),
        ("海拉尔东路与哲里木路交叉口", "海拉尔东路"),
        ("保合少镇野马图村东头老槐树旁第三家", "保合少镇"),
        ("野马图村东路5号", ""),
        ("七道沟村", ""),
        ("沙路湾村3组", ""),
        ("老槐树下第三家", ""),
        ("华联超市旁", ""),
        ("呼和浩特市新城区海拉尔东路街道锡林社区海拉尔东路5号", "呼和浩特市新城区海拉尔东路街道"),
        ("内蒙古自治区呼和浩特市土默特左旗毕克齐镇大里堡村3组", "内蒙古自治区呼和浩特市土默特左旗毕克齐镇"),
        ("锡林郭勒盟东乌珠穆沁旗乌里雅斯太镇巴彦嘎查", "锡林郭勒盟东乌珠穆沁旗乌里雅斯太镇"),
        ("巴彦淖尔市乌拉特前旗", "巴彦淖尔市乌拉特前旗"),
        ("四子王旗库伦图苏木哈拉嘎查", "四子王旗库伦图苏木"),
        ("新城区 海拉尔东路 5号", "新城区 海拉尔东路"),
        ("赛罕区大学东路街道学府花园", "赛罕区大学东路街道"),
        ("城东区", "城东区"),
        ("1 Main St", ""),
        ("ᠬᠥᠬᠡᠬᠣᠲᠠ 5", ""),
    ],
)
def test_addresses_end_before_village_compound_and_house(address: str, shown: str) -> None:
    assert mask_address(address) == f"{shown}***"


def test_the_districts_of_the_city_are_shown() -> None:
    city = build_city()
    counties = {area.code: area.name for area in city.areas if area.tier == "county"}
    towns = [(counties[area.code[:6]], area.name) for area in city.areas if area.tier == "township"]
    assert len(towns) > 80
    for county, town in towns:
        assert mask_address(f"呼和浩特市{county}{town}野马图村3组") == f"呼和浩特市{county}{town}***"
        assert mask_address(f"{town}示范路3号") == f"{town}示范路***"


@given(st.text("东南西北示范幸福镇乡路街村组小区苑园院号楼1三 ", max_size=40))
def test_no_village_compound_house_or_number_is_shown(address: str) -> None:
    shown = mask_address(address)
    assert not [word for word in ("村", "小区", "组", "号", "楼", "1") if word in shown]


@given(st.text(min_size=2, max_size=30).map(str.strip).filter(lambda name: len(name) > 1 and "*" not in name))
def test_no_name_is_shown_whole(name: str) -> None:
    assert name not in mask_name(name)


@given(st.from_regex(r"\A\+?[0-9][0-9 \-]{4,23}\Z"))
def test_no_phone_is_shown_whole(phone: str) -> None:
    digits = "".join(sign for sign in phone if sign.isdigit())
    shown = "".join(sign for sign in mask_phone(phone) if sign.isdigit())
    assert len(shown) <= max(2, len(digits) - 4)
