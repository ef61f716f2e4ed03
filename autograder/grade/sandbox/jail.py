"""What a run can see of the machine: an interpreter, read-only, and a little memory to write to.

The warm parent builds the root once (`enter`); each run then gets processes, IPC and temporary
files of its own (`private`), gets its limits (`limit`) and loses all rights (`drop`).
"""

import os
import resource
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from autograder.grade.sandbox import calls, system
from autograder.grade.sandbox.limits import Limits

STUDENT = 1000  # the user's number inside
NOBODY = 64999  # the same user's number outside, under root
HOME = "/home/student"
# open files of a process: as many as a login gets. Right work may never close a file, and then one
# check leaves hundreds open. Files on their way through sockets count for the user, who may be the
# grader, and each process of a run may send 253 at once as long as there are fewer than this
HANDLES = 1024
SYSTEM_PATHS = (
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/share/fonts",
    "/usr/share/zoneinfo",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
)
# what the folder of an environment has; "course" is what is imported
ENVIRONMENT = {"bin", "lib", "lib32", "lib64", "libexec", "include", "share", "etc", "ssl"}
ENVIRONMENT |= {"pyvenv.cfg", "course"}
LINKS = 40  # that Linux follows on one way
DEVICES = ("null", "zero", "random", "urandom")


def own_namespaces(have_mapped: Callable[[], None]) -> None:
    """Leave the grader's users, mounts, network and host name; the next child is process 1.

    have_mapped: has the process outside call `map_users`, once the users' namespace is there.
    """
    system.unshare(system.CLONE_NEWUSER)
    have_mapped()
    system.unshare(
        system.CLONE_NEWNS | system.CLONE_NEWNET | system.CLONE_NEWUTS | system.CLONE_NEWPID
    )


def map_users(pid: int) -> None:
    """Map the users of the namespace of process `pid`: called from outside of it.

    Under root the student is NOBODY outside, who owns nothing; otherwise the grader's own user,
    and that user's files are out of sight.
    """
    if os.geteuid() == 0:
        users = groups = f"0 0 1\n{STUDENT} {NOBODY} 1\n"
    else:
        users, groups = f"{STUDENT} {os.geteuid()} 1\n", f"{STUDENT} {os.getegid()} 1\n"
    if os.geteuid() != 0:
        Path(f"/proc/{pid}/setgroups").write_text("deny")
    Path(f"/proc/{pid}/gid_map").write_text(groups)
    Path(f"/proc/{pid}/uid_map").write_text(users)


def enter(visible: list[str], secret: list[str]) -> None:
    """Build the root out of the `visible` paths, with nothing else to be seen in `secret` folders.

    Paths are compared as they really are, so that no link leads past a folder that is covered.
    """
    real, links = _resolved([*SYSTEM_PATHS, *visible])
    secret = sorted(map(os.path.realpath, secret))
    system.mount("none", "/", "", system.MS_REC | system.MS_PRIVATE)
    flags = system.MS_NOSUID | system.MS_NODEV
    system.mount("tmpfs", "/tmp", "tmpfs", flags, "size=4m,mode=755")
    os.mkdir("/tmp/outside")
    os.mkdir("/tmp/root")
    system.pivot_root("/tmp", "/tmp/outside")
    os.chdir("/")
    system.mount("tmpfs", "/root", "tmpfs", flags, "size=4m,mode=755")
    for path in _outermost(real):
        _bind(path)
    for link, target in links.items():
        if not os.path.lexists(f"/root{link}"):  # it may be in a folder that is bound
            os.makedirs(os.path.dirname(f"/root{link}"), exist_ok=True)
            os.symlink(target, f"/root{link}")
    for path in secret:
        _cover(path, real)
    _devices()
    for folder in ("/proc", "/tmp", "/dev/shm", HOME):
        os.makedirs(f"/root{folder}", exist_ok=True)
    system.mount("proc", "/root/proc", "proc", flags | system.MS_NOEXEC)
    # forbid nested user namespaces: they would grant capabilities
    Path("/root/proc/sys/user/max_user_namespaces").write_text("0")
    os.mkdir("/root/.outside")
    system.mount("/root", "/root", "", system.MS_BIND | system.MS_REC)
    os.chdir("/root")
    system.pivot_root(".", ".outside")
    os.chdir("/")
    system.unmount("/.outside")
    os.rmdir("/.outside")
    system.read_only("/proc", below=False)
    system.read_only("/", below=False)


