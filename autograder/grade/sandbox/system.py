"""The Linux calls that Python 3.11 has no names for (os.unshare came with 3.12).

Handles of processes (pidfd) too: conda's Python is built for kernels without them.
"""

import ctypes
import os
import platform
import signal
from typing import Any

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2

_MOUNT_SETATTR, _PIVOT_ROOT, _CAPSET = 442, 155, 126  # x86-64; mount_setattr is 442 everywhere
if platform.machine() == "aarch64":
    _PIVOT_ROOT, _CAPSET = 41, 91
_PIDFD_OPEN, _PIDFD_SEND_SIGNAL = 434, 424  # everywhere
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 24, 38
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_LAST_CAPABILITY = 63

_libc = ctypes.CDLL(None, use_errno=True)


class _MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns")]


def _done(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Give this process namespaces of its own."""
    _done(_libc.unshare(flags), "unshare")


def handle_of(pid: int) -> int:
    """Return a handle of a process, which can be read when that has ended; ProcessLookupError."""
    handle = _libc.syscall(_PIDFD_OPEN, pid, 0)
    _done(handle, "pidfd_open")
    return int(handle)


def kill(handle: int) -> None:
    """Kill the process of a handle; ProcessLookupError when it is gone."""
    _done(_libc.syscall(_PIDFD_SEND_SIGNAL, handle, signal.SIGKILL, None, 0), "pidfd_send_signal")


def fork_into_a_new_namespace() -> int:
    """Fork; the child is the first process of a new namespace of processes."""
    own, child = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC), -1
    try:
        unshare(CLONE_NEWPID)
        child = os.fork()
        return child
    finally:
        if child and _libc.setns(own, CLONE_NEWPID) < 0:  # or the next child would be in it
            os._exit(1)  # and with this one all below
        os.close(own)


def can_fork_into_a_new_namespace() -> bool:
    """Return whether that works here: tried in a process of its own."""
    child = os.fork()
    if child == 0:
        try:
            inner = fork_into_a_new_namespace()
            if inner:
                os.waitpid(inner, 0)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    """Mount a file system of a `kind`, or bind `source` with MS_BIND."""
    words = (os.fsencode(source), os.fsencode(target), kind.encode() or None)
    _done(_libc.mount(*words, flags, options.encode() or None), f"mount {target}")


def read_only(target: str, *, below: bool = True, devices: bool = False) -> None:
    """Make a mount read-only, without set-user-id programs or devices; also all mounts `below`."""
    flags = _ATTR_RDONLY | _ATTR_NOSUID | (0 if devices else _ATTR_NODEV)
    attributes = _MountAttributes(set=flags)
    path, size = os.fsencode(target), ctypes.sizeof(attributes)
    recursive = _AT_RECURSIVE if below else 0
    result = _libc.syscall(
        _MOUNT_SETATTR, _AT_FDCWD, path, recursive, ctypes.byref(attributes), size
    )
    _done(result, f"mount_setattr {target}")


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root; the old one is found at `old`."""
    _done(_libc.syscall(_PIVOT_ROOT, os.fsencode(new), os.fsencode(old)), "pivot_root")


def unmount(target: str) -> None:
    """Take a mount away, with all below it."""
    _done(_libc.umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")


def filter_calls(program: Any) -> None:
    """Have the kernel ask a filter program (a pointer) about each call from now on."""
    _done(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0), "seccomp")


def adopt_orphans() -> None:
    """Become the parent of every descendant that loses its own."""
    _done(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")


def drop_privileges() -> None:
    """Give up every capability, now and for whatever is executed later."""
    for capability in range(_LAST_CAPABILITY + 1):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break  # the last one, or it may not be dropped: capset takes them all
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _done(_libc.syscall(_CAPSET, header, nothing), "capset")
    _done(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
