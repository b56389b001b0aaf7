import csv
import io
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import product
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

import qr
from app.kernel import references
from app.kernel.errors import Invalid
from app.printing import posters
from app.printing.posters import (
    PART,
    Poster,
    join,
    missing_characters,
    render_parts,
    render_pdf,
)
from qr.posters import MIN_MODULE_MM, MIN_POSTER_CODE_MM
from tests.unit.printing.scanning import (
    DAMAGE,
    DECODERS,
    DPI,
    boxes_of,
    damaged,
    rasterise,
)

DATA = Path(__file__).parents[3] / "data" / "catalogue" / "matters.csv"
HOST = "https://msb.example.gov.cn/q/"
MM = DPI / 25.4


def catalogue():
    with DATA.open(encoding="utf-8-sig", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: len(row["name_zh"]))


MATTERS = catalogue()
SHORTEST, LONGEST = MATTERS[0]["name_zh"], MATTERS[-1]["name_zh"]


def code(number):
    """A valid code, a different one for each number."""
    body = []
    for _ in range(references.CODE_BODY):
        number, sign = divmod(number * 7919 + 13, 31)
        body.append(references.ALPHABET[sign])
    return references.with_check("".join(body))


def make_poster(number=1, **said):
    main, second = code(number), code(number + 50_000)
    return Poster(
        **{
            "matter_name": "失业登记",
            "department": "区人力资源和社会保障局",
            "code": main,
            "url": HOST + main,
            "telephone": "12345",
            "supervision_code": second,
            "supervision_url": HOST + second,
            "platform": "淮好办",
            "supervision_name": "码上监督一点通",
            "materials": ("居民身份证", "户口簿"),
            "limit": "5个工作日",
            "fee": "不收费",
            "place": "区政务服务大厅 3号窗口",
            "batch": "2026-003",
            "printed_on": date(2026, 3, 2),
            "domain": "msb.example.gov.cn",
            "demo": True,
        }
        | said
    )


def texts(pdf):
    """What each page says, without the spaces that setting it may add."""
    document = pypdfium2.PdfDocument(pdf)
    said = []
    for page in document:
        text = page.get_textpage()
        said.append(re.sub(r"[\s\u200b\u00ad\ufffe]", "", text.get_text_range()))
        text.close()
    document.close()
    return said


def check_boxes(many, engine="zxing"):
    """Let the typesetter compare each box with what was set in it."""
    posters._compile(
        (posters._TEMPLATES / "poster_a4.typ").read_bytes(),
        posters=json.dumps([posters._page(each, engine) for each in many]),
        checking="yes",
    )


SAMPLES = {
    "shortest": make_poster(1, matter_name=SHORTEST),
    "longest": make_poster(2, matter_name=LONGEST, limit="", fee="", materials=()),
    "usual": make_poster(3, matter_name="最低生活保障对象认定、最低生活保障金给付", demo=False),
}  # fmt: skip


@pytest.fixture(scope="module")
def pages():
    """The samples, as printed and laid on a scanner."""
    pdf = render_pdf(list(SAMPLES.values()))
    return dict(zip(SAMPLES, rasterise(pdf), strict=True))


