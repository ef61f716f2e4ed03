"""The students' tree: what a class's repository holds, written into a folder or brought up to date.

The tree holds the released notebooks, the package `course`, and the files of templates/student/:
README, environment.yml, pyproject.toml with the version of every package, postBuild for Binder.
publish(root, to)      → a Published; the folder holds the tree, or what it held before
student_tree(root, …)  → the contents of each file by its path
"""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from string import Template

import nbformat

from autograder.build import links, worked
from autograder.build.release import differences
from autograder.course import FOLDERS, is_graded, scripts
from autograder.errors import CourseError
from autograder.files import reason

TEMPLATES = Path(__file__).parent / "templates" / "student"
FILES = {  # of the tree, and the templates they are made of
    ".devcontainer/devcontainer.json": "devcontainer.json",
    ".gitignore": "gitignore",
    "README.md": "README.md",
    "environment.yml": "environment.yml",
    "postBuild": "postBuild",
    "pyproject.toml": "pyproject.toml.in",
}
ON_COLAB = (
    "aiohttp==",
    "anywidget==",
    "cloudpickle==",
    "dnspython==",
    "prometheus-client==",
    "simpy==",
)
"""What `course` imports and Colab may lack."""
PACKAGES = "packages.txt"  # every package that a student gets; its head says how it is made

LIST = """
# written by `autograder publish`, which replaces these files, and only these, the next time
[tool.zero-to-millions]
published = [
$published
]

# what they held, by which it knows one that was changed by hand
[tool.zero-to-millions.sha256]
$digests
"""
"""The end of the tree's pyproject.toml."""

YOURS = re.compile(rb"(?s)(?<=<!-- yours)(?P<head>[^\n]*-->\r?\n)(?P<text>.*?)(?=<!-- /yours -->)")
"""In the README, what the class's own people write: names, dates, policy."""

BY_PRODUCTS = ("__pycache__", ".ipynb_checkpoints")
IGNORED = (*BY_PRODUCTS, ".git", ".venv", ".nbgrader.log", ".DS_Store")  # left alone


@dataclass(frozen=True)
class Published:
    """What was published; paths are relative to the tree, with /."""

    folder: Path
    repository: str  # the address that badges lead to
    files: tuple[str, ...]  # all that it holds now
    size: int  # bytes
    removed: tuple[str, ...]  # held by the earlier tree and not by this one
    kept: tuple[str, ...]  # files in the folder that are not the course's
    changed: tuple[str, ...]  # by hand since the last time, and now replaced or removed
    left_out: tuple[str, ...]  # files of course/ that git does not know
    solved: tuple[str, ...]  # the notebooks whose worked solutions it holds


def publish(
    root: Path,
    to: Path,
    names: tuple[str, ...] = (),
    repository: str = "",
    solutions: tuple[str, ...] = (),
) -> Published:
    """Write the students' tree with the named notebooks (all by default) into the folder `to`.

    to: a new or empty folder, or one with a tree published earlier; of that, files no longer
    published are removed, and files that others put there stay.
    repository: the address that Binder badges lead to, https://github.com/ORG/REPO (default: as
    published earlier).
    solutions: the notebooks whose worked solutions the class gets; those that it has already stay
    as long as their notebooks do. Whether it is time for them is not asked here.
    CourseError if notebooks/ is out of date, `to` holds something else, or a file cannot be
    written: then nothing was changed.
    """
    try:
        return _publish(Path(root).resolve(), Path(to).resolve(), names, repository, solutions)
    except OSError as error:
        why = reason(error, to)
        raise CourseError(f"{to}: nothing was published: {why}; see to that.") from error


def _publish(
    root: Path, to: Path, names: tuple[str, ...], repository: str, solutions: tuple[str, ...]
) -> Published:
    chosen = [script.stem for script in scripts(root) if not names or script.stem in names]
    _refuse_a_bad_place(root, to)
    _refuse_solutions_of_nothing(chosen, solutions)
    problems = differences(root, names)
    if problems:
        raise CourseError(problems[0])
    earlier, former_repository, digests = _published_earlier(to)
    repository = repository or former_repository or links.ANY_REPOSITORY
    released = {path for path in earlier if (to / path).is_file()}
    solved = [name for name in chosen if name in solutions or worked.path_of(name) in released]
    files = student_tree(root, chosen, repository, solved)
    left_out = tuple(untracked(root))
    if earlier:
        files["README.md"] = _with_yours(files["README.md"], to / "README.md")
    strangers = sorted(
        path for path in _files_in(to) - set(earlier) if not _holds(to / path, files.get(path))
    )
    if strangers and not earlier:
        raise CourseError(
            f"{to}: holds {strangers[0]}, which is not of a published tree; give an empty folder."
        )
    _refuse_what_is_in_the_way(to, files, strangers)
    removed = sorted(set(earlier) - set(files))
    changed = tuple(path for path in digests if _is_changed(to, path, digests, files))
    _write(to, files, [path for path in removed if (to / path).is_file()])
    return Published(
        folder=to,
        repository=repository,
        files=tuple(files),
        size=sum(map(len, files.values())),
        removed=tuple(removed),
        kept=tuple(strangers),
        changed=changed,
        left_out=left_out,
        solved=tuple(solved),
    )


