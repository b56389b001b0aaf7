import random
from dataclasses import dataclass
from typing import ClassVar

import pytest

from app.catalogue.guide import Audience, Level, OnlineMode, Tier
from app.catalogue.places import PlaceKind
from app.catalogue.readings import plain, syllables, words
from app.catalogue.search import MAX_LIMIT, SearchIndex
from tests.builders.catalogue import a_guide, a_place


@dataclass(frozen=True)
class Entry:
    guide: object

    @property
    def code(self):
        return self.guide.code


def index(*guides, **said):
    return SearchIndex(tuple(Entry(each) for each in guides), **said)


def named(*names, **said):
    return index(*(a_guide(name=name) for name in names), **said)


def found(page):
    return [each.matter.guide.name for each in page.items]


def reasons(page):
    return [each.matched for each in page.items]


ID_CARD = "居民身份证申领"
NAMES = (ID_CARD, "临时居民身份证申领", "食品经营许可", "公司设立登记", "结婚登记预约")


class TestNames:
    def test_a_part_of_the_name_is_enough(self):
        page = named(*NAMES).find("身份证")
        assert found(page) == [ID_CARD, "临时居民身份证申领"]
        assert reasons(page) == ["name", "name"]
        assert page.items[0].matched_zh == "名称"

    def test_the_whole_name_comes_before_longer_ones(self):
        page = named("分公司设立登记", "公司设立登记").find("公司设立登记")
        assert found(page)[0] == "公司设立登记"

    def test_words_around_what_is_meant_do_not_matter(self):
        assert found(named(*NAMES).find("请问结婚登记怎么办？"))[0] == "结婚登记预约"

    def test_words_may_stand_apart(self):
        assert found(named(*NAMES).find("食品 许可"))[0] == "食品经营许可"

    def test_another_name_says_so(self):
        ours = a_guide(name="社会保障卡申领", aliases=("社会保障卡首次制卡",))
        page = index(ours).find("首次制卡")
        assert reasons(page) == ["alias"]

    def test_width_case_and_punctuation_do_not_matter(self):
        page = named("《出生医学证明》首次签发").find("出生 医学证明，")
        assert found(page) == ["《出生医学证明》首次签发"]

    def test_a_number_finds_its_matter_only(self):
        page = index(a_guide(code="M0412"), a_guide(code="M0413")).find("m0412")
        assert [each.matter.code for each in page.items] == ["M0412"]
        assert reasons(page) == ["code"]

    @pytest.mark.parametrize("q", ["飞碟", "？？", "***", "qqqqzz"])
    def test_what_is_not_there_is_not_found(self, q):
        assert named(*NAMES).find(q).total == 0

    def test_nothing_asked_is_the_whole_list_in_its_order(self):
        page = named(*NAMES).find("  ")
        assert tuple(found(page)) == NAMES
        assert reasons(page) == [""] * 5

    def test_an_empty_list_answers(self):
        assert named().find("身份证").total == 0
        assert named().find("").total == 0
        assert named().find("sfz").total == 0

    def test_a_single_character_is_looked_up(self):
        assert found(named(*NAMES).find("婚")) == ["结婚登记预约"]

    def test_what_is_asked_for_often_comes_first(self):
        rare = a_guide(name="烟花登记甲", tier=Tier.NICHE)
        usual = a_guide(name="烟花登记乙", tier=Tier.CORE)
        assert found(index(rare, usual).find("烟花登记"))[0] == "烟花登记乙"


class TestSounds:
    def test_pinyin_finds_the_name(self):
        page = named(*NAMES).find("shenfenzheng")
        assert found(page)[0] == ID_CARD
        assert reasons(page)[0] == "pinyin"

    def test_pinyin_may_be_cut_off_and_spaced(self):
        assert found(named(*NAMES).find("jie hun deng"))[0] == "结婚登记预约"

    def test_pinyin_begins_at_a_syllable(self):
        assert named("变更登记").find("ngdeng").total == 0

    def test_initials_find_the_name(self):
        page = named(*NAMES).find("SFZ")
        assert found(page)[0] == ID_CARD
        assert reasons(page)[0] == "initials"

    def test_phrases_are_read_as_they_are_said(self):
        assert syllables("银行长期重庆") == (
            "yin",
            "hang",
            "chang",
            "qi",
            "chong",
            "qing",
        )
        assert found(named("重大动物疫病", "重庆办事处").find("zhongda")) == [
            "重大动物疫病"
        ]

    def test_a_single_letter_is_the_first_of_a_name(self):
        assert found(named(*NAMES).find("s")) == ["食品经营许可"]

    def test_sounds_do_not_run_from_a_name_into_the_next(self):
        assert named("登记", "许可").find("jixu").total == 0
        assert named("登记", "许可").find("jx").total == 0


class TestSynonyms:
    WORDS: ClassVar = {
        "生孩子": ("新生儿出生登记", "生育登记"),
        "看病": ("住院报销",),
    }

    def test_an_everyday_word_leads_to_what_it_stands_for(self):
        ours = named("生育登记", "新生儿出生登记", "失业登记", synonyms=self.WORDS)
        page = ours.find("生孩子要什么手续")
        assert found(page) == ["新生儿出生登记", "生育登记"]
        assert reasons(page) == ["synonym", "synonym"]

    def test_the_longer_word_is_what_was_meant(self):
        words = self.WORDS | {"外地看病": ("异地就医备案",)}
        ours = named("住院报销", "异地就医备案", synonyms=words)
        assert found(ours.find("外地看病")) == ["异地就医备案"]

    def test_an_empty_word_matches_nothing(self):
        assert named("住院报销", synonyms={"？": ("住院报销",)}).find("买菜").total == 0