class TestDecoding:
    @pytest.mark.parametrize(("sample", "decoder"), list(product(SAMPLES, DECODERS)))
    def test_both_codes_of_a_clean_page(self, pages, sample, decoder):
        poster = SAMPLES[sample]
        found = DECODERS[decoder](pages[sample])
        assert found == {poster.url, poster.supervision_url}

    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize(
        ("sample", "kind", "decoder"), list(product(SAMPLES, DAMAGE, DECODERS))
    )
    def test_both_codes_of_a_damaged_page(self, pages, sample, kind, decoder, seed):
        poster = SAMPLES[sample]
        found = DECODERS[decoder](damaged(pages[sample], kind, seed))
        assert found == {poster.url, poster.supervision_url}

    def test_damage_is_damage(self, pages):
        """Each kind changes the page, and the same seed changes it the same way."""
        clean = pages["usual"]
        for kind in DAMAGE:
            spoiled = damaged(clean, kind, 1)
            assert spoiled.tobytes() != clean.tobytes(), kind
            assert spoiled.tobytes() == damaged(clean, kind, 1).tobytes(), kind

    @pytest.mark.parametrize("sample", SAMPLES)
    def test_symbols_are_large_enough_and_stand_alone_on_white(self, pages, sample):
        page = pages[sample]
        by_width = sorted(boxes_of(page), key=lambda box: box[0] - box[2])
        assert len(by_width) == 2
        for (left, top, right, bottom), least in zip(
            by_width, (MIN_POSTER_CODE_MM, 20), strict=True
        ):
            assert (right - left) / MM >= least
            module = (right - left) / qr.encode(SAMPLES[sample].url).width
            assert module / MM >= MIN_MODULE_MM
            quiet = round(qr.QUIET_ZONE * module) - 2
            around = page.crop(
                (left - quiet, top - quiet, right + quiet, bottom + quiet)
            )
            inside = (
                quiet - 2,
                quiet - 2,
                around.width - quiet + 2,
                around.height - quiet + 2,
            )
            around.paste(255, inside)
            assert around.getextrema() == (255, 255)

    def test_pages_of_a_large_file_on_both_sides_of_a_seam(self):
        """Each page carries its own codes, whatever part it was set in."""
        many = [
            make_poster(
                number, matter_name=row["name_zh"], department=row["department"]
            )
            for number, row in enumerate(MATTERS[: PART + 10])
        ]
        pdf = render_pdf(many)
        assert len(pdf) / len(many) < 9 * 1024
        document = pypdfium2.PdfDocument(pdf)
        assert len(document) == len(many)
        for number in (0, 1, PART // 2, PART - 1, PART, PART + 9):
            page = document[number].render(scale=1).to_pil().convert("L")
            assert DECODERS["zxing"](page) == {
                many[number].url,
                many[number].supervision_url,
            }
        document.close()

    def test_both_engines_print_the_same_addresses(self):
        poster = make_poster()
        for engine in qr.ENGINES:
            [page] = rasterise(render_pdf([poster], engine=engine))
            for decode in DECODERS.values():
                assert decode(page) == {poster.url, poster.supervision_url}

    def test_a_long_address_makes_finer_modules_and_still_decodes(self):
        base = "https://zwfw.mashangban.shuju.huaiyang.zhoukou.example.gov.cn:8443/q/"
        poster = make_poster(url=base + code(1), supervision_url=base + code(2))
        [page] = rasterise(render_pdf([poster]))
        for decode in DECODERS.values():
            assert decode(page) == {poster.url, poster.supervision_url}


class TestLayout:
    def test_names_of_the_catalogue_stay_in_their_box(self):
        """The shortest, the longest, all that mix scripts, and each tenth between."""
        mixed = [row for row in MATTERS if re.search(r"[0-9A-Za-z]", row["name_zh"])]
        chosen = MATTERS[:20] + MATTERS[-60:] + mixed + MATTERS[::10]
        assert len(chosen) > PART
        check_boxes(
            make_poster(
                matter_name=row["name_zh"], department=row["department"],
                limit=f"{row['promised_days']}个工作日" if row["promised_days"] else "",
                fee=row["fee"], materials=(),
            )
            for row in chosen
        )  # fmt: skip

    @pytest.mark.parametrize(
        "name",
        [
            "办",
            "第1种",
            "A1类",
            "3岁以下、B类，C1证",
            "许" * 200,
            "A" * 200,
            "ABCDEFGHIJKLMNO" * 13,
            "A b" * 60,
            "中文ABC123" * 25,
            "变更（迁移）、" * 25,
            "“引号”《书名》——破折号……" * 10,
        ],
    )
    def test_the_strangest_names_stay_in_their_box(self, name):
        check_boxes([make_poster(matter_name=name)])

    def test_everything_too_long_at_once_stays_in_its_box(self):
        check_boxes([OVERFULL])

    def test_nothing_leaves_its_region_on_paper(self):
        """The strips between the regions stay empty, whatever the sheet says."""
        for poster in (make_poster(matter_name="许" * 200), OVERFULL):
            [page] = rasterise(render_pdf([poster]))
            page = page.point(lambda level: 0 if level < 250 else 255)
            for top, bottom in (
                (21.5, 24.5),
                (90, 92),
                (190.6, 193.4),
                (232.4, 235.4),
                (293, 296.5),
            ):
                strip = page.crop((0, round(top * MM), page.width, round(bottom * MM)))
                assert strip.getextrema() == (255, 255), (top, bottom)
            for left, right in ((0, 13), (197, 209)):
                strip = page.crop(
                    (round(left * MM), round(22 * MM), round(right * MM), page.height)
                )
                assert strip.getextrema() == (255, 255), (left, right)

    def test_the_name_is_the_largest_thing(self):
        for row in MATTERS[:20] + MATTERS[-60:] + MATTERS[::10]:
            page = posters._page(make_poster(matter_name=row["name_zh"]), "zxing")
            _, size, _ = page["name"]
            others = [
                page[key][1] for key in ("department", "steps", "limit", "materials")
            ]
            assert size > max(others), row["name_zh"]
            assert size >= 22, "not readable from three metres"

    def test_chosen_lines_are_few(self):
        _, size, ems = posters._page(make_poster(matter_name="生育登记"), "zxing")[
            "name"
        ]
        assert ems >= 4
        assert size == 96

    def test_the_main_codes_surroundings_do_not_depend_on_the_name(self, pages):
        places = {
            max(boxes_of(page), key=lambda box: box[2] - box[0])
            for page in pages.values()
        }
        assert max(x for place in zip(*places, strict=True) for x in place) > 0
        for corner in zip(*places, strict=True):
            assert max(corner) - min(corner) <= 2


OVERFULL = make_poster(
    matter_name=LONGEST,
    department="国家税务总局周口市淮阳区税务局" * 4,
    steps=("步骤很长" * 30,) * 5,
    materials=("X" * 80, "材料" * 40) * 6,
    limit="法定20个工作日，承诺5个工作日；情况复杂的，经负责人批准可以延长" * 4,
    fee="工本费每证40元（遗失补领、损坏换领），到期换领每证20元，首次申领免费" * 4,
    materials_mark="外地资料，供参考，请以窗口告知为准",
    limit_mark="推定，待核实",
    fee_mark="外地资料，供参考",
    telephone="0394-1234567 / 0394-7654321 / 12345",
    supervision_name="码上监督一点通（纪律检查委员会监察委员会驻政务服务大厅）",
    place="人民政府便民服务中心一楼大厅东侧" * 5,
    batch="2026-0003-0004-0005-0006",
    domain="a-very-long-host-name.zhengwufuwu.huaiyang.zhoukou.henan.example.gov.cn:8443",
)


class TestContent:
    def test_says_what_a_person_needs_who_cannot_scan(self):
        poster = make_poster()
        [said] = texts(render_pdf([poster]))
        for expected in (
            "失业登记", "区人力资源和社会保障局", "淮好办", "12345", "5个工作日", "不收费",
            "居民身份证", "户口簿", "码上监督一点通", "扫码后网址应为msb.example.gov.cn",
            "印制批次：2026-003", "印制日期：2026年3月2日", "张贴处：区政务服务大厅3号窗口",
            references.grouped(poster.code), references.grouped(poster.supervision_code),
            *(step.replace(" ", "") for step in poster.steps),
        ):  # fmt: skip
            assert expected in said, expected

    def test_what_the_source_does_not_say_is_called_not_provided(self):
        [said] = texts(render_pdf([make_poster(limit="", fee=" ", materials=())]))
        assert said.count("未提供") == 3

    def test_doubt_stands_beside_what_is_doubtful_and_nowhere_else(self):
        marks = {"limit_mark": "推定，待核实", "fee_mark": "外地资料，供参考"}
        [said] = texts(render_pdf([make_poster(**marks, fee="")]))
        assert "办多久（推定，待核实）" in said
        assert "外地资料" not in said

    def test_the_demonstration_is_marked_and_only_it(self):
        shown, plain = texts(render_pdf([make_poster(), make_poster(2, demo=False)]))
        assert "演示" in shown
        assert "演示" not in plain

    def test_many_materials_are_cut_short_and_counted(self):
        names = [f"材料{number}" for number in range(1, 13)]
        [said] = texts(render_pdf([make_poster(materials=names)]))
        assert "材料4" in said
        assert "材料5" not in said
        assert "等共12份" in said

    def test_texts_are_never_markup(self):
        name = "#pagebreak() *粗* $x$ <a> @b \\ [c] //d"
        [said] = texts(render_pdf([make_poster(matter_name=name, fee="#panic()")]))
        assert name.replace(" ", "") in said
        assert "#panic()" in said

    def test_the_code_is_grouped_however_it_is_given(self):
        poster = make_poster()
        grouped = references.grouped(poster.code)
        [said] = texts(render_pdf([make_poster(code=grouped.lower())]))
        assert grouped in said

    @pytest.mark.parametrize("steps", [("一",) * 3, ("一",) * 5])
    def test_three_to_five_steps(self, steps):
        assert len(texts(render_pdf([make_poster(steps=steps)]))) == 1

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"steps": ("一", "二")}, "steps"),
            ({"steps": ("一",) * 6}, "steps"),
            ({"matter_name": " "}, "matter_name"),
            ({"matter_name": "长" * 201}, "matter_name"),
        ],
    )
    def test_refuses_what_cannot_be_set(self, said, field):
        with pytest.raises(Invalid) as refused:
            make_poster(**said)
        assert list(refused.value.errors) == [field]


