"""`make run`: the whole system on one machine, until Ctrl-C.

Every process is a child of this one, in a group of its own and tied to its
life, so that neither Ctrl-C nor `kill -9` leaves anything behind.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import time
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

from app.settings import Settings, SettingsError
from demo import accounts, installation, terminal, tether
from demo.installation import CannotRun, Installation
from demo.programs import POLL_S, Program, stop_all
from demo.servers import EmbeddedRedis, ServerFailed

READY_S = 90
"""How long the web process may take until it can serve."""

STOP_S = 7.0
"""How long the processes together may take to stop before they are killed."""

STEP_S = 900
"""How long a migration or the first import may take."""

QUICK_END_S = 10
TOO_MANY_QUICK_ENDS = 5
"""A process that ended so often, so soon, will not get better by itself."""

WEB_WORKERS = 2
WEB_THREADS = 8
"""Of each worker; fewer than the connections that its database pool may open."""

PYTHON = sys.executable
FLASK = (PYTHON, "-m", "flask", "--app", "wsgi")


@dataclass
class Service:
    """A process that is to run all the time."""

    program: Program
    zh: str
    started_at: float = 0.0
    quick_ends: int = field(default=0)

    def start(self) -> None:
        """Start it and remember when."""
        self.started_at = time.monotonic()
        self.program.start()

    def look_after(self) -> None:
        """Start it again if it has ended.

        Raises:
            CannotRun: it ends again and again.
        """
        if self.program.is_running():
            return
        code, name = self.program.exit_code, self.program.name
        soon = time.monotonic() - self.started_at < QUICK_END_S
        self.quick_ends = self.quick_ends + 1 if soon else 0
        if self.quick_ends >= TOO_MANY_QUICK_ENDS:
            words = self.program.last_words()
            raise CannotRun(
                f"{self.zh}反复退出，最后一行：{words}（日志 {self.program.log}）",
                f"{name} keeps ending; its last line: {words} ({self.program.log})",
            )
        terminal.say(
            f"! {self.zh}退出了（{code}），正在重新启动  "
            f"{name} ended ({code}); starting it again"
        )
        self.start()


class Demonstration:
    """All processes of one installation."""

    def __init__(self, place: Installation) -> None:
        self.place = place
        self.wechat_url = ""
        self._redis: EmbeddedRedis | None = None
        self._services: list[Service] = []
        self._running_step: Program | None = None

    @property
    def redis(self) -> EmbeddedRedis | None:
        """The embedded Redis; None when REDIS_URL names another."""
        return self._redis

    def start(self) -> None:
        """Bring everything up, in order.

        Raises:
            CannotRun: something is in the way.
        """
        place = self.place
        wechat_port = installation.free_port(place.port + 1)
        self.wechat_url = f"http://127.0.0.1:{wechat_port}"
        more = {"WECHAT_BASE_URL": self.wechat_url}
        if not place.given.get("REDIS_URL"):
            folder = place.folder / "redis"
            self._redis = EmbeddedRedis(folder, log=place.logs / "redis.log")
            more["REDIS_URL"] = self._redis.url
        env = place.environment(**more)
        self._check_settings(env)
        if self._redis is not None:
            self._start_redis(self._redis)
        with terminal.step("升级数据库", "Migrating the database"):
            self._do("migrate", env, PYTHON, "-m", "alembic", "upgrade", "head")
        with terminal.step(
            "载入事项目录，首次约十秒", "Loading the catalogue, ten seconds at first"
        ):
            self._do("catalogue", env, *FLASK, "catalogue", "load", "data/catalogue")
            self._do("accounts", env, PYTHON, "-m", "demo.accounts")
        with terminal.step("启动各个进程", "Starting the processes"):
            self._start_services(env, wechat_port)
            self._wait_until_ready()

    def _start_redis(self, redis: EmbeddedRedis) -> None:
        with terminal.step("启动内置 Redis", "Starting the embedded Redis"):
            try:
                redis.start()
            except (ServerFailed, OSError) as failure:
                raise CannotRun(
                    f"内置 Redis 没有启动：{failure}。可用 REDIS_URL 指定别的。",
                    f"The embedded Redis did not start: {failure}. "
                    "REDIS_URL may name another.",
                ) from None

    def _check_settings(self, env: Mapping[str, str]) -> None:
        try:
            Settings.from_env(env)
        except SettingsError as wrong:
            raise CannotRun(
                f"设置有误：{wrong}", f"A setting is wrong: {wrong}"
            ) from None

    def _do(self, name: str, env: Mapping[str, str], *command: str) -> None:
        """Run a command to its end."""
        program = Program(
            name=name, command=command, env=env, log=self.place.logs / f"{name}.log"
        )
        self._running_step = program
        program.start()
        ended = program.wait(STEP_S)
        if not ended or program.exit_code != 0:
            program.kill_group()
            words = program.last_words() if ended else f"longer than {STEP_S} s"
            raise CannotRun(
                f"这一步没有成功：{words}（日志 {program.log}）",
                f"The step '{name}' failed; its log is {program.log}",
            )
        self._running_step = None

    def _start_services(self, env: Mapping[str, str], wechat_port: int) -> None:
        place = self.place
        granian = (PYTHON, "-m", "granian", "--interface", "wsgi", "--no-ws")
        commands: list[tuple[str, str, tuple[str, ...]]] = [
            (
                "wechat",
                "模拟微信",
                (
                    *(*granian, "--host", "127.0.0.1", "--port", str(wechat_port)),
                    *("--workers", "1", "--blocking-threads", "2"),
                    *("--factory", "demo.wechat:from_env"),
                ),
            ),
            (
                "web",
                "网页进程",
                (
                    *(*granian, "--host", place.host, "--port", str(place.port)),
                    *("--workers", str(WEB_WORKERS), "--respawn-failed-workers"),
                    *("--blocking-threads", str(WEB_THREADS)),
                    *("--workers-kill-timeout", "4", "wsgi:app"),
                ),
            ),
            # The pool looks after the relay and the workers.
            ("pool", "转发和任务进程", (PYTHON, "-m", "notifications.pool")),
        ]
        for name, zh, command in commands:
            program = Program(
                name=name, command=command, env=env, log=place.logs / f"{name}.log"
            )
            service = Service(program, zh)
            self._services.append(service)
            service.start()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_S
        while not (answer := self._readiness()).ready:
            for service in self._services:
                service.look_after()
            if time.monotonic() > deadline:
                raise CannotRun(
                    f"{READY_S} 秒内没有就绪：{answer.down}（日志 {self.place.logs}）",
                    f"Not ready after {READY_S} s: {answer.down} "
                    f"(logs in {self.place.logs})",
                )
            time.sleep(5 * POLL_S)

    def _readiness(self) -> Readiness:
        host = "127.0.0.1" if self.place.host == "0.0.0.0" else self.place.host  # noqa: S104
        connection = http.client.HTTPConnection(host, self.place.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            response = connection.getresponse()
            down = json.loads(response.read()).get("down", [])
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            return Readiness(ready=False, down="web")
        finally:
            connection.close()
        return Readiness(
            ready=response.status == http.HTTPStatus.OK, down=", ".join(down)
        )

    def watch(self) -> NoReturn:
        """Keep everything running until a signal comes.

        Raises:
            CannotRun: a process keeps ending.
        """
        while True:
            if self._redis is not None and not self._redis.program.is_running():
                terminal.say(
                    "! 内置 Redis 退出了，正在重新启动  Redis ended; restarting"
                )
                self._redis.start()
            for service in self._services:
                service.look_after()
            time.sleep(10 * POLL_S)

    def stop(self) -> None:
        """Stop everything; Redis last, since the others use it."""
        programs = [service.program for service in self._services]
        if self._running_step is not None:
            programs.append(self._running_step)
        redis = self._redis
        if not programs and (redis is None or not redis.program.is_running()):
            return
        terminal.say("· 正在停止  Stopping …")
        stop_all(programs, grace_s=STOP_S)
        if redis is not None:
            redis.stop()
        terminal.say("✓ 已停止，数据保留。  Stopped; the data is kept.")


@dataclass(frozen=True)
class Readiness:
    """What /readyz answered."""

    ready: bool
    down: str


def _stop_on_signals() -> None:
    """Make every request to stop look like Ctrl-C."""

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, interrupt)


def _ignore_signals() -> None:
    """Let the stopping be finished; it takes seconds at most."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)


