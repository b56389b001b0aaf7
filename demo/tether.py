"""Become a program that ends when the process that started it ends.

    python -I -S demo/tether.py PARENT SIGNAL USER PROGRAM [ARGUMENT ...]

A supervisor killed with -9 cannot stop its children; the kernel does it for
them here. This is a program of its own and not a ``preexec_fn``, because that
runs Python between fork and exec, which may hang a process that has threads.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
"""Source: prctl(2), <linux/prctl.h>."""


def tie_to_parent(parent: int, signal_number: int) -> None:
    """Ask the kernel for a signal when the parent ends; do nothing off Linux.

    Args:
        parent: Process id of the starter, to notice that it is gone already.
        signal_number: What the program takes as a request to stop.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        sys.exit(f"the starter {parent} is gone")


def become_user(name: str) -> None:
    """Give up root for good. Comes before the tie: changing user undoes it."""
    import pwd  # noqa: PLC0415 -- only root needs it

    user = pwd.getpwnam(name)
    os.initgroups(name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def main() -> None:
    """Tie this process to its starter, then become the program."""
    parent, signal_number, user, *command = sys.argv[1:]
    if user:
        become_user(user)
    tie_to_parent(int(parent), int(signal_number))
    os.execvp(command[0], command)  # noqa: S606 -- no shell is wanted


if __name__ == "__main__":
    main()
