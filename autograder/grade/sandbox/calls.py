"""Calls to Linux that no solution needs, refused: what is refused here cannot be misused.

Most would fail anyway, for want of rights; the others hold memory that is not counted (memory
files, shared segments) or outlive the run (keys). Sockets are local ones or those of the (empty)
network: other families reach past the run's own network, such as to a virtual machine's host, or
hold the kernel's memory. A seccomp filter, inherited by all that a run starts.
"""

import ctypes
import errno
import os
import platform

from autograder.grade.sandbox import system

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
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "syslog": (103, 116),
}
_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}  # the audit number, the column
SOCKET = (41, 198)
FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # places in what the filter is given
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
    asked = [
        (_LOAD, "", "", _ARCHITECTURE),
        (_EQUAL, "", "refuse", architecture),  # the calls of another machine are refused
        (_LOAD, "", "", _NUMBER),
        (_AT_LEAST, "refuse", "", _X32),
        *((_EQUAL, "refuse", "", numbers[column]) for numbers in REFUSED.values()),
        (_EQUAL, "", "allow", SOCKET[column]),
        (_LOAD, "", "", _FIRST_ARGUMENT),
        *((_EQUAL, "allow", "", family) for family in FAMILIES),
    ]
    # where a jump lands, in instructions after the next one; "" is the next one
    ends = {"refuse": len(asked), "allow": len(asked) + 1}
    code = [
        *(
            (what, *(ends.get(end, at + 1) - at - 1 for end in to), value)
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
