"""Applying for a matter on a phone without scripts."""

from io import BytesIO

import pytest
from PIL import Image

from app.forms.definitions import FieldType
from tests.http.mobile.conftest import GUIDE, PHONE, answers_for, upload
from tests.http.mobile.strict import Page


def token_of(shown):
    return shown.path.split("/")[2].partition("?")[0]


def test_applying_asks_to_sign_in_only_when_it_begins(page, township):
    shown = page.get(f"/matters/{GUIDE}/apply?place={township.code}", status=200)
    assert "开始填写" in shown.words
    assert page.get(f"/matters/{GUIDE}").follow("我要办理").heading


def test_a_township_matter_asks_where_one_lives(page, township, sign_in):
    shown = page.get(f"/matters/{GUIDE}/apply")
    assert "请选您所在的乡镇" in shown.words
    chosen = shown.press("下一步", place=township.code)
    assert township.name in chosen.words
    assert "开始填写" in chosen.words


def test_the_form_has_a_control_for_every_question(begin, published):
    shown = begin()
    matter = published.matter(GUIDE)
    for field in matter.form.fields:
        if field.type is FieldType.FILE:
            continue
        name = f"{field.key}.division" if field.type is FieldType.ADDRESS else field.key
        assert shown.soup.select(f'[name="{name}"]'), field.key
        assert field.label in shown.words


def test_every_kind_of_form_can_be_drawn(page, published, sign_in, township):
    """Forms until every shape of question that any form has was drawn."""
    sign_in()
    seen = set()
    chosen = []
    for matter in published.matters.values():
        shapes = {
            (e.type, e.required, bool(e.show_if), len(e.choices) > 6, bool(e.help))
            for e in matter.form.fields
        }
        if shapes - seen:
            seen |= shapes
            chosen.append(matter)
    assert {shape[0] for shape in seen} >= set(FieldType) - {FieldType.FILE}
    for matter in chosen:
        begun = page.get(f"/matters/{matter.code}/apply?place={township.code}")
        shown = begun.press("开始填写")
        assert shown.status == 200, matter.code
        page.get(f"/cases/{token_of(shown)}/withdraw").press("确定删除")


def test_what_is_known_of_the_person_is_filled_in(page, begin, sign_in):
    sign_in()
    page.get("/me/profile").press("保存", name="张小明")
    shown = begin_again(page)
    values = [each.get("value") for each in shown.soup.select("input.input")]
    assert "张小明" in values
    assert PHONE in values


def begin_again(page):
    code = next(
        iter(
            page.get(f"/matters/{GUIDE}/apply").soup.select(
                "option[value]:not([value=''])"
            )
        )
    )
    return page.get(f"/matters/{GUIDE}/apply?place={code['value']}").press("开始填写")


def test_errors_stand_at_the_field_and_nothing_is_lost(begin, published, township):
    form = begin()
    typed = answers_for(published.matter(GUIDE).form, township.code)
    number = key_of(published, FieldType.ID_NUMBER)
    again = form.press("下一步", **typed | {number: "110105194912310021"})
    assert again.status == 422
    assert again.response.request.method == "GET", "Back does not send it again"
    assert len(again.errors) == 1
    field = again.soup.select_one(f"#field-{number}")
    assert field["value"] == "110105194912310021"
    assert field["aria-invalid"] == "true"
    assert again.soup.select_one(f"#field-{number}-error").get_text(strip=True)
    assert f"#field-{number}" in again.links
    for key, value in typed.items():
        if key != number and not key.endswith("__division"):
            assert value in again.text, key
    later = again.browser.get(again.path)
    assert later.soup.select_one(f"#field-{number}")["value"] == "110105194912310021"


def key_of(published, kind):
    return next(e.key for e in published.matter(GUIDE).form.fields if e.type is kind)


def test_an_empty_form_names_everything_that_is_missing(begin, published):
    shown = begin().press("下一步", **{key_of(published, FieldType.MOBILE): ""})
    required = [
        each
        for each in published.matter(GUIDE).form.fields
        if each.required and each.show_if is None and each.type is not FieldType.FILE
    ]
    assert len(shown.errors) >= len(required) - 1
    labels = [each.label for each in required]
    for sentence in shown.errors:
        assert any(label in sentence for label in labels), sentence