def _with_yours(fresh: bytes, path: Path) -> bytes:
    """Return the README with what stands between the marks in the one at `path`."""
    old = YOURS.search(path.read_bytes()) if path.is_file() else None
    if not old:
        return fresh
    return YOURS.sub(lambda new: new["head"] + old["text"], fresh)


def _holds(path: Path, contents: bytes | None) -> bool:
    """Return whether a file has these contents, so that an interrupted publish wrote it."""
    return path.is_file() and not path.is_symlink() and path.read_bytes() == contents


def _is_changed(to: Path, path: str, digests: dict[str, str], files: dict[str, bytes]) -> bool:
    """Return whether a file is neither what was published nor what will be published now."""
    if not (to / path).is_file() or _holds(to / path, files.get(path)):
        return False
    return digest(path, (to / path).read_bytes()) != digests[path]


def _refuse_a_bad_place(root: Path, to: Path) -> None:
    if to.exists() and not to.is_dir():
        raise CourseError(f"{to}: a file; give a folder.")
    if not to.parent.is_dir():
        raise CourseError(f"{to}: there is no folder {to.parent}; make it first.")
    own = [root / name for name in FOLDERS]
    inside = [folder for folder in own if folder == to or folder in to.parents]
    if to == root or inside:
        raise CourseError(f"{to}: the course's own folder; give one outside of it.")


def _refuse_solutions_of_nothing(chosen: list[str], solutions: tuple[str, ...]) -> None:
    """Raise CourseError for a worked solution of what is not published, or has no exercises."""
    for name in solutions:
        if name not in chosen:
            there = ", ".join(filter(is_graded, chosen))
            raise CourseError(
                f"--solutions {name}: not one of the notebooks that are published, {there}."
            )
        if not is_graded(name):
            raise CourseError(f"--solutions {name}: has no exercises; leave it out.")


def _refuse_what_is_in_the_way(to: Path, files: dict[str, bytes], strangers: list[str]) -> None:
    """Raise CourseError if a file that is not ours stands where one of ours belongs."""
    folders = {parent.as_posix() for path in files for parent in Path(path).parents}
    in_the_way = [path for path in strangers if path in files or path in folders]
    in_the_way += [path for path in files if (to / path).is_dir()]
    if in_the_way:
        raise CourseError(f"{to / in_the_way[0]}: is in the way of a published file; move it away.")


def _published_earlier(to: Path) -> tuple[list[str], str, dict[str, str]]:
    """Return the files, the repository and the digests of an earlier tree, or nothing.

    A listed file that cannot be ours (outside the tree, behind a link, git's) is left out.
    """
    try:
        project = tomllib.loads((to / "pyproject.toml").read_text(encoding="utf-8"))
        ours = project["tool"]["zero-to-millions"]
        paths = [Path(path).as_posix() for path in ours["published"]]
        repository = links.repository(project["project"]["urls"]["Repository"])
        earlier = [path for path in paths if _can_be_ours(to, path)]
        digests = {path: ours.get("sha256", {}).get(path) for path in earlier}
        return earlier, repository, {path: text for path, text in digests.items() if text}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, CourseError):
        return [], "", {}


def _can_be_ours(to: Path, path: str) -> bool:
    parts = Path(path).parts
    if Path(path).is_absolute() or ".." in parts:
        return False
    if _is_ignored(to / path, to) or _is_ignored(to / path.lower(), to):  # .GIT is .git on a Mac
        return False
    folders = list(Path(path).parents)[:-1]  # without `to` itself
    return not any((to / folder).is_symlink() for folder in folders)


def _files_in(to: Path) -> set[str]:
    """Return the paths of all files and links, without git's and those that programs leave."""
    found = (path for path in to.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.relative_to(to).as_posix() for path in found if not _is_ignored(path, to)}


def _is_ignored(path: Path, to: Path) -> bool:
    parts = path.relative_to(to).parts
    return any(part in IGNORED or part.endswith(".egg-info") for part in parts)


