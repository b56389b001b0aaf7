import pytest

from app.codes.addresses import address, code_in
from app.kernel import references

CODE = references.with_check("AB3K7M9PX2")
OURS = "https://msb.example.gov.cn"


@pytest.mark.parametrize("base", [OURS, OURS + "/", "http://10.0.0.7:8000"])
def test_an_address_leads_back_to_its_code(base):
    assert address(base, CODE).endswith(f"/q/{CODE}")
    assert "//q" not in address(base, CODE)
    assert code_in(address(base, CODE), base) == CODE


@pytest.mark.parametrize(
    "scanned",
    [
        f"HTTPS://MSB.EXAMPLE.GOV.CN/Q/{CODE}",
        f"{OURS}/q/{CODE.lower()}",
        f"{OURS}/q/{CODE}?scancode_time=1",
        f" {OURS}/q/{CODE}#top ",
    ],
)
def test_what_scanners_make_of_it_is_still_ours(scanned):
    assert code_in(scanned, OURS) == CODE


@pytest.mark.parametrize(
    "scanned",
    [
        CODE,
        f"http://msb.example.gov.cn/q/{CODE}",
        f"https://msb.example.gov.cn:444/q/{CODE}",
        f"https://msb.example.gov.cn.evil.cn/q/{CODE}",
        f"https://msb.example.gov.cn@evil.cn/q/{CODE}",
        f"https://evil@msb.example.gov.cn/q/{CODE}",
        f"https://evil.cn/{OURS}/q/{CODE}",
        f"{OURS}/q/{CODE}/x",
        f"{OURS}/x/q/{CODE}",
        f"{OURS}/q/{CODE[:-1]}",
        f"{OURS}/q/",
        "https://[/q/",
        "https://msb.example.gov.cn:99999/q/x",
        f"//msb.example.gov.cn/q/{CODE}",
        f"javascript:alert('{CODE}')",
    ],
)
def test_what_is_not_ours_gives_nothing(scanned):
    assert code_in(scanned, OURS) is None