class TestFilters:
    def test_each_filter_narrows(self):
        a = a_guide(name="甲登记", theme="社保", office_code="a")
        b = a_guide(
            name="乙登记",
            theme="医保",
            office_code="b",
            audience=(Audience.ORGANISATION,),
            level=Level.TOWNSHIP,
            online=OnlineMode.WINDOW,
            onsite_visits=1,
        )
        ours = index(a, b)
        assert found(ours.find(theme="社保")) == ["甲登记"]
        assert found(ours.find(department="b")) == ["乙登记"]
        assert found(ours.find(audience="organisation")) == ["乙登记"]
        assert found(ours.find(level="township")) == ["乙登记"]
        assert found(ours.find(mode="full")) == ["甲登记"]
        assert found(ours.find(mode="zero")) == ["甲登记"]
        assert found(ours.find(mode="once")) == ["甲登记", "乙登记"]
        assert found(ours.find(mode="window")) == ["乙登记"]
        assert found(ours.find("登记", theme="社保", department="a")) == ["甲登记"]
        assert ours.find("登记", theme="社保", department="b").total == 0

    def test_a_value_that_nothing_has_finds_nothing(self):
        assert named(*NAMES).find(theme="不存在").total == 0
        assert named(*NAMES).find("登记", mode="teleport").total == 0

    def test_silence_about_visits_is_not_one_visit(self):
        assert index(a_guide(onsite_visits=None)).find(mode="once").total == 0

    def test_a_township_shows_what_it_handles_and_a_hall_the_rest(self):
        places = {
            "411603": a_place(code="411603", kind=PlaceKind.DISTRICT),
            "411603101": a_place(code="411603101"),
            "S1": a_place(code="S1", kind=PlaceKind.STATION, parent_code="411603101"),
            "H1": a_place(code="H1", kind=PlaceKind.HALL, parent_code="411603"),
        }
        village = a_guide(name="村里的事", level=Level.VILLAGE)
        district = a_guide(name="区里的事")
        ours = index(village, district, places=places)
        assert found(ours.find(place="411603101")) == ["村里的事"]
        assert found(ours.find(place="S1")) == ["村里的事"]
        assert found(ours.find(place="H1")) == ["区里的事"]
        assert ours.find(place="411603").total == 2


class TestPages:
    def test_parts_join_to_the_whole(self):
        ours = named(*(f"测试登记{n}" for n in range(25)))
        parts = [ours.find("登记", limit=10, offset=at) for at in (0, 10, 20)]
        assert [len(each.items) for each in parts] == [10, 10, 5]
        assert {each.total for each in parts} == {25}
        assert len({name for each in parts for name in found(each)}) == 25

    @pytest.mark.parametrize(("limit", "offset"), [(0, 0), (-5, -5), (10**20, 10**20)])
    def test_odd_numbers_do_no_harm(self, limit, offset):
        page = named(*NAMES).find("登记", limit=limit, offset=offset)
        assert page.total == 2
        assert len(page.items) <= MAX_LIMIT


PARTS = (
    "居民身份证",
    "食品经营许可",
    "变更",
    "登记",
    "备案",
    "核发",
    "注销",
    "申请",
    "社会保险",
    "道路运输",
)


@pytest.fixture(scope="module")
def large():
    """A list of the largest size promised, of the commonest words."""
    chance = random.Random(20260302)
    return named(
        *("".join(chance.sample(PARTS, 4)) for _ in range(TestCost.SIZE)),
        synonyms={f"说法{n}": ["变更登记", "食品备案"] for n in range(50)},
    )


class TestCost:
    """The work of a query is bounded by the list, whatever is typed."""

    SIZE = 10_000

    @pytest.mark.parametrize(
        "q",
        [
            "登记",
            "变更登记备案核发注销申请",
            "居民身份证食品经营许可变更登记备案核发注销申请社会保险道路运输" * 20,
            "登 记 变 更 备 案",
            "登",
            "deng",
            "d",
            "dj",
            "shenqing",
            "说法1说法2说法3说法4说法5说法6说法7",
            "x" * 5000,
            "\x00\ud800",
            "%_'\"\\",
        ],
    )
    def test_a_query_looks_at_no_more_than_a_few_lists(self, large, q):
        assert large.looked_at(q) <= 12 * self.SIZE
        assert len(large.find(q, limit=100).items) <= 100

    def test_a_rare_piece_spares_the_common_ones(self):
        ours = named(*(f"登记事项{n}" for n in range(1000)), "飞艇登记")
        assert ours.looked_at("飞艇登记") < 10

    def test_the_same_question_has_the_same_answer(self, large):
        first, second = (large.find("食品登记", limit=50) for _ in range(2))
        assert [each.matter.code for each in first.items] == [
            each.matter.code for each in second.items
        ]


def test_plain_keeps_what_is_said():
    assert plain("《Ａ证》 第１号") == "a证第1号"
    assert words("食品，许可  Ｘ") == ("食品", "许可", "x")
