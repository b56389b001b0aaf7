"""Every setting of the system, read from the environment in one place."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

MIN_KEY_LENGTH = 32
_DATA_KEY = 32
_DIVISION = 6
_WECHAT = ".weixin.qq.com"


class SettingsError(ValueError):
    """A setting is missing or malformed; the process must not start."""


class Mode(StrEnum):
    """What kind of installation this is."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Validated settings. Add a field here and a row in docs/settings.md."""

    mode: Mode
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    jwt_key: str = field(repr=False)
    data_keys: Mapping[str, bytes] = field(repr=False)
    data_key_current: str
    index_key: bytes = field(repr=False)
    public_url: str
    var_dir: Path
    trusted_proxies: int = 0
    access_lifetime_s: int = 15 * 60
    refresh_lifetime_s: int = 30 * 24 * 60 * 60
    page_session_lifetime_s: int = 12 * 60 * 60
    district_name: str = "周口市淮阳区"
    division: str = "411603"
    platform_name: str = "淮好办"
    supervision_name: str = "码上监督一点通"
    telephone: str = "12345"
    wechat_app_id: str = ""
    wechat_app_secret: str = field(default="", repr=False)
    wechat_base_url: str = "https://api.weixin.qq.com"
    wechat_verification: tuple[str, str] = ("", "")
    decision_limit_days: int = 20
    correction_days: int = 15
    workers: int = 2
    rate_limit_factor: int = 1
    sms_url: str = ""
    sms_token: str = field(default="", repr=False)
    debug: bool = False

    @property
    def is_demo(self) -> bool:
        """Whether pages carry 演示 and codes are printed on the screen."""
        return self.mode is not Mode.PRODUCTION

    @property
    def is_https(self) -> bool:
        """Whether cookies may only travel encrypted."""
        return self.public_url.startswith("https://")

    def __post_init__(self) -> None:
        """Refuse values that would fail later, and less clearly."""
        for name in ("secret_key", "jwt_key"):
            if len(getattr(self, name)) < MIN_KEY_LENGTH:
                raise SettingsError(
                    f"{name.upper()} needs at least {MIN_KEY_LENGTH} characters"
                )
        if self.data_key_current not in self.data_keys:
            raise SettingsError("DATA_KEY_CURRENT names no key of DATA_KEYS")
        for name in (
            "access_lifetime_s",
            "refresh_lifetime_s",
            "page_session_lifetime_s",
            "decision_limit_days",
            "correction_days",
            "workers",
            "rate_limit_factor",
        ):
            if getattr(self, name) <= 0:
                raise SettingsError(f"{name.upper()} must be positive")
        self._refuse_malformed()
        if self.mode is Mode.PRODUCTION:
            self._refuse_what_production_must_not_have()

    def _refuse_malformed(self) -> None:
        if len(self.division) != _DIVISION or not (
            self.division.isascii() and self.division.isdigit()
        ):
            raise SettingsError("DIVISION must be the six digits of GB/T 2260")
        if self.trusted_proxies < 0:
            raise SettingsError("TRUSTED_PROXIES must not be negative")
        for key_id, key in self.data_keys.items():
            if len(key) != _DATA_KEY or not 0 < len(key_id.encode()) <= _DATA_KEY:
                raise SettingsError("DATA_KEYS: each key has a short id and 32 bytes")
        if len(self.index_key) < _DATA_KEY:
            raise SettingsError("INDEX_KEY needs at least 32 bytes")
        parts = urlsplit(self.public_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError("PUBLIC_URL must be an http(s) address")
        if parts.query or parts.fragment or parts.path not in ("", "/"):
            raise SettingsError("PUBLIC_URL must have no path, query or fragment")

    def _refuse_what_production_must_not_have(self) -> None:
        if self.debug:
            raise SettingsError("DEBUG must be off in production")
        if not self.is_https:
            raise SettingsError("PUBLIC_URL must be https in production")
        if find_spec("demo") is not None:
            raise SettingsError("the demo package must not be installed in production")
        if not self.redis_url:
            raise SettingsError("REDIS_URL is not set")
        if not self.sms_url.startswith("https://"):
            raise SettingsError("SMS_URL must be the https address of an SMS service")
        host = urlsplit(self.wechat_base_url)
        if host.scheme != "https" or not (host.hostname or "").endswith(_WECHAT):
            raise SettingsError("WECHAT_BASE_URL must be WeChat's own address")
        weak = {"secret_key": self.secret_key, "jwt_key": self.jwt_key}
        for name, value in weak.items():
            if len(set(value)) < 10 or "change" in value.lower():  # noqa: PLR2004
                raise SettingsError(f"{name.upper()} looks like a default; make one")
        if self.secret_key == self.jwt_key:
            raise SettingsError("SECRET_KEY and JWT_KEY must differ")

    @classmethod
    def from_env(
        cls,
        env: Mapping[str, str] = os.environ,  # noqa: TID251 -- the only reader
    ) -> Settings:
        """Read the settings, or raise SettingsError naming what is wrong."""
        try:
            return cls(
                mode=Mode(env.get("APP_ENV", Mode.PRODUCTION)),
                database_url=env["DATABASE_URL"],
                redis_url=env.get("REDIS_URL", ""),
                secret_key=env["SECRET_KEY"],
                jwt_key=env["JWT_KEY"],
                data_keys=_keys(env["DATA_KEYS"]),
                data_key_current=env["DATA_KEY_CURRENT"],
                index_key=_decoded("INDEX_KEY", env["INDEX_KEY"]),
                public_url=env["PUBLIC_URL"].rstrip("/"),
                var_dir=Path(env.get("MASHANGBAN_VAR", "var")).resolve(),
                wechat_verification=_pair(env.get("WECHAT_VERIFICATION", "")),
                debug=env.get("DEBUG", "") not in ("", "0"),
                **_texts(env),
                **_numbers(env),
            )
        except KeyError as missing:
            raise SettingsError(f"{missing.args[0]} is not set") from None
        except ValueError as malformed:
            raise SettingsError(str(malformed)) from malformed


_TEXTS = (
    "district_name",
    "division",
    "platform_name",
    "supervision_name",
    "telephone",
    "wechat_app_id",
    "wechat_app_secret",
    "wechat_base_url",
    "sms_url",
    "sms_token",
)
_NUMBERS = (
    "trusted_proxies",
    "access_lifetime_s",
    "refresh_lifetime_s",
    "page_session_lifetime_s",
    "decision_limit_days",
    "correction_days",
    "workers",
    "rate_limit_factor",
)


def _texts(env: Mapping[str, str]) -> dict[str, Any]:
    return {name: env[name.upper()] for name in _TEXTS if env.get(name.upper())}


def _numbers(env: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _NUMBERS:
        if text := env.get(name.upper()):
            try:
                found[name] = int(text)
            except ValueError:
                raise SettingsError(f"{name.upper()} must be a whole number") from None
    return found


def _decoded(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise SettingsError(f"{name} must be base64") from None


def _keys(text: str) -> dict[str, bytes]:
    """Read ``id:base64,id:base64``."""
    keys = {}
    for part in text.split(","):
        key_id, _, value = part.strip().partition(":")
        keys[key_id] = _decoded("DATA_KEYS", value)
    return keys


def _pair(text: str) -> tuple[str, str]:
    """Read ``file name:content`` of WeChat's verification file."""
    name, _, content = text.partition(":")
    return name, content
