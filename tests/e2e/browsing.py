"""Browser contexts that notice everything a careful reader's console would show."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--lang=zh-CN",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
)

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "user_agent": (
        "Mozilla/5.0 (Linux; Android 14; Phone) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/140.0.0.0 Mobile Safari/537.36"
    ),
}
DESK = {"viewport": {"width": 1280, "height": 900}}

CALM = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce"}

PATIENCE_MS = 15_000
"""How long a page may take on a busy machine; none needs a tenth of it."""

_SAID_BY_STATUS = "Failed to load resource: the server responded with a status of 4"
"""Chromium's line for an answer of 400 and above; the answers are judged themselves."""

_LEFT = "net::ERR_ABORTED"
"""A page was left, or a download began, while something was still on its way."""


@dataclass
class Watch:
    """What went wrong in a context, whoever caused it.

    Attributes:
        origin: The only address that may be asked for anything.
    """

    origin: str
    complaints: list[str] = field(default_factory=list)

    def over(self, context) -> None:
        """Watch every page of a context."""
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)
        context.on("console", self._logged)
        context.on(
            "weberror", lambda each: self.complaints.append(f"script: {each.error}")
        )

    def _asked(self, request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and not request.url.startswith(
            f"{self.origin}/"
        ):
            self.complaints.append(f"asked an outside host: {request.url}")

    def _failed(self, request) -> None:
        if request.failure != _LEFT:
            self.complaints.append(f"failed: {request.url}: {request.failure}")

    def _answered(self, response) -> None:
        expected = (
            response.request.is_navigation_request()
            or response.request.resource_type == "xhr"
        )
        if response.status >= 500 or (response.status >= 400 and not expected):
            self.complaints.append(f"{response.status}: {response.url}")

    def _logged(self, message) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(
            _SAID_BY_STATUS
        ):
            self.complaints.append(
                f"console {message.type}: {message.text} ({message.location})"
            )
