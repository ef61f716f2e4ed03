"""What a class's repository holds: the released notebooks, `course`, and what installs and says so.

student_tree(root, names, repository) → the contents of each file by its path
untracked(root) → the files of `course` that are not in it, for git does not know them
"""

import os
import re
import subprocess
import tomllib
from hashlib import sha256
from pathlib import Path
from string import Template

import nbformat

from autograder.build import links

PACKAGES = (
    "cloudpickle",
    "ipywidgets",
    "jupyterlab",
    "matplotlib",
    "nbgrader",
    "numpy",
    "pillow",
    "simpy",
)
"""What `course` and the notebooks use, nbgrader for its Validate button; versions: pyproject's."""

CONDA_NAMES = {"matplotlib": "matplotlib-base"}
"""Packages that have another name on conda-forge; its `matplotlib` is this and the whole of Qt."""

PYTHON = "3.11"  # Binder has a prepared environment a version, and asks for one exactly

ENVIRONMENT = """\
# For Binder and conda: what the notebooks need, and the course's own package from this folder.
name: $name
channels:
  - conda-forge
dependencies:
  - python=$python
  - pip
$packages
  - pip:
      - --editable .
"""

POST_BUILD = """\
#!/bin/bash
# Binder runs this once, when it makes the image, so that a student's first picture is there sooner:
# compiled modules, and Matplotlib's list of fonts.
set -euo pipefail
python -m compileall -q course
python -c "import matplotlib.font_manager"
# Of nbgrader's what a student has use for, its Validate button; and no question about news.
jupyter labextension disable --level=sys_prefix \\
  @jupyter/nbgrader:formgrader \\
  @jupyter/nbgrader:assignment-list \\
  @jupyter/nbgrader:course-list \\
  @jupyter/nbgrader:create-assignment \\
  @jupyter/nbgrader:menu \\
  @jupyterlab/apputils-extension:announcements
"""

PYPROJECT = """\
[build-system]
requires = ["setuptools>=68"]
build-backend = "setuptools.build_meta"

[project]
name = "$name"
version = "$version"
description = "$description"
requires-python = "$python"
dependencies = [
$packages
]

[project.urls]
Repository = "$repository"

[tool.setuptools]
package-dir = { "" = "." }

[tool.setuptools.packages.find]
include = ["course*"]
"""

PUBLISHED = """
# written by `autograder publish`, which replaces these files, and only these, the next time
[tool.zero-to-millions]
published = [
$published
]

# what they held, by which it knows one that was changed by hand
[tool.zero-to-millions.sha256]
$digests
"""

IGNORED = """\
.ipynb_checkpoints/
.nbgrader.log
.venv/
__pycache__/
build/
*.egg-info/
"""

README = """\
# Zero to Millions

[![Binder](https://mybinder.org/badge_logo.svg)]($binder)

A course in Jupyter notebooks on how a web system grows from one server to millions of users. In
each notebook you move sliders over a small simulation, write one component yourself (a load
balancer, a cache, a queue), see at once whether it is right, and then watch *your* component run
inside the simulated system.

| notebook | time |
|---|---|
$rows

## Start

**In the browser:** press the badge above. Nothing is installed, and nothing is kept: before you
close the page, download what you have done (in JupyterLab: right-click on a file, **Download**).

**On your own computer**, in this folder, with conda:

```
conda env create -f environment.yml
conda activate $name
jupyter lab --LabApp.default_url=/lab/tree/notebooks
```

or with Python $python_at_least:

```
python -m venv .venv
source .venv/bin/activate       # Windows: .venv\\Scripts\\activate
pip install --editable .
jupyter lab --LabApp.default_url=/lab/tree/notebooks
```

Take each notebook from the top, in order. Write only where it says so. **Validate**, in the
notebook's toolbar, runs all checks that you can see. At its end, **Hand in** looks at what you
saved, says what is missing, and makes one file of it.
"""


