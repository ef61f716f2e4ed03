"""docs/jupyterhub.md, tried: a hub with its files, a student who submits, the instructor grades."""

import re
import subprocess

import nbformat
import pytest
import yaml

pytest.importorskip("jupyterhub", reason="JupyterHub is not installed: pip install -e '.[hub]'")
pytest.importorskip(
    "configurable_http_proxy", reason="its proxy is not installed: pip install -e '.[hub]'"
)

from tests.course_scripts import ROOT
from tests.jupyterhub import User, hub
from tests.toy_course import make_course

PAGE = (ROOT / "docs" / "jupyterhub.md").read_text(encoding="utf-8")
COURSE = {"course_id": "zero-to-millions", "assignment_id": "01_toy"}


def block(name):
    """Return the text of the file `name` that the page shows."""
    found = re.findall(rf"(?m)^`{re.escape(name)}`.*(?:\n.+)*\n\n```\w+\n((?:.*\n)*?)```", PAGE)
    assert len(found) == 1, f"docs/jupyterhub.md shows {name} {len(found)} times"
    return found[0]


def values():
    """Return the values of Zero to JupyterHub that the page shows."""
    shown = re.findall(r"```yaml\n((?:.*\n)*?)```", PAGE)
    assert len(shown) == 1
    return yaml.safe_load(shown[0])


def in_pods():
    """Return the nbgrader settings of the page's Kubernetes values."""
    return values()["singleuser"]["extraFiles"]["nbgrader_config"]["stringData"]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    exchange = folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    shown = 'c.Exchange.root = "/srv/nbgrader/exchange"'
    assert shown in in_pods()
    nbgrader_settings = in_pods().replace(shown, f"c.Exchange.root = {str(exchange)!r}")
    course = make_course(folder / "home" / "instructor" / "toy")
    own = folder / "home" / "instructor" / ".jupyter" / "nbgrader_config.py"
    own.parent.mkdir()
    (line,) = re.findall(r"(?m)^load_subconfig\(.*\)$", PAGE)
    own.write_text(line.replace("/home/jupyter-instructor/zero-to-millions", str(course)))
    with hub(folder, block("jupyterhub_config.py"), nbgrader_settings) as running:
        yield folder, running


def password():
    return re.search(r'DummyAuthenticator.password = "(.*)"', PAGE)[1]


def solve_alpha(path):
    """Do a student's work: exercise A of three."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "alpha":
            cell.source = "def alpha(number):\n    return number + number"
    nbformat.write(notebook, path)


def test_a_class_on_a_hub(address):
    folder, running = address
    with pytest.raises(PermissionError):
        User(running, "ada", "not the password")
    with pytest.raises(PermissionError):
        User(running, "mallory", password())
    instructor, ada = (User(running, name, password()) for name in ("instructor", "ada"))
    for user in (instructor, ada):
        user.start_server()
    for user in (instructor, ada):
        user.wait_for_server()

    for step in ("assign", "release"):
        answer = instructor.post(f"formgrader/api/assignment/01_toy/{step}")
        assert answer["success"], answer

    fetched = ada.post("assignments/fetch", COURSE)["value"]
    assert [(one["assignment_id"], one["status"]) for one in fetched] == [("01_toy", "fetched")]
    solve_alpha(folder / "home" / "ada" / "01_toy" / "01_toy.ipynb")
    submitted = ada.post("assignments/submit", COURSE)["value"]
    assert [one["status"] for one in submitted if one["status"] == "submitted"] == ["submitted"]

    answer = instructor.post("formgrader/api/assignment/01_toy/collect")
    assert answer["success"], answer
    answer = instructor.post("formgrader/api/submission/01_toy/ada/autograde")
    assert answer["success"], answer
    (graded,) = instructor.get("formgrader/api/submissions/01_toy")
    assert graded["student"] == "ada" and graded["autograded"]
    assert (graded["score"], graded["max_score"]) == (6, 20)  # both checks of A, of three


def test_a_stranger_reads_no_students_server(address):
    _, running = address
    ada = User(running, "ada", password())
    with pytest.raises(Exception, match=r"40[34]"):
        ada._ask("GET", f"{running}/user/instructor/formgrader/api/submissions/01_toy")


def test_one_exchange_for_all_hubs():
    system_wide = block("nbgrader_config.py").strip().splitlines()
    assert in_pods().strip().splitlines()[:3] == system_wide
    mounted = values()["singleuser"]["storage"]["extraVolumeMounts"][0]["mountPath"]
    assert f'"{mounted}"' in system_wide[-1]
    assert f"sudo chmod a+rwx {mounted}" in PAGE


def test_shell_blocks_are_sound():
    for script in re.findall(r"```bash\n((?:.*\n)*?)```", PAGE):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
