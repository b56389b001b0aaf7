import base64

import pytest

from app.settings import Mode, Settings, SettingsError

KEY = base64.b64encode(bytes(range(32))).decode()
GOOD = {
    "APP_ENV": "demo",
    "DATABASE_URL": "sqlite:///x.db",
    "REDIS_URL": "redis://localhost",
    "SECRET_KEY": "Qm3kT8vXz1LpR5wYb7NcJ2hF6sDg4aEu9oIi0tUy",
    "JWT_KEY": "zP4mW7rKx2VnB8sLq5TdC1jG9hFf3aEy6oUi0pRt",
    "DATA_KEYS": f"k1:{KEY},k2:{KEY}",
    "DATA_KEY_CURRENT": "k2",
    "INDEX_KEY": KEY,
    "PUBLIC_URL": "https://example.gov.cn/",
}
PRODUCTION = GOOD | {
    "APP_ENV": "production",
    "SMS_URL": "https://sms.example.gov.cn/send",
}


def test_good_settings_are_read():
    settings = Settings.from_env(GOOD)
    assert settings.mode is Mode.DEMO
    assert settings.public_url == "https://example.gov.cn"
    assert set(settings.data_keys) == {"k1", "k2"}


def test_secrets_do_not_show():
    text = repr(Settings.from_env(GOOD))
    assert GOOD["SECRET_KEY"] not in text
    assert GOOD["JWT_KEY"] not in text
    assert KEY not in text


@pytest.mark.parametrize(
    "name",
    ["DATABASE_URL", "SECRET_KEY", "JWT_KEY", "DATA_KEYS", "INDEX_KEY", "PUBLIC_URL"],
)
def test_a_missing_setting_is_named(name):
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    "wrong",
    [
        {"SECRET_KEY": "short"},
        {"JWT_KEY": "short"},
        {"DATA_KEYS": "k1:no base64!"},
        {"DATA_KEY_CURRENT": "k9"},
        {"PUBLIC_URL": "example.gov.cn"},
        {"PUBLIC_URL": "https://example.gov.cn/path"},
        {"PUBLIC_URL": "https://example.gov.cn?x=1"},
        {"APP_ENV": "staging"},
        {"WORKERS": "two"},
        {"WORKERS": "0"},
        {"DIVISION": "abc"},
        {"DIVISION": "4116030"},
        {"TRUSTED_PROXIES": "-1"},
        {"INDEX_KEY": "c2hvcnQ="},
        {"DATA_KEYS": "k2:c2hvcnQ="},
    ],
    ids=str,
)
def test_a_malformed_setting_stops_the_start(wrong):
    with pytest.raises(SettingsError):
        Settings.from_env(GOOD | wrong)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"DEBUG": "1"}, "DEBUG"),
        ({"PUBLIC_URL": "http://example.gov.cn"}, "https"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"SMS_URL": ""}, "SMS_URL"),
        ({"WECHAT_BASE_URL": "http://127.0.0.1:9000"}, "WECHAT_BASE_URL"),
        ({"WECHAT_BASE_URL": "https://10.0.0.5:9"}, "WECHAT_BASE_URL"),
        ({"SECRET_KEY": "a" * 40}, "SECRET_KEY"),
        ({"SECRET_KEY": "please-change-me-0123456789-please-change-me"}, "SECRET_KEY"),
        ({"JWT_KEY": PRODUCTION["SECRET_KEY"]}, "differ"),
    ],
    ids=str,
)
def test_production_refuses(monkeypatch, wrong, why):
    monkeypatch.setattr("app.settings.find_spec", lambda _: None)
    Settings.from_env(PRODUCTION)
    with pytest.raises(SettingsError, match=why):
        Settings.from_env(PRODUCTION | wrong)


def test_production_refuses_the_demo_package():
    with pytest.raises(SettingsError, match="demo"):
        Settings.from_env(PRODUCTION)