def test_a_draft_can_be_left_and_taken_up(page, begin, published, township):
    form = begin()
    name = next(
        e.key for e in published.matter(GUIDE).form.fields if e.type is FieldType.TEXT
    )
    left = form.press("存草稿", **{name: "王五"})
    assert "已存草稿" in left.words
    listed = page.get("/cases")
    assert "草稿" in listed.words
    shown = left.follow("接着填")
    assert shown.soup.select_one(f"#field-{name}")["value"] == "王五"
    again = page.get(f"/matters/{GUIDE}/apply?place={township.code}").press("开始填写")
    assert again.path == shown.path


def test_saving_while_typing_returns_the_new_version(client, begin, published):
    form = begin()
    data = {
        e["name"]: e["value"]
        for e in form.soup.select("form[data-autosave] [type=hidden]")
    }
    name = next(
        e.key for e in published.matter(GUIDE).form.fields if e.type is FieldType.TEXT
    )
    address = form.soup.select_one("form[data-autosave]")["data-autosave"]
    saved = client.post(address, data=data | {name: "赵六"})
    assert saved.status_code == 200
    assert saved.json["version"] > int(data["version"])
    assert saved.json["said"].startswith("09:30")
    stale = client.post(address, data=data | {name: "孙七"})
    assert stale.status_code == 409
    again = form.press("下一步", **{name: "周八"})
    assert again.status == 409
    assert again.soup.select_one(f"#field-{name}")["value"] == "周八"
    assert "别处改过" in again.words
    assert again.press("存草稿").path.endswith("said=saved")


def test_the_whole_application(begin, fill, page, published, township):
    review = fill(begin())
    assert review.heading == "核对后提交"
    for said in (
        "张小明",
        "一组12号",
        township.name,
        "¥1,200.00",
        "2026年2月1日(周日)",
    ):
        if said.startswith("¥") and "¥" not in review.words:
            continue
        if said.startswith("2026年2月") and not any(
            e.type is FieldType.DATE for e in published.matter(GUIDE).form.fields
        ):
            continue
        assert said in review.words, said
    assert "最晚 2026年3月9日(周一)" in review.words
    refused = review.press("提交申请")
    assert refused.status == 422
    assert refused.response.request.method == "GET"
    assert refused.soup.select_one("#promise-error")
    receipt = refused.press("提交申请", promise="yes")
    assert receipt.path.endswith("/receipt")
    assert receipt.heading == "申请已提交"
    shown = receipt.follow("看进度")
    assert "已收到，等受理" in shown.words
    assert "申请已提交，材料已收到" in shown.words


def test_a_second_tap_gets_the_same_receipt(begin, fill):
    review = fill(begin())
    first = review.press("提交申请", promise="yes")
    second = review.press("提交申请", promise="yes")
    assert second.path == first.path
    assert second.words == first.words


def test_a_missing_material_is_named_with_its_slot(begin, published, township):
    shown = begin().press(
        "下一步", **answers_for(published.matter(GUIDE).form, township.code)
    )
    assert "还差" in shown.words
    review = shown.follow("下一步").press("提交申请", promise="yes")
    assert review.status == 422
    needed = [m for m in published.matter(GUIDE).guide.materials if m.must_be_uploaded]
    assert len(review.errors) == len(needed)
    assert any(f"#slot-{needed[0].key}" in each for each in review.links)


