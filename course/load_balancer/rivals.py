"""nginx and HAProxy as rivals, where they are installed: what they are told to do."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

TOKEN = "X-Course-Token"
NAMES = {"nginx": "nginx", "haproxy": "HAProxy"}


@dataclass(frozen=True)
class Rival:
    """A program that balances. program: what to look for on the path.

    config(port, ports, token, folder): the text of its configuration. command(program, path): how
    it is started in the foreground, as one process.
    """

    program: str
    config: Callable
    command: Callable


def installed():
    """Return the names of the rivals whose program is there."""
    return [name for name, rival in RIVALS.items() if shutil.which(rival.program)]


def missing():
    """Return in one sentence which programs could join, "" if all do."""
    programs = dict.fromkeys(rival.program for rival in RIVALS.values())
    names = [NAMES[each] for each in programs if not shutil.which(each)]
    if not names:
        return ""
    are = "is" if len(names) == 1 else "are"
    return f"{' and '.join(names)} could join, but {are} not installed on this machine."


def _nginx(method):
    def config(port, ports, token, folder):
        servers = "\n".join(f"server 127.0.0.1:{each};" for each in ports.values())
        kept = "\n".join(
            f"{kind}_temp_path {folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        return f"""
daemon off; master_process off; pid {folder}/nginx.pid; error_log /dev/null crit;
events {{ worker_connections 1024; }}
http {{
  access_log off; {kept}
  upstream web {{ {method}; {servers} keepalive 64; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://web; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""

    return Rival("nginx", config, lambda program, path: [program, "-c", str(path)])


def _haproxy(method):
    def config(port, ports, token, folder):
        servers = "\n".join(
            f"  server {name} 127.0.0.1:{each} check inter 1s fall 3 rise 2"
            for name, each in ports.items()
        )
        return f"""
defaults
  mode http
  timeout connect 2s
  timeout client 10s
  timeout server 10s
frontend site
  bind 127.0.0.1:{port}
  default_backend web
backend web
  balance {method}
  option httpchk
  http-check send meth GET uri /health ver HTTP/1.1 hdr Host localhost hdr {TOKEN} {token}
{servers}
"""

    return Rival("haproxy", config, lambda program, path: [program, "-db", "-f", str(path)])


RIVALS = {
    "nginx, least_conn": _nginx("least_conn"),
    "HAProxy, leastconn": _haproxy("leastconn"),
    "HAProxy, random(2)": _haproxy("random(2)"),
}
