"""Checking answers: types, edges and sentences."""

from datetime import date

import pytest

from app.forms.checking import (
    ELSEWHERE,
    WHOLE_FORM,
    address_choices,
    check,
    file_tokens,
    keep_typed,
    visible,
)
from app.forms.definitions import Choice, FieldType, ShowIf
from tests.builders.forms import (
    DIVISIONS,
    GOOD_ANSWERS,
    ONE_OF_EACH,
    make_field,
    make_form,
)

TODAY = date(2026, 3, 2)
TOKEN = "B" * 22


def checked(answers, *fields, today=TODAY):
    return check(make_form(*fields), answers, today=today, divisions=DIVISIONS)


def read(raw, **said):
    """Check one answer to one field; return its value, or the sentence."""
    field = make_field(**{"key": "x", "required": False} | said)
    result = checked({"x": raw}, field)
    assert not (result.values and result.errors)
    return result.errors.get("x", result.values.get("x"))


class TestWholeForm:
    def test_good_answers_come_back_as_they_were(self):
        result = checked(GOOD_ANSWERS)
        assert result.errors == {}
        assert result.values == GOOD_ANSWERS
        assert result.is_complete

    def test_pages_and_the_api_come_out_alike(self):
        page = {
            "name": ["  张秀兰 "],
            "reason": ["家里有病人\r\n需要照顾  \r\n"],
            "people": ["４"],
            "income": ["￥1,200 元"],
            "born_on": ["1949年12月31日"],
            "kind": ["new"],
            "wishes": ["c", "a", "a"],
            "agrees": ["yes"],
            "id_number": ["110105 19491231 002x"],
            "credit_code": ["91350100m000100y43"],
            "mobile": ["138 0013 8000"],
            "address.division": ["411603100"],
            "address.detail": [" 西关村  12 号"],
            "photo": ["A" * 22, ""],
        }
        assert checked(page).values == GOOD_ANSWERS
        assert checked(page).errors == {}

    def test_every_required_field_asks_for_itself(self):
        errors = checked({}).errors
        assert set(errors) == {each.key for each in ONE_OF_EACH}
        assert errors["name"] == "请填写“您的姓名”。"
        assert errors["kind"] == "请选择“办哪一种”。"
        assert errors["agrees"] == "请选择“是”或“否”。"
        assert errors["photo"] == "请上传“照片”。"

    def test_an_empty_answer_to_an_optional_field_is_left_out(self):
        for raw in ("", "  ", None, [], [""], "\u3000"):
            assert read(raw) is None

    def test_unknown_keys_are_refused(self):
        result = checked({"x": "1", "admin": "yes", 5: "?"}, make_field(key="x"))
        assert set(result.errors) == {"admin", WHOLE_FORM}
        assert not result.is_complete

    def test_a_flood_of_unknown_keys_gets_a_short_answer(self):
        assert len(checked({f"k{i}": "" for i in range(5000)}).errors) < 50

    def test_something_that_is_no_mapping_is_one_error(self):
        assert set(checked(["name"]).errors) == {WHOLE_FORM}

    def test_one_answer_is_one_answer(self):
        assert "一个" in read(["a", "b"])


