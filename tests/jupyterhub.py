"""A real JupyterHub on loopback, its users' servers as processes, driven as browsers drive it.

with hub(folder, settings, nbgrader_settings) as address:
    ada = User(address, "ada", "password")
    ada.start_server()
    ada.wait_for_server()
    ada.post("assignments/fetch", {"course_id": "…", "assignment_id": "01_toy"})
"""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from urllib.parse import quote

import requests

from tests.jupyterlab import private_environment

# In a pod of Kubernetes every user is jovyan, and nbgrader asks the hub for the student's name.
EVERYBODY_IS_JOVYAN = """\
import pwd
_known = pwd.getpwuid
def getpwuid(uid):
    return pwd.struct_passwd(("jovyan", *_known(uid)[1:]))
pwd.getpwuid = getpwuid
"""


def free_ports(number):
    """Return that many ports of loopback that nobody listens at."""
    probes = [socket.socket() for _ in range(number)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


@contextmanager
def hub(folder, settings, nbgrader_settings):
    """Yield the address of a hub with these settings, its data in the folder; surely end it.

    Raises RuntimeError with the end of the log if it does not answer within a minute.
    """
    port, hub_port, api_port = free_ports(3)
    places = f"""
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.command = ["configurable-http-proxy", "--proxy-timeout", "300000"]
c.ConfigurableHTTPProxy.pid_file = {str(folder / "proxy.pid")!r}
c.JupyterHub.db_url = "sqlite:///{folder / "hub.sqlite"}"
c.JupyterHub.cookie_secret_file = {str(folder / "cookie_secret")!r}
c.SimpleLocalProcessSpawner.home_dir_template = {str(folder / "home")!r} + "/{{username}}"
c.Spawner.env_keep = ["PATH", "PYTHONPATH", "JUPYTER_CONFIG_PATH", "XDG_CACHE_HOME"]
c.Spawner.args = ["--allow-root"]
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
"""
    (folder / "jupyterhub_config.py").write_text(settings + places, encoding="utf-8")
    for name in ("system", "users"):
        (folder / name).mkdir()
    (folder / "system" / "nbgrader_config.py").write_text(nbgrader_settings, encoding="utf-8")
    (folder / "users" / "sitecustomize.py").write_text(EVERYBODY_IS_JOVYAN, encoding="utf-8")
    environment = private_environment(str(folder)) | {
        "JUPYTER_CONFIG_PATH": str(folder / "system"),
        "CONFIGPROXY_AUTH_TOKEN": "for this test",
    }
    environment["PYTHONPATH"] = f"{folder / 'users'}{os.pathsep}{environment['PYTHONPATH']}"
    log = folder / "hub.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "--config", str(folder / "jupyterhub_config.py")],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        if not _answers(f"{address}/hub/api/", process, seconds=60):
            raise RuntimeError(f"JupyterHub did not start:\n{log.read_text()[-3000:]}")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)  # it ends its users' servers and its proxy
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(address, process, seconds):
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if requests.get(address, timeout=5).ok:
                return True
        except requests.ConnectionError:
            pass
        time.sleep(0.2)
    return False


class User:
    """Someone logged in at the hub by name and password, through its form, as in a browser."""

    def __init__(self, address, name, password):
        self.hub, self.server = f"{address}/hub", f"{address}/user/{quote(name)}"
        self.name = name
        with closing(requests.Session()) as browser:
            browser.get(f"{self.hub}/login", timeout=30).raise_for_status()
            form = {"username": name, "password": password, "_xsrf": browser.cookies["_xsrf"]}
            answer = browser.post(
                f"{self.hub}/login?next=/hub/token", data=form, timeout=30, allow_redirects=True
            )
            if answer.status_code != 200:
                raise PermissionError(f"{name}: the hub answered {answer.status_code}")
            # the token that the page /hub/token gives
            token = browser.post(
                f"{self.hub}/api/users/{quote(name)}/tokens",
                json={"note": "test"},
                headers={"X-XSRFToken": browser.cookies.get("_xsrf", path="/hub/")},
                timeout=30,
            )
        token.raise_for_status()
        self.headers = {"Authorization": f"token {token.json()['token']}"}

    def start_server(self):
        """Ask the hub to start this user's server."""
        self._ask("POST", f"{self.hub}/api/users/{quote(self.name)}/server")

    def wait_for_server(self, seconds=120):
        """Wait until this user's server answers; TimeoutError if it does not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            model = self._ask("GET", f"{self.hub}/api/users/{quote(self.name)}").json()
            if model["servers"].get("", {}).get("ready"):
                return
            time.sleep(0.3)
        raise TimeoutError(f"the server of {self.name} is not ready after {seconds} s")

    def get(self, path):
        """Return what the user's own server answers, from JSON; HTTPError for an error."""
        return self._ask("GET", f"{self.server}/{path}").json()

    def post(self, path, data=None):
        """Return what the user's own server answers to the data, both JSON."""
        return self._ask("POST", f"{self.server}/{path}", json=data).json()

    def _ask(self, method, address, **more):
        answer = requests.request(method, address, headers=self.headers, timeout=120, **more)
        answer.raise_for_status()
        return answer
