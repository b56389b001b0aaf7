import json
from pathlib import Path

import pytest

from app.catalogue.guide import LimitUnit, OnlineMode, Scope
from app.catalogue.sources import (
    LOCAL_BASIS,
    NAME_ONLY,
    TELEPHONE,
    plain_step,
    read_basis,
    read_fee,
    read_limit,
    read_notes,
    read_online,
    source_place,
    stand_in_for_entry,
    stand_in_for_guide,
)

BARE = "原始字段只给数字未注明单位（湖南政务服务网惯用工作日）"
GUIDES = json.loads(Path("data/catalogue/guides.json").read_text())


class TestLimits:
    @pytest.mark.parametrize(
        ("text", "amount", "unit", "shown"),
        [
            ("20个工作日", 20, LimitUnit.WORKDAY, "20个工作日"),
            ("16", 16, LimitUnit.UNKNOWN, "16（单位来源未注明）"),
            (f"40（{BARE}）", 40, LimitUnit.UNKNOWN, "40（单位来源未注明）"),
            (
                f"10（{BARE}，不含邮寄时间）",
                10,
                LimitUnit.UNKNOWN,
                "10（单位来源未注明；不含邮寄时间）",
            ),
            (
                "4（单位代码1.0，单位未注明）",
                4,
                LimitUnit.UNKNOWN,
                "4（单位来源未注明）",
            ),
            ("22（单位代码3.0）", 22, LimitUnit.UNKNOWN, "22（单位来源未注明）"),
            (
                "1（证件齐全，现场办结）",
                1,
                LimitUnit.UNKNOWN,
                "1（单位来源未注明；证件齐全，现场办结）",
            ),
            ("当场（即办件）", 0, LimitUnit.WORKDAY, "当场（即办件）"),
            ("现场办结", 0, LimitUnit.WORKDAY, "现场办结"),
            (
                "1个工作日（即办件）",
                1,
                LimitUnit.WORKDAY,
                "1个工作日（即办件）",
            ),
            (
                "受理之日起45日内，复杂的可延长不超过15日（页面合计60）",
                45,
                LimitUnit.DAY,
                "受理之日起45日内，复杂的可延长不超过15日（页面合计60）",
            ),
            (
                f"30（{BARE}；法律法规未规定办结时限）",
                None,
                LimitUnit.UNKNOWN,
                "法律法规未规定办结时限",
            ),
            ("以公告为准", None, LimitUnit.UNKNOWN, "以公告为准"),
        ],
    )
    def test_is_read_without_adding_a_unit(self, text, amount, unit, shown):
        limit = read_limit(text)
        assert (limit.amount, limit.unit, limit.text) == (amount, unit, shown)

    def test_an_extension_does_not_count(self):
        limit = read_limit("当场登记；不能当场的3个工作日，情形复杂可再延长3个工作日")
        assert limit.amount == 3

    def test_silence_stays_silence(self):
        assert read_limit(" ") is None

    @pytest.mark.parametrize("guide", GUIDES, ids=lambda each: each["guide_id"])
    def test_no_bare_number_of_the_data_gains_a_unit(self, guide):
        for key in ("statutory_limit", "promised_limit"):
            limit = read_limit(guide[key])
            if limit and limit.amount and "工作日" not in guide[key].split("（")[0]:
                assert limit.unit is not LimitUnit.WORKDAY
                assert limit.unit is LimitUnit.DAY or "单位来源未注明" in limit.text


class TestFees:
    @pytest.mark.parametrize(
        ("text", "charged", "shown"),
        [
            ("不收费", False, "不收费"),
            ("免费", False, "不收费"),
            ("首次申领免费", False, "首次申领免费"),
            ("20元/证（到期换领）", True, "20元/证（到期换领）"),
            ("页面标注收费（未列标准）", True, "收费，标准未提供"),
            ("邮寄速递费20元（选择邮寄时）", None, "邮寄速递费20元（选择邮寄时）"),
        ],
    )
    def test_says_only_what_is_said(self, text, charged, shown):
        fee = read_fee(text)
        assert (fee.charged, fee.text) == (charged, shown)

    def test_silence_stays_silence(self):
        assert read_fee("") is None