class TestHiddenFields:
    who = make_field(
        key="who",
        type=FieldType.CHOICE,
        choices=(Choice("person", "个人"), Choice("unit", "单位")),
    )
    code = make_field(
        key="code", type=FieldType.CREDIT_CODE, show_if=ShowIf("who", ("unit",))
    )
    has_kids = make_field(
        key="has_kids", type=FieldType.YES_NO, show_if=ShowIf("who", ("person",))
    )
    kids = make_field(
        key="kids", type=FieldType.NUMBER, show_if=ShowIf("has_kids", ("yes",))
    )
    fields = (who, code, has_kids, kids)

    def test_hidden_answers_are_ignored_even_when_wrong(self):
        result = checked(
            {"who": "person", "code": "nonsense", "has_kids": "no", "kids": "many"},
            *self.fields,
        )
        assert result.errors == {}
        assert result.values == {"who": "person", "has_kids": False}

    def test_what_hangs_on_a_hidden_field_is_hidden_too(self):
        result = checked(
            {"who": "unit", "code": "91350100M000100Y43", "has_kids": "yes"},
            *self.fields,
        )
        assert result.values == {"who": "unit", "code": "91350100M000100Y43"}
        assert result.is_complete

    def test_nothing_is_asked_after_a_wrong_answer(self):
        result = checked({"who": "dog", "kids": "x"}, *self.fields)
        assert set(result.errors) == {"who"}

    def test_a_shown_field_is_required(self):
        assert set(checked({"who": "unit"}, *self.fields).errors) == {"code"}

    def test_one_of_several_picks_suffices(self):
        many = make_field(
            key="many",
            type=FieldType.CHOICES,
            choices=(Choice("a", "甲"), Choice("b", "乙")),
        )
        after = make_field(key="after", show_if=ShowIf("many", ("b",)))
        assert "after" in checked({"many": ["a", "b"]}, many, after).errors
        assert checked({"many": ["a"]}, many, after).errors == {}

    def test_visible_tells_the_page_what_is_asked(self):
        form = make_form(*self.fields)
        assert visible(form, {}) == {"who"}
        assert visible(form, {"who": "person"}) == {"who", "has_kids"}
        assert visible(form, {"who": "person", "has_kids": True}) == {
            "who",
            "has_kids",
            "kids",
        }
        assert visible(form, {"who": "unit", "has_kids": True}) == {"who", "code"}


class TestText:
    def test_counts_characters(self):
        assert read("字" * 10, max_length=10) == "字" * 10
        sentence = read("字" * 11, max_length=10)
        assert sentence == "最多写 10 个字，您写了 11 个字，请删减。"

    def test_one_line_stays_one_line(self):
        assert read("张\n三\t李") == "张 三 李"

    def test_signs_that_hide_reverse_or_break_text_go(self):
        assert read("张\x00三\u202e\ud800\u200b") == "张三"

    def test_rare_characters_of_names_stay(self):
        assert read("𠮷㛃\ue863") == "𠮷㛃\ue863"

    def test_long_text_keeps_its_lines(self):
        assert (
            read(" 一\r\n二 \r三\n\n", type=FieldType.LONG_TEXT, max_length=50)
            == "一\n二\n三"
        )

    def test_other_json_is_not_text(self):
        for raw in ({"a": 1}, True, [["a"]], b"x"):
            assert "读不出来" in read(raw)
        assert read(5) == "5"


class TestNumber:
    @pytest.mark.parametrize(
        ("raw", "value"),
        [("007", 7), ("1,000", 1000), ("-3", -3), (12, 12), (3.0, 3), ("１２", 12)],
    )
    def test_whole(self, raw, value):
        assert read(raw, type=FieldType.NUMBER) == value

    @pytest.mark.parametrize(
        ("raw", "value"),
        [("12.50", "12.5"), (12.5, "12.5"), ("-0.0", "0"), (3, "3"), ("100", "100")],
    )
    def test_with_places(self, raw, value):
        assert read(raw, type=FieldType.NUMBER, decimals=2) == value

    @pytest.mark.parametrize(
        ("raw", "word"),
        [
            ("十二", "请填数字"),
            ("1e5", "请填数字"),
            ("--1", "请填数字"),
            ("1.5", "整数"),
            ("1" * 13, "太大"),
            (10**400, "太大"),
            (float("nan"), "太大"),
            (float("inf"), "太大"),
            ("0", "不能小于 1"),
            ("31", "不能大于 30"),
            (True, "读不出来"),
        ],
    )
    def test_refuses(self, raw, word):
        assert word in read(raw, type=FieldType.NUMBER, min="1", max="30")


