"""Cookies and form tokens, at no cost to whoever carries neither."""

from __future__ import annotations

from flask import Flask, Request, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect

_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class LazySessions(SecureCookieSessionInterface):
    """Builds the signer only for requests that bring a cookie to check.

    A scan brings none, and would pay for the signer more than for its page.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Open the session of the cookie, or an empty one."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def init_app(app: Flask) -> CSRFProtect:
    """Demand a form token for every unsafe request that is not exempt.

    Flask-WTF looks up exemptions before it looks at the method; asked the other
    way round, reading costs nothing.
    """
    app.session_interface = LazySessions()
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf = CSRFProtect(app)

    @app.before_request
    def _protect() -> None:
        if request.method in _UNSAFE and current_app.config["WTF_CSRF_ENABLED"]:
            csrf.protect(apply_exemptions=True)

    return csrf
