import pytest

from app.codes.models import ScannerKind
from app.codes.scans import classify_scanner

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
ANDROID = "Mozilla/5.0 (Linux; Android 14; 23127PN0CC) AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("user_agent", "kind"),
    [
        (IPHONE + "Mobile/15E148 MicroMessenger/8.0.48(0x1800302d) NetType/WIFI Language/zh_CN", ScannerKind.WECHAT),
        (ANDROID + "Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 MMWEBSDK/20231202 MicroMessenger/8.0.47", ScannerKind.WECHAT),
        (IPHONE + "Mobile/15E148 AliApp(AP/10.5.96.6000) AlipayClient/10.5.96.6000 Language/zh-Hans", ScannerKind.ALIPAY),
        (IPHONE + "Version/17.4 Mobile/15E148 Safari/604.1", ScannerKind.BROWSER),
        (ANDROID + "Chrome/122.0.0.0 Mobile Safari/537.36", ScannerKind.BROWSER),
        (ANDROID + "Mobile Safari/537.36 HuaweiBrowser/14.0.3.302", ScannerKind.BROWSER),
        ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", ScannerKind.BOT),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", ScannerKind.BOT),
        (ANDROID + "Chrome/99 Mobile Safari/537.36 (compatible; Bytespider)", ScannerKind.BOT),
        ("Sogou web spider/4.0", ScannerKind.BOT),
        ("facebookexternalhit/1.1", ScannerKind.BOT),
        ("Mozilla/5.0 MicroMessenger/8.0 LinkPreview", ScannerKind.BOT),
        ("Mozilla/5.0 (Linux; Android 11; CUBOT X30) AppleWebKit/537.36 Chrome/110 Mobile Safari/537.36", ScannerKind.BROWSER),
        ("curl/8.5.0", ScannerKind.BOT),
        ("python-requests/2.31.0", ScannerKind.BOT),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0 Safari/537.36", ScannerKind.BOT),
        ("", ScannerKind.BOT),
        ("   ", ScannerKind.BOT),
    ],
)  # fmt: skip
def test_scanners_are_told_apart(user_agent, kind):
    assert classify_scanner(user_agent) is kind
