"""Calls to Linux that no solution needs, refused: what is refused here cannot be misused.

Most would fail anyway, for want of rights; the others hold memory that is not counted (memory
files, shared segments), outlive the run (keys), keep others waiting (leases), or tell what other
processes read (the cache of pages, notifications). Sockets are local ones or those of the (empty)
network: other families reach past the run's own network, such as to a virtual machine's host, or
hold the kernel's memory. A seccomp filter, inherited by all that a run starts.
"""

import ctypes
import errno
import os
import platform
from typing import Any

from autograder.grade.sandbox import system

NEVER = 0x3FFFFFFF  # a number that no call has: it is not there on that machine

# name: number on x86-64, on aarch64
REFUSED = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "userfaultfd": (323, 282),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "fanotify_init": (300, 262),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "fsconfig": (431, 431),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "open_tree_attr": (467, 467),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "modify_ldt": (154, NEVER),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "syslog": (103, 116),
    # which pages of a file are in memory, and who reads it: a way from one run to the next
    "mincore": (27, 232),
    "cachestat": (451, 451),
    "fadvise64": (221, 223),
    "readahead": (187, 213),
    "inotify_init": (253, NEVER),
    "inotify_init1": (294, 26),
}
_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}  # the audit number, the column
FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6
# of these calls it depends on an argument: name: (numbers, which argument, what is asked of it)
BY_ARGUMENT = {
    "socket": ((41, 198), 0, "one of", FAMILIES),
    "socketpair": ((53, 199), 0, "one of", FAMILIES),
    # leases keep whoever opens a file waiting, notifications tell: F_SETLEASE, F_NOTIFY
    "fcntl": ((72, 25), 1, "none of", (1024, 1026)),
    "madvise": ((28, 233), 2, "none of", (3, 20, 21)),  # MADV_WILLNEED, _COLD, _PAGEOUT
    "preadv2": ((327, 286), 5, "without", (8,)),  # RWF_NOWAIT
}
_LOAD, _EQUAL, _AT_LEAST, _HAS_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # places in what the filter is given
_X32 = 0x40000000  # numbers from here up are the same calls by another door


class _Instruction(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_uint16),
        ("yes", ctypes.c_uint8),
        ("no", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    ]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("first", ctypes.POINTER(_Instruction))]


def refuse_calls() -> None:
    """Refuse the calls in this process and all that it starts; it must have given up new rights.

    OSError when the kernel knows no filters. On other machines than those two nothing is refused.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return
    architecture, column = machine
    asked: list[Any] = [
        (_LOAD, "", "", _ARCHITECTURE),
        (_EQUAL, "", "refuse", architecture),  # the calls of another machine are refused
        (_LOAD, "", "", _NUMBER),
        (_AT_LEAST, "refuse", "", _X32),
        *((_EQUAL, "refuse", "", numbers[column]) for numbers in REFUSED.values()),
    ]
    for numbers, argument, asks, values in BY_ARGUMENT.values():
        met, then = ("allow", "refuse") if asks == "one of" else ("refuse", "allow")
        test = _HAS_BITS if asks == "without" else _EQUAL
        block = [
            (_LOAD, "", "", _ARGUMENTS + 8 * argument),
            *((test, met, "", value) for value in values),
            (_AT_LEAST, then, then, 0),
        ]
        # the number stays loaded until a block is entered, and each block ends the program
        asked += [(_EQUAL, "", len(block), numbers[column]), *block]
    asked.append((_AT_LEAST, "allow", "allow", 0))
    # where a jump lands, in instructions after the next one; "" is the next one
    ends = {"refuse": len(asked), "allow": len(asked) + 1}

    def distance(to: str | int, at: int) -> int:
        return to if isinstance(to, int) else ends.get(to, at + 1) - at - 1

    code = [
        *(
            (what, *(distance(end, at) for end in to), value)
            for at, (what, *to, value) in enumerate(asked)
        ),
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    array = (_Instruction * len(code))(*(_Instruction(*line) for line in code))
    system.filter_calls(ctypes.byref(_Program(len(code), array)))


def is_possible() -> bool:
    """Return whether the kernel knows filters: tried in a process of its own."""
    child = os.fork()
    if child == 0:
        try:
            system.drop_privileges()
            refuse_calls()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0
