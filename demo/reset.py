"""`make demo-reset`: delete a demonstration's data, after asking."""

from __future__ import annotations

import os
import shutil
import sys

from demo import terminal
from demo.installation import SECRETS, CannotRun, Installation, holding

AGREED = ("y", "yes", "是", "好")


def _is_agreed(env: dict[str, str]) -> bool:
    if env.get("YES") == "1":
        return True
    try:
        answer = input("  继续吗？Go on? [y/N] ")
    except EOFError:
        return False
    return answer.strip().lower() in AGREED


def _reset(env: dict[str, str]) -> None:
    place = Installation.from_env(env)
    folder = place.folder
    if not (folder / SECRETS).exists():
        raise CannotRun(
            f"{folder} 里没有演示数据，没有删除任何东西。",
            f"{folder} holds no demonstration; nothing was deleted.",
        )
    with holding(folder):
        terminal.say(
            f"这会删除 {folder} 里的全部演示数据：办件、投诉、文件、密钥和日志。\n"
            f"This deletes all demonstration data in {folder}."
        )
        if env.get("DATABASE_URL"):
            terminal.say(
                "DATABASE_URL 指定的数据库不会被清空。"
                "  The database of DATABASE_URL is not touched."
            )
        if not _is_agreed(env):
            terminal.say("没有删除任何东西。  Nothing was deleted.")
            return
        shutil.rmtree(folder)
    terminal.say("✓ 已删除，下次 make run 重新开始。  Deleted; make run starts afresh.")


def main() -> int:
    """Ask, delete, and say what was done.

    Returns:
        0 when it was done as the person wanted, 1 when it could not be.
    """
    terminal.use_utf8()
    try:
        _reset(dict(os.environ))  # noqa: TID251 -- the same settings as make run
    except CannotRun as reason:
        terminal.complain(reason.zh, reason.en)
        return 1
    except KeyboardInterrupt:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
