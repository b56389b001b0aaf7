import pytest

from app.catalogue.rows import (
    FileNotUnderstood,
    Row,
    read_folder,
    read_json,
    read_table,
)

HEAD = "id,name_zh,type,department,audience,theme,level"


def table(text, name="matters.csv"):
    return read_table(name, text.encode())


def test_rows_are_counted_as_people_count():
    rows = table(f"{HEAD}\nM1,甲,行政许可,区局,个人,社保,区\n\nM2,乙,,,,,\n")
    assert [(each.number, each.text("id")) for each in rows] == [(2, "M1"), (4, "M2")]


def test_a_short_row_has_empty_cells():
    assert table(f"{HEAD}\nM1,甲\n")[0].text("level") == ""


def test_chinese_headings_mean_the_same_columns():
    text = "事项编号,事项名称,事项类型,实施机构,办事对象,主题,行使层级\nM1,甲,,,,,"
    assert table(text)[0].text("name_zh") == "甲"


def test_files_of_older_programs_are_read():
    raw = f"{HEAD}\nM1,甲乙,行政许可,,,,".encode("gb18030")
    assert read_table("matters.csv", raw)[0].text("name_zh") == "甲乙"


def test_a_mark_in_front_is_not_part_of_the_heading():
    raw = f"\ufeff{HEAD}\nM1,甲,,,,,".encode()
    assert read_table("matters.csv", raw)[0].text("id") == "M1"


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"id,name_zh\nM1,x\n", "缺少列"),
        (f"{HEAD},id\nM1,,,,,,,\n".encode(), "重复的列"),
        (f'{HEAD}\n"M1,甲\n'.encode(), "引号"),
        (b"\xff\xfe\x00\x01\x80", "不是文本"),
        (b"", "缺少列"),
    ],
)
def test_a_file_that_is_no_list_says_why(raw, word):
    with pytest.raises(FileNotUnderstood) as refused:
        read_table("matters.csv", raw)
    assert word in refused.value.zh


def test_a_huge_file_is_refused_before_it_is_read():
    with pytest.raises(FileNotUnderstood) as refused:
        read_table("matters.csv", b"a" * (30 * 1024 * 1024 + 1))
    assert "30 MB" in refused.value.zh


@pytest.mark.parametrize(
    "raw", [b"{", b"3", b"[1]", b"[" * 100_000, b'{"packages": 3}']
)
def test_json_that_is_no_list_of_objects_is_refused(raw):
    with pytest.raises(FileNotUnderstood):
        read_json("packages.json", raw, member="packages")


def test_a_list_in_one_cell_is_separated_by_bars():
    row = Row("matters.csv", 2, {"aliases": "甲| 乙 ||", "steps": ["丙", " "]})
    assert row.texts("aliases") == ("甲", "乙")
    assert row.texts("steps") == ("丙",)


def test_a_folder_gives_what_is_there(tmp_path):
    (tmp_path / "matters.csv").write_text(f"{HEAD}\nM1,甲,,,,,\n")
    rows = read_folder(tmp_path)
    assert len(rows.matters) == 1
    assert rows.guides is None
    assert rows.cross_region is None
    assert rows.packages == ()
