"""The composition root: the one module that sees the whole house."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import console
import miniprogram_api
import mobile
from app import cli, logs
from app.catalogue.current import SnapshotHolder
from app.codes.resolving import CodeBook
from app.gateways.sms import HttpSms, LogSms
from app.gateways.store import FolderStore
from app.gateways.wechat import WeChatClient
from app.installation import claim_sqlite
from app.kernel.clock import Clock, SystemClock
from app.kernel.crypto import Keyring
from app.kernel.db import Database
from app.settings import Mode, Settings
from app.web import context, headers, health, problems, sessions, text
from app.web.json import OrjsonProvider
from app.web.limits import RateLimits
from app.web.scans import ScanCounter
from notifications.bell import Bell, SilentBell

MAX_BODY_BYTES = 11 * 1024 * 1024
"""One upload of 10 MB and the form around it."""


def build(settings: Settings | None = None, *, clock: Clock | None = None) -> Flask:
    """Wire settings, rooms, doors and commands into a Flask application."""
    if settings is None:
        logs.configure()
        settings = Settings.from_env()
    if settings.mode is Mode.PRODUCTION:
        claim_sqlite(settings.database_url)
    app = Flask("app", static_folder=None)
    app.json = OrjsonProvider(app)
    app.config.from_mapping(
        TESTING=False,
        DEBUG=settings.debug,
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        SESSION_COOKIE_NAME="mashangban",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
        API_TITLE="码上办",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    context.init_app(app, _runtime(settings, clock or SystemClock()))
    problems.init_app(app)
    text.init_app(app)
    headers.init_app(app, https=settings.is_https)
    health.init_app(app)
    csrf = sessions.init_app(app)
    miniprogram_api.init_app(app, csrf)
    mobile.init_app(app)
    console.init_app(app)
    cli.init_app(app)
    return app


def _runtime(settings: Settings, clock: Clock) -> context.Runtime:
    keyring = keyring_of(settings)
    database = Database.connect(settings.database_url, keyring)
    return context.Runtime(
        settings=settings,
        database=database,
        clock=clock,
        keyring=keyring,
        snapshots=SnapshotHolder(database),
        codebook=CodeBook(database),
        scans=ScanCounter(database),
        store=FolderStore(settings.var_dir / "files"),
        limits=RateLimits(
            settings.redis_url,
            keyring,
            clock,
            factor=settings.rate_limit_factor,
            telephone=settings.telephone,
        ),
        bell=Bell(settings.redis_url) if settings.redis_url else SilentBell(),
        wechat=WeChatClient(
            settings.wechat_app_id,
            settings.wechat_app_secret,
            settings.wechat_base_url,
        ),
        sms=LogSms()
        if settings.is_demo
        else HttpSms(settings.sms_url, settings.sms_token, settings.platform_name),
    )


def keyring_of(settings: Settings) -> Keyring:
    """Return the data keys of an installation."""
    return Keyring(
        settings.data_keys,
        current=settings.data_key_current,
        index_key=settings.index_key,
    )