class TestOnline:
    @pytest.mark.parametrize(
        ("text", "visits", "mode"),
        [
            ("可网上办理", 0, OnlineMode.FULL),
            ("可网上办理", 1, OnlineMode.PARTIAL),
            ("可网上办理", None, OnlineMode.PARTIAL),
            ("可网上申请", 1, OnlineMode.PARTIAL),
            ("不可网上办理", 2, OnlineMode.WINDOW),
            ("窗口办理、网上办理", None, OnlineMode.PARTIAL),
            ("全程网办（互联网咨询、收件）", 0, OnlineMode.FULL),
            ("", 0, OnlineMode.UNKNOWN),
        ],
    )
    def test_online_alone_does_not_mean_that_nobody_comes(self, text, visits, mode):
        assert read_online(text, visits) is mode


class TestBasis:
    def test_a_recalled_name_says_that_no_article_was_read(self):
        first, second = read_basis(["《公路法》《公路安全保护条例》"], only_names=True)
        assert first.shown == f"《公路法》（{NAME_ONLY}）"
        assert second.text == "《公路安全保护条例》"

    @pytest.mark.parametrize(
        "text",
        [
            "《湖南省农村住房建设管理办法》",
            "《某通知》（鄂人社发〔2020〕8号）",
            "《湖南省卫生健康委关于落实生育登记制度的通知》（湘卫人口家庭发〔2022〕1号）",
        ],
    )
    def test_rules_of_another_province_do_not_hold_here(self, text):
        assert read_basis([text], only_names=False)[0].note == LOCAL_BASIS

    def test_national_law_with_its_article_stands(self):
        text = "《中华人民共和国消防法》第十五条"
        assert read_basis([text], only_names=False)[0].shown == text


class TestPlaces:
    def test_archives_and_addresses_are_left_out(self):
        source = (
            "四川政务服务网·广安市广安区“办事指南”事项目录（GitHub a/b c.js）；"
            "湖南政务服务网办事指南（经 GitHub a/b 归档，2026-07-21 采集）；"
            "石家庄市鹿泉区村级目录（2023）http://www.sjzlq.gov.cn；收费据报道（read）"
        )
        assert source_place(source) == (
            "四川政务服务网·广安市广安区“办事指南”事项目录、湖南政务服务网办事指南、"
            "石家庄市鹿泉区村级目录（2023）"
        )

    def test_the_sentence_names_the_place_and_who_decides(self):
        said = stand_in_for_guide("湖南政务服务网", "淮阳区")
        assert (
            said == "本指南内容来自湖南政务服务网，供演示参考，办理以淮阳区窗口为准。"
        )
        assert "淮阳区窗口为准" in stand_in_for_entry("湖南政务服务网", "淮阳区")


class TestNotes:
    def test_addresses_of_elsewhere_are_held_back(self):
        notes = read_notes("摘录未含材料明细；地点：汝城县九龙大道229号4楼窗口")
        assert notes.shown == ()
        assert notes.remarks == ("摘录未含材料明细",)
        assert notes.held_back == ("地点：汝城县九龙大道229号4楼窗口",)

    def test_a_special_procedure_without_a_unit_says_so(self):
        notes = read_notes("特别程序：现场勘查，时限7；办理范围：全省")
        assert notes.shown == ("特别程序：现场勘查，时限7（单位来源未注明）",)
        assert notes.scope is Scope.PROVINCE

    def test_the_widest_area_counts(self):
        assert read_notes("通办范围：全县、全市").scope is Scope.CITY

    def test_a_doubt_about_the_statutory_limit_is_kept(self):
        assert read_notes(
            "页面所列法定时限为60个工作日，与规定不同，照录"
        ).doubts_statutory

    @pytest.mark.parametrize("guide", GUIDES, ids=lambda each: each["guide_id"])
    def test_no_telephone_gets_through(self, guide):
        notes = read_notes(guide["notes"])
        assert not any(map(TELEPHONE.search, (*notes.shown, *notes.remarks)))


def test_a_step_does_not_point_to_somebody_elses_page():
    assert plain_step("审定发放（流程以官网流程图为准）") == "审定发放"


@pytest.mark.parametrize("text", ["0735-8412157", "0817-12345", "13800138000", "12333"])
def test_telephones_are_recognised(text):
    assert TELEPHONE.search(f"咨询：{text}。")


@pytest.mark.parametrize("text", ["000118017000", "国令第765号", "〔2022〕12号"])
def test_other_numbers_are_no_telephones(text):
    assert not TELEPHONE.search(text)
