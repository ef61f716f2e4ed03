"""A PostgreSQL server for tests: Debian's package, in a folder of its own, gone afterwards."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def missing():
    """Return why there can be no server here, or ""."""
    if not PROGRAMS:
        return "no PostgreSQL here (apt-get install postgresql)"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "no psycopg here (pip install 'psycopg[binary]')"
    if os.geteuid() == 0 and not shutil.which("runuser"):
        return "PostgreSQL refuses to run as root, and there is no runuser"
    return ""


@contextmanager
def server():
    """Run a server on a free port of the loopback; yield its URL, with a password in it."""
    password = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket() as taken:
        home, data = Path(folder), Path(folder) / "data"
        (home / "password").write_text(password, encoding="utf-8")
        as_user = []
        if os.geteuid() == 0:
            as_user = ["runuser", "-u", "postgres", "--"]
            for path in (home, home / "password"):
                shutil.chown(path, "postgres", "postgres")

        def run(program, *arguments):
            command = [*as_user, str(PROGRAMS[-1] / program), *arguments]
            subprocess.run(command, check=True, cwd=folder, capture_output=True, timeout=60)

        how = ("--auth=scram-sha-256", "--username=app", f"--pwfile={home / 'password'}")
        run("initdb", "--no-sync", "--encoding=UTF8", "--locale=C", *how, "-D", str(data))
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.close()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
        log = str(home / "log")
        run("pg_ctl", "start", "-w", "-D", str(data), "-l", log, "-o", options)
        try:
            yield f"postgresql://app:{password}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(data))
