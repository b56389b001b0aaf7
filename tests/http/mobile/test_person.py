"""The person's own page: masked, changed, checked."""


def test_what_is_known_is_masked(page, sign_in):
    sign_in()
    shown = page.get("/me/profile").press(
        "保存", name="张小明", id_number="11010519491231002x"
    )
    assert "138****8000" in shown.words
    assert "张*明" in shown.words
    assert "110105********002X" in shown.words
    assert "未核验" in shown.words
    assert "13800138000" not in shown.text
    again = page.get("/me/profile")
    assert "110105********002X" in again.words
    assert "11010519491231002X" not in again.text


def test_a_wrong_number_is_refused_and_the_name_kept_on_the_page(page, sign_in):
    sign_in()
    again = page.get("/me/profile").press(
        "保存", name="李四", id_number="110105194912310021"
    )
    assert again.status == 422
    assert again.errors
    assert again.soup.select_one("input#name")["value"] == "李四"
    assert again.soup.select_one("input#id_number")["value"] == "110105194912310021"
    assert "李*" not in page.get("/me").words


def test_leaving_the_number_empty_keeps_it(page, sign_in):
    sign_in()
    page.get("/me/profile").press("保存", name="张三", id_number="11010519491231002X")
    shown = page.get("/me/profile").press("保存", name="张三丰")
    assert "110105********002X" in shown.words
    assert "张*丰" in shown.words