def _resolved(paths: list[str]) -> tuple[set[str], dict[str, str]]:
    """Return the real paths that the given ones lead to, and all links on the way with targets."""
    real: set[str] = set()
    links: dict[str, str] = {}
    for path in map(os.path.abspath, paths):
        for _ in range(LINKS):
            steps = [*map(str, reversed(Path(path).parents)), path]
            link = next(filter(os.path.islink, steps), "")
            if not link:
                break
            links[link] = os.readlink(link)
            target = os.path.join(os.path.dirname(link), links[link])
            path = os.path.normpath(target + path.removeprefix(link))
        if os.path.lexists(path):
            real.add(path)
    return real, links


def _outermost(paths: Iterable[str]) -> list[str]:
    """Return the paths without those below another one."""
    kept: list[str] = []
    for path in sorted(paths):
        if not any(_is_in(path, parent) for parent in kept):
            kept.append(path)
    return kept


def _is_in(path: str, folder: str) -> bool:
    """Return whether a path is a folder, or below it."""
    return path == folder or path.startswith(f"{folder}/")


def _bind(path: str) -> None:
    source, target = f"/outside{path}", f"/root{path}"
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
    system.mount(source, target, "", system.MS_BIND | system.MS_REC)
    system.read_only(target)


def _cover(path: str, real: set[str]) -> None:
    """Have nothing be seen in a folder but the `real` paths below it, where it can be seen at all.

    Where the environment itself is there, all but what an environment has is covered.
    """
    if not os.path.isdir(f"/root{path}") or not any(_is_in(path, parent) for parent in real):
        return
    below = {each for each in real if _is_in(each, path)}
    if path not in below:
        _empty(path, 755 if below else 0)
        for each in _outermost(below):
            _bind(each)
        system.read_only(f"/root{path}", below=False)
        return
    for name in os.listdir(f"/root{path}"):
        inside = os.path.join(path, name)
        needed = name in ENVIRONMENT or any(_is_in(each, inside) for each in below)
        if needed or os.path.islink(f"/root{inside}"):
            continue
        if os.path.isdir(f"/root{inside}"):
            _empty(inside, 0)
        else:
            system.mount("/outside/dev/null", f"/root{inside}", "", system.MS_BIND)
        system.read_only(f"/root{inside}", below=False)


def _empty(path: str, mode: int) -> None:
    flags, options = system.MS_NOSUID | system.MS_NODEV, f"size=64k,mode={mode:03}"
    system.mount("tmpfs", f"/root{path}", "tmpfs", flags, options)


def _devices() -> None:
    os.makedirs("/root/dev", exist_ok=True)
    for name in DEVICES:
        os.close(os.open(f"/root/dev/{name}", os.O_CREAT | os.O_WRONLY))
        system.mount(f"/outside/dev/{name}", f"/root/dev/{name}", "", system.MS_BIND)
        system.read_only(f"/root/dev/{name}", below=False, devices=True)
    os.symlink("/proc/self/fd", "/root/dev/fd")


def private(limits: Limits) -> None:
    """In a run's first process: its own processes, IPC, and temporary files that end with it."""
    system.unshare(system.CLONE_NEWNS | system.CLONE_NEWIPC)
    flags = system.MS_NOSUID | system.MS_NODEV
    system.mount("proc", "/proc", "proc", flags | system.MS_NOEXEC)
    first_to_go()
    system.read_only("/proc", below=False)
    for folder, share in ((HOME, 2), ("/tmp", 4), ("/dev/shm", 4)):
        if os.listdir(folder):
            continue  # the interpreter or the course is installed there: it must stay in sight
        size = f"size={limits.disk_bytes // share},nr_inodes=4096"
        system.mount(
            "tmpfs", folder, "tmpfs", flags, f"{size},mode=700,uid={STUDENT},gid={STUDENT}"
        )


def first_to_go() -> None:
    """Have Linux end this process, and not the grader, when the machine runs out of memory."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def limit(limits: Limits) -> None:
    """Set the limits that the kernel holds for each process."""
    size = _address_space() + limits.memory_bytes
    for what, most in (
        (resource.RLIMIT_AS, size),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, HANDLES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        _lower(what, most)


def drop(limits: Limits) -> None:
    """Give up all rights, and the calls to Linux that no solution needs."""
    _lower(resource.RLIMIT_NPROC, limits.processes)
    if os.geteuid() != STUDENT:
        os.setgroups([])
        os.setresgid(STUDENT, STUDENT, STUDENT)
        os.setresuid(STUDENT, STUDENT, STUDENT)
    system.drop_privileges()
    calls.refuse_calls()


def _lower(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(what, (most, most))


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")
