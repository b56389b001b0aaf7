"""What can be said of looks without eyes: contrast, sizes, formats, words."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mobile import formats
from mobile.themes import MARKS

TOKENS = Path("mobile/static/tokens.css").read_text("utf-8")
SHEET = Path("mobile/static/mobile.css").read_text("utf-8")
SCRIPT = Path("mobile/static/mobile.js").read_text("utf-8")
TEMPLATES = sorted(Path("mobile/templates/mobile").glob("*.html"))


def colours(mode):
    standard, _, elder = TOKENS.partition('[data-mode="elder"]')
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", standard))
    if mode == "elder":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", elder))
    return found


def contrast(one, other):
    """Source: WCAG 2.1, relative luminance and contrast ratio."""

    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4
            for each in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft", "ink-quiet") for ground in ("card", "ground", "quiet-soft")),
    *((kind, f"{kind}-soft") for kind in ("info", "warn", "bad", "good")),
    ("ink", "info-soft"), ("ink", "warn-soft"), ("ink", "bad-soft"), ("ink", "good-soft"),
    ("brand-strong", "brand-soft"), ("brand-strong", "card"), ("brand-strong", "ground"),
    ("on-brand", "brand"), ("on-brand", "brand-strong"), ("on-brand", "brand-deep"),
    ("ink-quiet", "brand-soft"), ("bad", "card"), ("seal", "card"), ("warn", "card"),
]  # fmt: skip
CONTROLS = [
    ("line-control", "card"),
    ("line-control", "ground"),
    ("focus", "ground"),
    ("brand", "card"),
]


@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_text_keeps_its_contrast(mode):
    found = colours(mode)
    low = {pair: contrast(found[pair[0]], found[pair[1]]) for pair in TEXT}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_controls_keep_their_contrast(mode):
    found = colours(mode)
    assert all(contrast(found[one], found[other]) >= 3 for one, other in CONTROLS)


def test_sizes_are_those_of_the_design():
    standard, _, elder = TOKENS.partition('[data-mode="elder"]')
    assert "--text: 1.0625rem" in standard  # 17 px
    assert "--touch: 44px" in standard
    assert "--text: 1.375rem" in elder  # 22 px
    assert "--touch: 60px" in elder
    small = [float(each) for each in re.findall(r"--text-\w+: ([\d.]+)rem", elder)]
    assert min(small) * 16 >= 18


def test_nothing_comes_from_outside():
    for text in (
        TOKENS,
        SHEET,
        SCRIPT,
        *(each.read_text("utf-8") for each in TEMPLATES),
    ):
        assert not re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?https?://""", text)
    assert "@import" not in SHEET
    assert "@font-face" not in SHEET


def test_colours_are_named_in_one_place():
    bare = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", SHEET)) - {"#fff", "#999"}
    assert not bare


def test_every_token_in_use_is_defined():
    used = set(re.findall(r"var\(--([\w-]+)", SHEET))
    defined = set(re.findall(r"--([\w-]+):", TOKENS))
    assert used <= defined


def test_every_theme_has_a_picture():
    icons = set(
        re.findall(r'id="([\w-]+)"', Path("mobile/static/icons.svg").read_text("utf-8"))
    )
    assert set(MARKS.values()) <= icons


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.stem)
def test_templates_speak_to_the_person_plainly(template):
    text = template.read_text("utf-8")
    assert "你" not in re.sub(r"[您]", "", text)
    assert "style=" not in text
    assert "onclick" not in text


def test_dates_and_moments():
    assert formats.day(date(2026, 3, 5)) == "2026年3月5日(周四)"
    assert (
        formats.moment(datetime(2026, 3, 4, 16, 5, tzinfo=UTC))
        == "2026年3月5日(周四) 00:05"
    )
    assert formats.machine(date(2026, 3, 5)) == "2026-03-05"
    assert (
        formats.machine(datetime(2026, 3, 5, 1, tzinfo=UTC)) == "2026-03-05T09:00+08:00"
    )
    assert formats.iso_day("2026-03-05") == "2026年3月5日(周四)"
    assert formats.iso_day("2026-02-30") == "2026-02-30"


def test_money_and_sizes():
    assert formats.money("1200") == "¥1,200.00"
    assert formats.money("面议") == "面议"
    assert formats.money("NaN") == "NaN"
    assert formats.size(100) == "1 KB"
    assert formats.size(230 * 1024) == "230 KB"
    assert formats.size(1_500_000) == "1.4 MB"


def test_codes_in_groups():
    assert formats.grouped("K7M2XP9A") == "K7M2 XP9A"
    assert formats.title_size("短") == ""
    assert formats.title_size("长" * 30) == "long"