def _introduce(place: Installation, password: str, wechat_url: str) -> None:
    url = place.public_url
    terminal.say()
    for line in terminal.symbol_lines(f"{url}/"):
        terminal.say(f"  {line}")
    addresses = [
        ("市民端 Citizens", f"{url}/"),
        ("工作台 Console", f"{url}/console"),
        ("接口说明 API docs", f"{url}/api/docs"),
        ("模拟微信 WeChat stand-in", wechat_url),
    ]
    staff = [
        (account.username, account.display_name, account.work)
        for account in accounts.ACCOUNTS
    ]
    lines = [
        *("手机连同一网络，扫上面的码即可打开。  Scan this with a phone.", ""),
        *terminal.table(addresses),
        "",
        f"演示员工账号，密码都是 {password}  Demo staff, one password:",
        *(f"  {line}" for line in terminal.table(staff)),
        "",
        f"数据和日志在 {place.folder}；按 Ctrl-C 停止。  Ctrl-C stops everything.",
    ]
    for line in lines:
        terminal.say(line)
    _warn_of_new_address(place)


def _warn_of_new_address(place: Installation) -> None:
    """Say so when printed codes lead to an address that was left."""
    note = place.folder / "public_url"
    before = note.read_text().strip() if note.exists() else ""
    if before and before != place.public_url:
        terminal.say(
            f"! 地址变了：以前打印的码仍指向 {before}。"
            f"  Codes printed before still lead to {before}."
        )
    note.write_text(place.public_url)


def _open_browser(place: Installation) -> None:
    """Show the page where there is a desktop; the address is printed anyway."""
    has_desktop = any(place.given.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if has_desktop and sys.stdout.isatty() and not place.given.get("CI"):
        try:
            webbrowser.open(f"http://127.0.0.1:{place.port}/")
        except (webbrowser.Error, OSError):
            return


def _run(env: Mapping[str, str]) -> None:
    installation.check_python()
    place = Installation.from_env(env)
    with installation.holding(place.folder):
        installation.check_port(place.host, place.port)
        demonstration = Demonstration(place)
        try:
            demonstration.start()
            password = place.environment()["DEMO_PASSWORD"]
            _introduce(place, password, demonstration.wechat_url)
            _open_browser(place)
            demonstration.watch()
        finally:
            _ignore_signals()
            demonstration.stop()


def main() -> int:
    """Run until a signal comes.

    Returns:
        0 after Ctrl-C, 1 when something stood in the way.
    """
    terminal.use_utf8()
    _stop_on_signals()
    env = dict(os.environ)  # noqa: TID251 -- handed on to the processes
    if "MAKELEVEL" in env:
        # Make was started by a person; nobody could stop us after its end.
        tether.tie_to_parent(os.getppid(), signal.SIGTERM)
    try:
        _run(env)
    except KeyboardInterrupt:
        return 0
    except CannotRun as reason:
        terminal.complain(reason.zh, reason.en)
        return 1
    except OSError as failure:
        terminal.complain(f"系统错误：{failure}", f"System error: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
