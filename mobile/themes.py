"""Which picture stands for a theme. A theme without one has a plain mark."""

from __future__ import annotations

from collections.abc import Mapping

PLAIN = "grid"

# fmt: off
MARKS: Mapping[str, str] = {
    "社保": "coins", "医保": "cross", "卫生健康": "cross", "户籍证件": "idcard",
    "婚育": "heart", "开办企业": "building", "就业创业": "bag", "农业农村": "wheat",
    "林业": "leaf", "生态环境": "leaf", "水利": "drop", "水电气热": "drop",
    "交通运输": "bus", "交通管理": "bus", "教育科技": "book", "文化旅游": "star",
    "体育": "star", "自然资源": "pin", "不动产": "house", "住房保障与房产": "house",
    "农村建房": "house", "住房公积金": "coins", "税务": "yen", "财政会计": "yen",
    "工程建设": "crane", "投资发改": "crane", "食品药品": "bowl", "司法公证": "scales",
    "公安治安": "shield", "安全生产应急": "shield", "消防安全": "shield",
    "人民防空": "shield", "民族宗教": "people", "社会组织": "people",
    "社会救助": "heart", "残疾人": "heart", "养老老年": "heart", "退役军人": "star",
    "出境入境": "idcard", "殡葬身后": "leaf", "档案": "file", "气象": "drop",
    "质量计量特设": "scales", "城市管理": "building", "烟草专卖": "bag",
    "商务": "bag", "侨务": "people", "粮食": "wheat", "统计": "list",
}
# fmt: on


def mark(theme: str) -> str:
    """Return the name of a theme's picture."""
    return MARKS.get(theme, PLAIN)
