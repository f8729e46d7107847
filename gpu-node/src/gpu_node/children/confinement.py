"""Shuts a handler's process off from the network and from the memory of all other processes.

A user namespace of its own (Linux) takes both away without any privilege: there is no interface in
its network but a loopback that is down, and nobody outside the namespace can be traced or read
from `/proc` by it. Files that hold secrets are covered by an empty one, in mounts of its own. It
must be called before a second thread begins.
"""

import ctypes
import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path

_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWNS = 0x10000000, 0x40000000, 0x00020000
_MS_BIND = 4096
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAPBSET_DROP = 24
_CAPABILITY_VERSION = 0x20080522
_LAST_CAPABILITY = 63


class NotConfined(Exception):
    """The system does not allow it, and why."""


def confine(network: bool, hidden_files: Sequence[str]) -> None:
    """Enter namespaces of its own and give up the privileges that come with them; with `network`
    that stays as it is. Where only the files cannot be hidden, the rest holds when it raises."""
    if sys.platform != "linux":
        raise NotConfined("there are no user namespaces on this system")
    flags = _CLONE_NEWUSER if network else _CLONE_NEWUSER | _CLONE_NEWNET
    _try_it(flags, ())
    visible = ""
    if hidden_files:
        try:
            _try_it(flags | _CLONE_NEWNS, hidden_files)
            flags |= _CLONE_NEWNS
        except NotConfined as error:
            visible, hidden_files = str(error), ()
    _enter(flags)
    _hide(hidden_files)
    _drop_privileges()
    if visible:
        raise NotConfined(f"files that hold secrets cannot be hidden: {visible}")


def _try_it(flags: int, hidden_files: Sequence[str]) -> None:
    """In a process of its own: one that is half confined could not go on."""
    pid = os.fork()
    if pid == 0:
        try:
            _enter(flags)
            _hide(hidden_files)
        except OSError as error:
            os._exit(error.errno or 1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code != 0:
        reason = os.strerror(abs(code))
        raise NotConfined(f"the system refuses user namespaces without privileges: {reason}")


def _enter(flags: int) -> None:
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    # The user stays who it is, so that its files stay its own.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _hide(files: Sequence[str]) -> None:
    """The system locks these mounts: what comes from here later cannot take them away."""
    libc = ctypes.CDLL(None, use_errno=True)
    for file in files:
        covered = libc.mount(b"/dev/null", os.fsencode(file), None, _MS_BIND, None) == 0
        if not covered and ctypes.get_errno() != errno.ENOENT:
            raise OSError(ctypes.get_errno(), "mount")


def _drop_privileges() -> None:
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for capability in range(_LAST_CAPABILITY + 1):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    libc.capset(header, (ctypes.c_uint32 * 6)())