def student_tree(root: Path, names: list[str], repository: str) -> dict[str, bytes]:
    """Return the files of the students' tree: path (with /) → contents.

    `names` are the notebooks to be in it, `repository` is the address of the class's repository.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = {re.split(r"[<>=~! ;[]", line)[0]: line for line in project["dependencies"]}
    wanted = [versions[package] for package in PACKAGES]
    files = {path.name: path.read_bytes() for path in sorted(root.glob("LICENSE*"))}
    files |= _course(root)
    texts = _notebooks(root, names)
    words = {
        "name": project["name"],
        "version": project["version"],
        "description": project["description"],
        "repository": repository,
        "binder": links.binder(repository),
        "python_at_least": project["requires-python"].removeprefix(">=") + " or newer",
    }
    for path, text in texts.items():
        files[path] = links.on_binder(text, repository).encode()
    files["README.md"] = _filled(README, words, rows="\n".join(map(_row, texts, texts.values())))
    files[".gitignore"] = IGNORED.encode()
    files["postBuild"] = POST_BUILD.encode()
    conda = "\n".join(f"  - {_conda(package)}" for package in wanted)
    files["environment.yml"] = _filled(ENVIRONMENT, words, python=PYTHON, packages=conda)
    files["pyproject.toml"] = _filled(
        PYPROJECT,
        words,
        python=project["requires-python"],
        packages=_lines(wanted),
    )
    digests = [f'"{path}" = "{digest(path, files[path])}"' for path in sorted(files)]
    files["pyproject.toml"] += _filled(
        PUBLISHED, {}, published=_lines(sorted(files)), digests="\n".join(digests)
    )
    return files


def digest(path: str, contents: bytes) -> str:
    """Return the sha256 of a published file; of pyproject.toml without the list that has it."""
    listed, marker = path == "pyproject.toml", PUBLISHED.partition(",")[0]
    return sha256(contents.partition(marker.encode())[0] if listed else contents).hexdigest()


def course_files(root: Path) -> list[str]:
    """Return the paths of all files of `course` but those that programs leave behind."""
    paths = (path.relative_to(root) for path in (root / "course").rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in paths if not _is_a_by_product(path))


def untracked(root: Path) -> list[str]:
    """Return the files of `course` that are not the course's: git does not know them.

    None where git knows no file of `course`, as in a copy without a repository. OSError where
    there is a repository and git cannot read it.
    """
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return []
    own = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")  # of another repository, in git's hooks
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--", "course"],
        capture_output=True,
        env={name: value for name, value in os.environ.items() if name not in own},
    )
    if listed.returncode:
        said = os.fsdecode(listed.stderr).strip().partition("\n")[0]
        raise OSError(0, f"git cannot list the course's files: {said}", str(root / "course"))
    known = set(os.fsdecode(listed.stdout).split("\0")) - {""}
    return [path for path in course_files(root) if path not in known] if known else []


def _course(root: Path) -> dict[str, bytes]:
    paths = sorted(set(course_files(root)) - set(untracked(root)))
    return {path: (root / path).read_bytes() for path in paths}


def _is_a_by_product(path: Path) -> bool:
    return any(part.startswith((".", "__pycache__")) for part in path.parts)


def _notebooks(root: Path, names: list[str]) -> dict[str, str]:
    paths = [f"notebooks/{name}/{name}.ipynb" for name in names]
    return {path: (root / path).read_text(encoding="utf-8") for path in paths}


def _row(path: str, text: str) -> str:
    """Return a notebook's line in the README: its title, linked, and how long it takes."""
    opening = nbformat.reads(text, as_version=4).cells[0].source
    title = re.search(r"^# (.+)", opening, re.MULTILINE)
    minutes = re.search(r"\d+(?=\s+minutes)", opening)
    shown = title[1].strip() if title else Path(path).stem
    return f"| [{shown}]({path}) | {minutes[0] if minutes else '?'} minutes |"


def _conda(package: str) -> str:
    name = re.split(r"[<>=~! ]", package)[0]
    return package.replace(name, CONDA_NAMES.get(name, name), 1)


def _lines(texts: list[str]) -> str:
    return "\n".join(f'    "{text}",' for text in texts)


def _filled(template: str, words: dict[str, str], **more: str) -> bytes:
    return Template(template).substitute(words | more).encode()
