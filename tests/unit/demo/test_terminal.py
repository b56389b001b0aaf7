import numpy as np
import zxingcpp

from demo import terminal


def as_picture(lines, *, scale=6):
    """Draw the lines as a dark terminal shows them, two modules a character."""
    halves = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}
    rows = []
    for line in lines:
        rows.append([halves[sign][0] for sign in line])
        rows.append([halves[sign][1] for sign in line])
    return np.kron(np.array(rows, np.uint8), np.ones((scale, scale), "u1"))


def test_the_drawn_code_is_read_back():
    lines = terminal.symbol_lines("http://192.168.1.20:8000/")
    (found,) = zxingcpp.read_barcodes(as_picture(lines))
    assert found.text == "http://192.168.1.20:8000/"


def test_every_line_is_as_wide_as_the_others_and_fits():
    lines = terminal.symbol_lines("http://192.168.100.200:18000/")
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines[0]) <= 60


def test_columns_stand_under_each_other_whatever_the_script():
    lines = terminal.table([("市民端", "甲"), ("API", "乙")])
    assert lines == ["市民端  甲", "API     乙"]