class TestMoney:
    @pytest.mark.parametrize(
        ("raw", "value"),
        [
            ("1200", "1200.00"),
            ("￥1,200.5", "1200.50"),
            ("88元", "88.00"),
            (0.1, "0.10"),
            (12, "12.00"),
            ("-0", "0.00"),
            ("999999999999.99", "999999999999.99"),
        ],
    )
    def test_is_yuan_with_two_places(self, raw, value):
        assert read(raw, type=FieldType.MONEY) == value

    @pytest.mark.parametrize(
        ("raw", "word"),
        [
            ("1.234", "到分"),
            ("-1", "不能小于 0"),
            ("3万元", "换算成元"),
            ("五百", "请填数字"),
            ("100001", "不能大于 100000 元"),
        ],
    )
    def test_refuses(self, raw, word):
        assert word in read(raw, type=FieldType.MONEY, max="100000")


class TestDate:
    @pytest.mark.parametrize(
        "raw",
        ["2026-03-02", "2026-3-2", "2026/3/2", "2026.3.2", "20260302", "2026年3月2日"],
    )
    def test_reads_the_usual_ways(self, raw):
        assert read(raw, type=FieldType.DATE) == "2026-03-02"

    @pytest.mark.parametrize(
        ("raw", "word"),
        [
            ("2026-02-29", "没有这一天"),
            ("1899-12-31", "不能早于1900年1月1日"),
            ("昨天", "请写成"),
            ("02/03/2026", "请写成"),
            (20260302, "请写成"),
            ("2026-03-03", "不能晚于今天"),
        ],
    )
    def test_refuses(self, raw, word):
        assert word in read(raw, type=FieldType.DATE, max="today")

    def test_bounds_are_inclusive(self):
        said = {"type": FieldType.DATE, "min": "2026-01-01", "max": "2026-12-31"}
        assert read("2026-01-01", **said) == "2026-01-01"
        assert read("2026-12-31", **said) == "2026-12-31"
        assert "不能晚于2026年12月31日" in read("2027-01-01", **said)
        assert "不能早于2026年1月1日" in read("2025-12-31", **said)

    def test_a_leap_day_exists_in_leap_years(self):
        assert read("2024-02-29", type=FieldType.DATE) == "2024-02-29"


class TestChoices:
    choices = (Choice("a", "甲"), Choice("b", "乙"), Choice("c", "丙"))

    def test_one(self):
        assert read("a", type=FieldType.CHOICE, choices=self.choices) == "a"
        assert "选一个" in read("甲", type=FieldType.CHOICE, choices=self.choices)

    def test_several_come_in_the_order_of_the_form_and_once(self):
        said = {"type": FieldType.CHOICES, "choices": self.choices}
        assert read(["c", "a", "c"], **said) == ["a", "c"]
        assert read("b", **said) == ["b"]
        assert "列出的选项" in read(["a", "x"], **said)
        assert "读不出来" in read([["a"], {}], **said)

    def test_number_of_picks(self):
        said = {
            "type": FieldType.CHOICES,
            "choices": self.choices,
            "min": "2",
            "max": "2",
        }
        assert "至少选 2 项" in read("a", **said)
        assert "最多选 2 项" in read(["a", "b", "c"], **said)


class TestYesNo:
    @pytest.mark.parametrize("raw", ["yes", "true", True, "是", "1", "on"])
    def test_yes(self, raw):
        assert read(raw, type=FieldType.YES_NO) is True

    @pytest.mark.parametrize("raw", ["no", "false", False, "否", "0"])
    def test_no_is_an_answer(self, raw):
        assert read(raw, type=FieldType.YES_NO, required=True) is False

    def test_no_warns_and_does_not_refuse(self):
        result = checked(GOOD_ANSWERS | {"agrees": "no"})
        assert result.is_complete
        assert result.warnings == {"agrees": "可能办不成。"}

    def test_maybe_is_no_answer(self):
        assert read("maybe", type=FieldType.YES_NO) == "请选择“是”或“否”。"


