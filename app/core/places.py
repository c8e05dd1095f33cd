"""The structure of a Chinese address, read from the left: what of it names a district or a road, not a house. Pure."""

import re

SIGN = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_GAP = r"[\s,，、。·•\-—|/]*"
# What a compound, a village or a spot is called by: none of it stands in the name of a district or a road.
_FINER = (
    "村|嘎查|屯|(?:小|社|园|校|厂|矿|库|片|营|景|牧|辖|地|户|住|分|宿舍|家属|住宅|生活|工业|开发|服务)区|新区|"
    "(?<![城铁河江市])[东西南北中上下一二三四五六七八九十]区|花园|家园|公寓|大厦|大楼|广场|别墅|庄园|名都|家属|宿舍|"
    "号|栋|幢|座|单元|室|户|组|队|楼|厂|矿|店铺|超市|菜市|早市|夜市|集市|门市|商城|公司|学校|中学|小学|医院|幼儿园|工地|"
    "旁|附近|对面|隔壁|后面|前面|里面|门口|东头|西头|南头|北头|村头|第.家|东侧|西侧|南侧|北侧|交叉|老乡"
)
_NAME = rf"(?:(?!{_FINER}){SIGN})"


def _names(few: int, most: int, *, without: str = "") -> str:
    return rf"(?:(?![{without}]){_NAME}){{{few},{most}}}?" if without else rf"{_NAME}{{{few},{most}}}?"


_COMPOUND = r"(?!小区|社区|新村|村|嘎查|屯|花园|家园|公寓)"  # 古镇小区 names no town
_REGION = rf"(?:内蒙古?(?:自治区)?|{_names(2, 3)}省|{_names(2, 5)}自治区)"
_CITY = rf"(?:呼市|{_names(2, 6, without='省市区县旗盟镇乡路街巷')}(?:市|自治州|地区)|锡林郭勒盟|兴安盟|阿拉善盟)"
_COUNTY = (
    rf"(?:(?!红旗|彩旗|国旗|锦旗){_names(1, 12, without='区县镇乡路街巷道')}(?:自治县|自治旗|县|旗)"
    rf"|{_names(2, 6, without='市县旗镇乡路街巷道')}区)"
)
_TOWNSHIP = (
    rf"(?:{_names(2, 9)}街道(?:办事处|办)?(?![东西南北]?[路街])|{_names(2, 8)}区域服务中心"
    rf"|{_names(1, 8, without='路街巷道')}(?:苏木|镇|乡))"
)
# A road; not one that only begins the name of another road, a compound or a village (通道街, 铁路小区, 沙路湾村).
_ROAD = (
    rf"{_names(1, 8)}(?:大街|大道|公路|街|路)(?:[东西南北中]段)?"
    rf"(?![东西南北中]?(?:街|路|大道|大街|{_FINER}|[区院苑府庄里坊]))(?!{SIGN}{{0,3}}(?:村|嘎查|屯))"
)
_AREAS = "".join(f"(?:{_GAP}{part}{_COMPOUND})?" for part in (_REGION, _CITY, _COUNTY, _TOWNSHIP))
_PARTS = re.compile(f"{_AREAS}(?:{_GAP}{_ROAD})?")


def districts_and_road(address: str) -> str:
    """The beginning of an address as far as it names region, city, county, township and one road; '' for any other."""
    found = _PARTS.match(address)
    return found.group() if found else ""
