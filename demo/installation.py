"""Where a demonstration lives, and the settings its processes share."""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 8000
LAST_PORT = 65535
FIRST_FREE_PORT = 1024
"""Lower ones belong to root on most systems."""

OLDEST_PYTHON = (3, 11)

SECRETS = "demo.env"
"""The file of a demonstration's own keys; also the sign that a folder is one."""


class CannotRun(Exception):
    """Something stands in the way; said in one line, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One demonstration: a folder, a port, and what it was asked to use.

    Attributes:
        folder: Holds everything that lasts: database, files, keys, logs.
        host: The address to listen on; all of them, so that a phone can come.
        given: The environment the demonstration was started in.
    """

    folder: Path
    port: int
    host: str
    public_url: str
    given: Mapping[str, str]

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Installation:
        """Read what was asked for.

        Raises:
            CannotRun: PORT is not a port number.
        """
        port = _port(env.get("PORT") or str(DEFAULT_PORT))
        return cls(
            folder=Path(env.get("MASHANGBAN_VAR") or "var").resolve(),
            port=port,
            host=env.get("HOST") or "0.0.0.0",  # noqa: S104 -- phones are to come in
            public_url=env.get("PUBLIC_URL") or f"http://{own_address()}:{port}",
            given=env,
        )

    @property
    def logs(self) -> Path:
        """Where each process writes."""
        return self.folder / "logs"

    def environment(self, **more: str) -> dict[str, str]:
        """Return what the processes see: keys of our own, then what was given."""
        return (
            {
                "APP_ENV": "demo",
                "DATABASE_URL": f"sqlite:///{self.folder / 'mashangban.db'}",
                "WECHAT_APP_ID": "wxdemo0000000000",
            }
            | secrets_of(self.folder)
            | dict(self.given)
            | {
                "MASHANGBAN_VAR": str(self.folder),
                "PUBLIC_URL": self.public_url,
                "PYTHONUNBUFFERED": "1",
            }
            | more
        )


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) <= LAST_PORT:
        return int(text)
    raise CannotRun(
        f"PORT={text} 不是端口号（1 到 {LAST_PORT}）。",
        f"PORT={text} is not a port number (1 to {LAST_PORT}).",
    )


def own_address() -> str:
    """Find this machine's address in its network, without sending anything.

    Connecting a datagram socket only chooses a route. The far end is an address
    that exists for documentation (RFC 5737).

    Returns:
        An IPv4 address; 127.0.0.1 when there is no network.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address: str = probe.getsockname()[0]
        except OSError:
            return "127.0.0.1"
    return "127.0.0.1" if address == "0.0.0.0" else address  # noqa: S104 -- compared


def check_python() -> None:
    """Refuse a Python that is too old.

    Raises:
        CannotRun: it is older than :data:`OLDEST_PYTHON`.
    """
    if sys.version_info[:2] < OLDEST_PYTHON:
        running = ".".join(map(str, sys.version_info[:3]))
        raise CannotRun(
            f"这是 Python {running}，需要 3.11 或更新的版本。",
            f"This is Python {running}; 3.11 or newer is needed.",
        )


def check_port(host: str, port: int) -> None:
    """Refuse a port that cannot be listened on.

    Raises:
        CannotRun: another program has it, or it needs more rights.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            # On some systems only listening finds the other listener.
            probe.listen(1)
        except PermissionError:
            raise CannotRun(
                f"没有权限使用端口 {port}，请用 {FIRST_FREE_PORT} 以上的端口，"
                "例如：make run PORT=8080",
                f"Port {port} needs more rights; choose one above {FIRST_FREE_PORT}, "
                "such as: make run PORT=8080",
            ) from None
        except OSError as refused:
            raise CannotRun(
                f"端口 {port} 已被别的程序占用，请换一个，例如：make run "
                f"PORT={_neighbour(port)}",
                f"Port {port} is taken ({refused.strerror}); choose another, such as: "
                f"make run PORT={_neighbour(port)}",
            ) from None


def _neighbour(port: int) -> int:
    return port + 80 if port + 80 <= LAST_PORT else DEFAULT_PORT


def free_port(wanted: int = 0) -> int:
    """Return a port of this machine alone that nobody listens on at this moment.

    Args:
        wanted: Taken if it is free.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("127.0.0.1", wanted if wanted <= LAST_PORT else 0))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Own a folder while the block runs; the lock ends with the process.

    Raises:
        CannotRun: it cannot be written to, or another run has it.
    """
    unwritable = CannotRun(
        f"文件夹不能写入：{folder}。可以换一个：make run MASHANGBAN_VAR=/路径",
        f"Cannot write to {folder}. Choose another: make run MASHANGBAN_VAR=/path",
    )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(
            folder / "run.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
    except OSError:
        raise unwritable from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotRun(
                f"另一个演示正在使用 {folder}，请先停止它。",
                f"Another demonstration is using {folder}; stop that one first.",
            ) from None
        yield
    finally:
        os.close(lock)


def secrets_of(folder: Path) -> dict[str, str]:
    """Return a demonstration's own keys; make them the first time.

    Losing them would make sealed data unreadable, so they are written once, for
    the owner's eyes only, and moved into place when they are complete.
    """
    path = folder / SECRETS
    if not path.exists():
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(f"{key}={value}\n" for key, value in _new_secrets().items())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _new_secrets() -> dict[str, str]:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    digits = f"{secrets.randbelow(10**8):08}"
    return {
        "SECRET_KEY": key(),
        "JWT_KEY": key(),
        "DATA_KEYS": f"demo:{key()}",
        "DATA_KEY_CURRENT": "demo",
        "INDEX_KEY": key(),
        "WECHAT_APP_SECRET": secrets.token_hex(16),
        # For the demo staff; to be typed on a phone without a mistake.
        "DEMO_PASSWORD": f"yanshi-{digits[:4]}-{digits[4:]}",
    }