def _write(to: Path, files: dict[str, bytes], removed: list[str]) -> None:
    """Make the folder hold `files`; if that fails, restore it and raise OSError.

    Everything is written next to the folder first, so that a full disk changes nothing. Then the
    files are swapped one by one, pyproject.toml last, because it lists what was published.
    """
    prefix = f".{to.name}-"
    # once all is written, a folder that cannot be removed is not a failure
    with tempfile.TemporaryDirectory(
        prefix=prefix, dir=to.parent, ignore_cleanup_errors=True
    ) as folder:
        fresh, old = Path(folder, "fresh"), Path(folder, "old")
        for path, contents in files.items():
            (fresh / path).parent.mkdir(parents=True, exist_ok=True)
            (fresh / path).write_bytes(contents)
        (fresh / "postBuild").chmod(0o755)
        if not to.exists():
            fresh.rename(to)
            return
        undo = []
        try:
            for path in [*sorted(files, key=lambda path: path == "pyproject.toml"), *removed]:
                if (to / path).exists():
                    _move(to / path, old / path)
                    undo.append((old / path, to / path))
                if path in files:
                    _move(fresh / path, to / path)
                    undo.append((to / path, fresh / path))
        except BaseException:
            for now, before in reversed(undo):
                _move(now, before)
            raise
        for path in removed:
            with contextlib.suppress(OSError):
                _remove_empty_folders(to, (to / path).parent)


def _move(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    path.replace(place)


def _remove_empty_folders(to: Path, folder: Path) -> None:
    """Remove the folder and those around it that are empty, apart from compiled modules."""
    while folder != to and folder.is_dir():
        if any(path.name not in BY_PRODUCTS for path in folder.iterdir()):
            return
        shutil.rmtree(folder)
        folder = folder.parent


def student_tree(
    root: Path, names: list[str], repository: str, solved: Sequence[str] = ()
) -> dict[str, bytes]:
    """Return the contents of the students' tree by path (with /).

    names: the notebooks in it. repository: the address of the class's repository. solved: the
    notebooks whose worked solutions are in it, too.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    files = {path.name: path.read_bytes() for path in sorted(root.glob("LICENSE*"))}
    files |= _course(root)
    texts = _notebooks(root, names)
    for path, text in texts.items():
        files[path] = links.on_binder(text, repository).encode()
    for name in solved:
        text = worked.notebook(root / "solutions" / f"{name}.py")
        files[worked.path_of(name)] = links.on_binder(text, repository).encode()
    packages = [line for line in _template(PACKAGES).splitlines() if line[0] != "#"]
    words = {
        **{key: project[key] for key in ("name", "version", "description")},
        "repository": repository,
        "binder": links.binder(repository),
        "rows": "\n".join(_row(path, text, repository, solved) for path, text in texts.items()),
        "colab_packages": " ".join(line for line in packages if line.startswith(ON_COLAB)),
        "packages": '",\n    "'.join(packages),
        "setuptools": next(line for line in packages if line.startswith("setuptools==")),
    }
    for path, name in FILES.items():
        files[path] = Template(_template(name)).substitute(words).encode()
    digests = [f'"{path}" = "{digest(path, files[path])}"' for path in sorted(files)]
    listed = "\n".join(f'    "{path}",' for path in sorted(files))
    filled = Template(LIST).substitute(published=listed, digests="\n".join(digests))
    files["pyproject.toml"] += filled.encode()
    return files


def digest(path: str, contents: bytes) -> str:
    """Return the sha256 of what is the course's own in a published file.

    pyproject.toml counts without LIST, which holds it, and README.md without what is YOURS.
    """
    if path == "pyproject.toml":
        contents = contents.partition(LIST.partition(",")[0].encode())[0]
    elif path == "README.md":
        contents = YOURS.sub(lambda found: found["head"], contents)
    return sha256(contents).hexdigest()


def course_files(root: Path, folder: str = "course") -> list[str]:
    """Return the paths of all files of a folder that programs did not leave behind."""
    paths = (path.relative_to(root) for path in (root / folder).rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in paths if not _is_a_by_product(path))


def untracked(root: Path) -> list[str]:
    """Return the files of `course` that git does not know.

    The list is empty where git knows no file of `course` at all, as in a copy without a repository.
    OSError if there is a repository and git cannot read it.
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


def _row(path: str, text: str, repository: str, solved: Sequence[str]) -> str:
    """Return a notebook's line in the README: its title, linked, its time, and Colab's link.

    Where its worked solution is out, there is a link to that as well.
    """
    name = Path(path).stem
    solution = f" ([worked solution]({worked.path_of(name)}))" if name in solved else ""
    opening = nbformat.reads(text, as_version=4).cells[0].source
    title = re.search(r"^# (.+)", opening, re.MULTILINE)
    minutes = re.search(r"\d+(?=\s+minutes)", opening)
    shown = title[1].strip() if title else name
    time = f"{minutes[0] if minutes else '?'} minutes"
    colab = f"[Colab]({links.colab(repository, path)})"
    return f"| [{shown}]({path}){solution} | {time} | {colab} |"


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