class TestIdentity:
    def test_a_strange_region_warns_and_does_not_refuse(self):
        weights = [2 ** (17 - place) % 11 for place in range(17)]
        body = "00000019900307123"
        total = sum(w * int(d) for w, d in zip(weights, body, strict=True))
        result = checked(GOOD_ANSWERS | {"id_number": body + "10X98765432"[total % 11]})
        assert result.is_complete
        assert set(result.warnings) == {"id_number"}


class TestAddress:
    def test_division_must_be_known(self):
        raw = {"division": "999", "detail": "某村"}
        assert "乡镇、街道" in read(raw, type=FieldType.ADDRESS)

    def test_elsewhere_wants_the_whole_address(self):
        raw = {"division": ELSEWHERE, "detail": "某村"}
        assert "写完整" in read(raw, type=FieldType.ADDRESS)
        raw["detail"] = "河南省郑州市金水区某路 1 号"
        assert read(raw, type=FieldType.ADDRESS) == raw

    @pytest.mark.parametrize(
        ("raw", "word"),
        [
            ({"detail": "某村"}, "请选择"),
            ({"division": "411603100"}, "详细地址"),
            ({"division": "411603100", "detail": "字" * 101}, "最多写"),
            ({"division": "411603100", "detail": "x", "lat": 1}, "先选"),
            ("西关村", "先选"),
            ({"division": ["411603100", "411603101"], "detail": "x"}, "一个"),
        ],
    )
    def test_refuses(self, raw, word):
        assert word in read(raw, type=FieldType.ADDRESS)

    def test_pages_send_two_inputs(self):
        field = make_field(key="home", type=FieldType.ADDRESS)
        half = checked({"home.detail": "西关村", "home.division": ""}, field)
        assert half.errors == {"home": "请选择地址所在的乡镇或街道。"}
        none = checked({"home.detail": "", "home.division": [""]}, field)
        assert none.errors == {"home": "请填写“您的姓名”。"}

    def test_choices_end_with_elsewhere(self):
        choices = address_choices(DIVISIONS)
        assert choices[0] == Choice("411603100", "城关回族镇")
        assert choices[-1].value == ELSEWHERE


class TestFiles:
    def test_tokens_in_order_and_once(self):
        raw = [TOKEN, "A" * 22, TOKEN]
        assert read(raw, type=FieldType.FILE, max="2") == [TOKEN, "A" * 22]

    def test_one_is_the_default(self):
        assert read(TOKEN, type=FieldType.FILE) == [TOKEN]
        assert "最多上传 1 个" in read([TOKEN, "A" * 22], type=FieldType.FILE)

    def test_a_name_of_a_file_is_no_token(self):
        assert "重新上传" in read("../etc/passwd", type=FieldType.FILE)

    def test_tokens_of_all_file_fields_are_found(self):
        assert file_tokens(make_form(), GOOD_ANSWERS) == ("A" * 22,)


class TestKeepTyped:
    def test_keeps_what_is_wrong_and_drops_what_is_strange(self):
        kept = keep_typed(
            make_form(),
            {
                "name": [" 张\x00秀兰"],
                "people": "很多",
                "income": 3.5,
                "wishes": ["a", {}, "zzz"],
                "agrees": False,
                "address.division": "999",
                "address.detail": "",
                "photo": {"x": 1},
                "mobile": float("nan"),
                "csrf_token": "secret",
            },
        )
        assert kept == {
            "name": " 张秀兰",
            "people": "很多",
            "income": 3.5,
            "wishes": ["a", "zzz"],
            "agrees": False,
            "address": {"division": "999"},
        }

    def test_what_was_kept_checks_as_what_was_typed(self):
        typed = GOOD_ANSWERS | {"people": "很多"}
        assert keep_typed(make_form(), typed) == typed
        assert checked(keep_typed(make_form(), typed)) == checked(typed)