def test_files_are_shown_rebuilt_and_removed(begin, published, township, photo, client):
    shown = begin().press(
        "下一步", **answers_for(published.matter(GUIDE).form, township.code)
    )
    key = next(
        m.key for m in published.matter(GUIDE).guide.materials if m.from_applicant
    )
    shown = upload(shown, key, ("正面.jpg", photo), ("反面.jpg", photo))
    slot = shown.soup.select_one(f"#slot-{key}")
    assert "已传 2 个" in slot.get_text()
    assert "正面.jpg" in slot.get_text()
    answer = client.get(slot.select_one("a[href*='/files/']")["href"])
    assert answer.mimetype == "image/jpeg"
    assert Image.open(BytesIO(answer.data)).size == (64, 48)
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    shown = shown.press("删除")
    assert "已传 1 个" in shown.soup.select_one(f"#slot-{key}").get_text()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "打不开"),
        (b"MZ not a photo", "不能上传"),
        (b"\xff\xd8\xff\xe0 cut", "打不开"),
    ],
)
def test_a_bad_file_is_refused_in_its_slot(
    begin, published, township, content, sentence, photo
):
    shown = begin().press(
        "下一步", **answers_for(published.matter(GUIDE).form, township.code)
    )
    key = next(
        m.key for m in published.matter(GUIDE).guide.materials if m.from_applicant
    )
    shown = upload(shown, key, ("good.jpg", photo), ("bad.jpg", content))
    assert shown.status == 422
    slot = shown.soup.select_one(f"#slot-{key}")
    assert sentence in slot.select_one(".error").get_text()
    assert "已传 1 个" in slot.get_text(), "the good one is kept"


def test_no_file_chosen_says_so(begin, published, township):
    shown = begin().press(
        "下一步", **answers_for(published.matter(GUIDE).form, township.code)
    )
    key = next(
        m.key for m in published.matter(GUIDE).guide.materials if m.from_applicant
    )
    again = upload(shown, key, ("", b""))
    assert again.status == 422
    assert "请先选择" in again.words


def test_too_large_an_upload_is_refused_in_its_slot(begin, client, published, township):
    shown = begin().press(
        "下一步", **answers_for(published.matter(GUIDE).form, township.code)
    )
    key = next(
        m.key for m in published.matter(GUIDE).guide.materials if m.from_applicant
    )
    address = shown.soup.select_one(f'form[action$="/materials/{key}"]')["action"]
    # The body is written by hand: the test client would leave a file open.
    body = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
    )
    body += b"\xff" * (12 * 1024 * 1024) + b"\r\n--x--\r\n"
    answer = client.post(
        address, data=body, content_type="multipart/form-data; boundary=x"
    )
    large = Page(shown.browser, answer, address)
    assert large.status == 413
    assert large.heading == "传材料"
    slot = large.soup.select_one(f"#slot-{key}")
    assert "12.0 MB" in slot.select_one(".error").get_text()
    assert "改为拍照" in slot.get_text()


def test_somebody_elses_draft_does_not_exist(
    begin, page, sign_in, client, published, township, photo
):
    shown = begin().press(
        "下一步", **answers_for(published.matter(GUIDE).form, township.code)
    )
    key = next(
        m.key for m in published.matter(GUIDE).guide.materials if m.from_applicant
    )
    shown = upload(shown, key, ("a.jpg", photo))
    token = token_of(shown)
    file = shown.soup.select_one("a[href*='/files/']")["href"]
    page.get("/me").press("退出登录")
    sign_in("13911112222")
    for path in ("", "/form", "/materials", "/review", "/receipt", "/withdraw"):
        page.get(f"/cases/{token}{path}", status=404)
    page.get(file, status=404)


def test_a_draft_is_deleted_after_asking(begin, page):
    token = token_of(begin())
    asked = page.get(f"/cases/{token}").follow("删除草稿")
    assert "确定要删除草稿吗" in asked.heading
    gone = asked.press("确定删除")
    assert "草稿已删除" in gone.words
    page.get(f"/cases/{token}", status=404)


def test_answers_survive_a_session_that_ends_while_one_types(
    begin, page, sms, clock, settings, published, township
):
    form = begin()
    typed = answers_for(published.matter(GUIDE).form, township.code)
    clock.at = clock.at.replace(hour=15)
    asked = form.press("下一步", **typed)
    assert asked.status == 401
    offered = asked.press("获取验证码", phone=PHONE).press(
        "登录", code=sms.codes[PHONE]
    )
    shown = offered.press("接着办")
    assert shown.heading == "传材料"
    back = page.get(form.path)
    for key, value in typed.items():
        if not key.endswith("__division"):
            assert value in back.text, key