class TestFile:
    def test_is_a4_vector_with_one_embedded_subset_typeface(self):
        pdf = render_pdf([make_poster(), make_poster(2)])
        with pikepdf.Pdf.open(io.BytesIO(pdf)) as document:
            assert len(document.pages) == 2
            for page in document.pages:
                assert [round(float(side) / 72 * 25.4) for side in page.mediabox] == [
                    0,
                    0,
                    210,
                    297,
                ]
            fonts = [
                thing for thing in document.objects
                if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor"
            ]  # fmt: skip
            assert fonts
            for font in fonts:
                assert re.fullmatch(
                    r"/[A-Z]{6}\+NotoSansSC-?\w*", str(font["/FontName"])
                )
                assert "/FontFile3" in font
            images = [
                thing for thing in document.objects
                if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image"
            ]  # fmt: skip
            assert images == []

    def test_the_same_posters_make_the_same_file(self):
        assert render_pdf([make_poster()]) == render_pdf([make_poster()])

    def test_parts_are_joined_in_order(self):
        many = [make_poster(n, matter_name=f"第{n}种事项") for n in range(5)]
        parts = [render_pdf(many[:2]), render_pdf(many[2:])]
        for number, said in enumerate(texts(join(parts))):
            assert f"第{number}种事项" in said

    def test_a_long_run_comes_in_parts(self, monkeypatch):
        monkeypatch.setattr(posters, "PART", 2)
        many = [make_poster(n) for n in range(5)]
        assert [len(texts(part)) for part in render_parts(many)] == [2, 2, 1]

    def test_nothing_to_print_is_refused(self):
        with pytest.raises(Invalid):
            render_pdf([])

    def test_an_address_that_fits_no_symbol_is_refused(self):
        with pytest.raises(qr.TooLong):
            render_pdf([make_poster(url=HOST + "a" * 3000)])


class TestCharacters:
    def test_the_whole_catalogue_can_be_written(self):
        for row in MATTERS:
            assert missing_characters(row["name_zh"] + row["department"]) == ""
        assert missing_characters(make_poster().texts) == ""

    def test_says_which_are_missing_once_each(self):
        assert missing_characters("𠮷野家𠮷📷㐂") == "𠮷📷"

    def test_what_leaves_no_mark_is_not_missed(self):
        assert missing_characters("A\u200b\u3000\n\t\u00a0B") == ""

    def test_a_missing_character_does_not_stop_the_press(self):
        assert len(rasterise(render_pdf([make_poster(matter_name="𠮷村")]))) == 1


def test_several_threads_print_at_once():
    many = [make_poster(number) for number in range(4)]
    alone = [render_pdf([each]) for each in many]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda each: render_pdf([each]), many))
    assert together == alone


def test_a_fork_of_a_printing_process_says_so_instead_of_hanging():
    render_pdf([make_poster()])
    child = os.fork()
    if child == 0:
        try:
            render_pdf([make_poster()])
        except RuntimeError:
            os._exit(17)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 17
