"""Time, memory, processes, output and disk: more than a run may have."""

from tests.attacks.making import ALL_POINTS, Attack, code, solution
from tests.classroom import solutions

RIGHT = {"most": ALL_POINTS}  # what is beside the attack is right, and may be stopped with it
STAY = """
import os, subprocess, sys, time
def act():
    time.sleep(8)
    for path in ("COURSE_FOLDER/solutions/spoilt", "COURSE_FOLDER/grading/submitted/zzz/spoilt"):
        try:
            open(path, "w").write("spoilt")
        except OSError:
            pass
    time.sleep(60)
    os._exit(0)
"""
DAEMON = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for handle in range(3, 20):
            try:
                os.close(handle)
            except OSError:
                pass
        act()
    os._exit(0)
"""
MANY = """
import os, time
for number in range(NUMBER):
    try:
        if os.fork() == 0:
            os.setsid()
            WORK
            os._exit(0)
    except OSError:
        break
"""
FILL = """
import os
wrote = 0
for number in range(200):
    for top in (".", "/tmp", "/dev/shm", os.path.expanduser("~")):
        try:
            with open(f"{top}/fill{number}", "wb") as file:
                wrote += file.write(bytes(20 << 20))
        except OSError as error:
            last = error.strerror
print(wrote >> 20, "MiB")
"""
MEMORY_FILES = """
import os, time
handles = []
for number in range(120):
    handle = os.memfd_create(f"m{number}")
    handles.append(handle)
    try:
        while os.write(handle, bytes(16 << 20)) and os.fstat(handle).st_size < 30 << 20:
            pass
    except OSError:
        pass
held = sum(os.fstat(handle).st_size for handle in handles)
print("held:", held >> 20, "MiB")
"""
SHARED = """
import mmap, os, time
for number in range(12):
    if os.fork() == 0:
        try:
            held = mmap.mmap(-1, 250 << 20)
            for place in range(0, len(held), 4096):
                held[place] = 1
            time.sleep(9)
        finally:
            os._exit(0)
time.sleep(9)
"""
DEEP = "import sys\nsys.setrecursionlimit(10**9)\ndef deep(n): return [deep(n + 1)]\ndeep(0)"
WARNS = "        import sys, warnings\n        print('a warning', file=sys.stderr)\n"


def warning() -> dict[str, str]:
    """Return worked solutions that write to standard error at each call."""
    text = solutions("02_load_balancer")["round_robin"]
    head, body = text.split("        names = ")
    assert body
    return {"round_robin": f"{head}{WARNS}        warnings.warn('old')\n        names = {body}"}


def right(name: str, text: str, **expected: object) -> Attack:
    """Return the attack of an own cell beside right code, which keeps its points."""
    return code(name, text, right=True, **expected)


LOOP = {"says": "more than", "stock": False}
ATTACKS = [
    solution("right code that warns on stderr", warning(), right=True),
    right("os._exit", "import os\nos._exit(0)", says="ended the program"),
    right("os._exit with another number", "import os\nos._exit(7)", says="exit 7"),
    right(
        "SIGKILL of itself and its parent",
        "import os, signal\n"
        "for pid in (os.getppid(), os.getpid(), -1, 0, 1):\n"
        "    try:\n"
        "        os.kill(pid, signal.SIGKILL)\n"
        "    except OSError:\n"
        "        pass",
        stock=False,
    ),
    right("sys.exit", "import sys\nsys.exit('all points')"),
    right("exit()", "exit()"),
    right("a crash", "import ctypes\nctypes.string_at(0)", says="exit -11"),
    right("an abort", "import os\nos.abort()", says="exit"),
    solution(
        "SystemExit where it is called",
        {"can_connect": "def can_connect(source, destination): raise SystemExit(0)"},
    ),
    solution(
        "KeyboardInterrupt where it is called",
        {"can_connect": "def can_connect(source, destination): raise KeyboardInterrupt"},
    ),
    solution(
        "os._exit where it is called",
        {"can_connect": "import os\ndef can_connect(source, destination): os._exit(0)"},
        says="ended the program",
    ),
    right("an infinite loop", "while True: pass", **LOOP),
    right(
        "an infinite loop that swallows interrupts",
        "import signal\n"
        "for number in range(1, 65):\n"
        "    try:\n"
        "        signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError):\n"
        "        pass\n"
        "while True:\n"
        "    try:\n"
        "        while True: pass\n"
        "    except BaseException:\n"
        "        continue",
        **LOOP,
    ),
    right(
        "a lock that nobody opens",
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
        **LOOP,
    ),
    right(
        "an end that never comes",
        "import atexit, time\n"
        "class Last:\n    def __del__(self): time.sleep(99)\nlast = Last()\n"
        "atexit.register(time.sleep, 99)",
        stock=False,
    ),
    right(
        "a thread that stays",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()",
        stock=False,
    ),
    right("300 MB of prints", "for _ in range(300): print('x' * 1_000_000)", stock=False),
    right("a million prints", "for _ in range(1_000_000): print(_)", stock=False),
    right("30 MB as a last value", "'x' * 30_000_000", stock=False),
    right(
        "30 MB of displays",
        "from IPython.display import display\nfor _ in range(3000): display('x' * 10_000)",
        stock=False,
    ),
    right(
        "300 MB to the handles",
        "import os\nfor _ in range(300):\n"
        "    os.write(1, b'x' * 1_000_000)\n    os.write(2, b'x' * 1_000_000)",
        stock=False,
    ),
    right("3 GB of memory", "held = [bytes(1_000_000) + b'x' for _ in range(3000)]", stock=False),
    code("3 GB of shared memory", SHARED, right=True, least=0.0, says="stopped", stock=False),
    right("3 GB of memory files", MEMORY_FILES, stock=False),
    code(
        "3 GB in 30 processes",
        MANY.replace("NUMBER", "30").replace("WORK", "held = b'x' * 100_000_000; time.sleep(9)")
        + "time.sleep(9)",
        right=True,
        says="memory",
        stock=False,
    ),
    right(
        "40 detached processes",
        STAY + MANY.replace("NUMBER", "40").replace("WORK", "act()"),
        stock=False,
    ),
    right("a daemon that acts after grading", STAY + DAEMON),
    code(
        "a fork bomb",
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
        right=True,
        least=0.0,
        stock=False,
    ),
    code(
        "60 busy processes",
        MANY.replace("NUMBER", "60").replace("WORK", "\n            while True: pass")
        + "\nwhile True: pass",
        right=True,
        least=0.0,
        stock=False,
    ),
    right("deep recursion", DEEP, stock=False),
    right("a full disk inside", FILL, stock=False),
]
