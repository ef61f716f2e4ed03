"""Links that start a class's notebooks on Binder, on Colab, or on a JupyterHub with nbgitpuller."""

import re
from urllib.parse import urlencode

from autograder.errors import CourseError

ANY_REPOSITORY = "https://github.com/ORG/REPO"
"""Stands for the class's repository where its address was not given."""
ANY_HUB = "https://YOUR-HUB"
"""Stands for a JupyterHub where its address was not given."""

REPOSITORY = re.compile(
    r"https://github\.com/"
    r"(?P<owner>[A-Za-z0-9][A-Za-z0-9-]{0,38})/"
    r"(?P<name>[A-Za-z0-9._-]{1,100}?)(\.git)?/?"
)
HUB = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~/-]*)?")
BINDER = re.compile(r"https://mybinder\.org/v2/gh/[^/\s]+/[^/\s]+/HEAD")


def repository(url: str) -> str:
    """Return the address of a GitHub repository without .git; CourseError if it is not one."""
    match = REPOSITORY.fullmatch(url)
    if not match or match["name"] in (".", ".."):
        raise CourseError(f"{url}: not a repository on GitHub; write {ANY_REPOSITORY}.")
    return f"https://github.com/{match['owner']}/{match['name']}"


def hub(url: str) -> str:
    """Return a JupyterHub's address without the trailing slash; CourseError if it is not one."""
    if not HUB.fullmatch(url):
        raise CourseError(f"{url}: not the address of a JupyterHub; write https://hub.example.edu.")
    return url.rstrip("/")


def binder(repository: str, path: str = "notebooks") -> str:
    """Return the link by which Binder opens a file or folder of the repository in JupyterLab."""
    return f"{_binder(repository)}?urlpath=lab/tree/{path}"


def colab(repository: str, path: str) -> str:
    """Return the link by which Google Colab opens a notebook of the repository's branch main."""
    place = repository.removeprefix("https://github.com/")
    return f"https://colab.research.google.com/github/{place}/blob/main/{path}"


def on_binder(text: str, repository: str) -> str:
    """Return the text with each of its links to Binder leading to this repository."""
    return BINDER.sub(_binder(repository), text)


def nbgitpuller(repository: str, path: str = "notebooks", hub: str = ANY_HUB) -> str:
    """Return the link by which a JupyterHub fetches or updates the repository and opens a file."""
    folder = repository.rpartition("/")[2]
    asked = urlencode({"repo": repository, "urlpath": f"lab/tree/{folder}/{path}"})
    return f"{hub}/hub/user-redirect/git-pull?{asked}"


def table(repository: str, names: list[str], hub: str = ANY_HUB) -> str:
    """Return a Markdown table with each notebook's link for Binder and for nbgitpuller."""
    rows = ["| notebook | Binder | nbgitpuller |", "|---|---|---|"]
    for name in names:
        path = f"notebooks/{name}/{name}.ipynb"
        rows.append(
            f"| {name} | {binder(repository, path)} | {nbgitpuller(repository, path, hub)} |"
        )
    return "\n".join(rows)


def _binder(repository: str) -> str:
    return f"https://mybinder.org/v2/gh/{repository.removeprefix('https://github.com/')}/HEAD"
