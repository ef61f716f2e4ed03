"""Make the pictures of the labs, and the page that shows them: python docs/screenshot.py [site]

Writes docs/labs/NN_name.png (each notebook's `shown=` with the worked solutions in it, moved as
`moved=` says, as JupyterLab shows it) and docs/labs.md (its alt texts are the labs' own words).
With `site` only docs/labs/my_site.png: a student's own site, of which a web server was killed.
"""

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from autograder.build import title
from course.site.parts import PARTS
from course.site.stack import Site
from course.site.start import found_notebooks
from tests.classroom import solutions, written
from tests.course_scripts import ROOT, setup
from tests.jupyterlab import (
    cell_locator,
    cells_with_errors,
    chromium_page,
    lab_server,
    open_notebook,
    run_cell,
)

DOCS = ROOT / "docs"
LARGEST = 100_000  # bytes of a picture
PAGE = """# The labs

Each notebook's sliders and picture, with a worked solution running in it.
`python docs/screenshot.py` makes this page and its pictures.
"""


def main(folder):
    """Write the pictures and the page; SystemExit if a cell fails or a picture is too large."""
    titles = title.titles(ROOT)
    codes = [nbformat.v4.new_code_cell(code(each)) for each in titles]
    notebook = nbformat.v4.new_notebook(cells=codes)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "labs.ipynb")
    (DOCS / "labs").mkdir(exist_ok=True)
    page_text = [PAGE]
    with lab_server(folder) as server, chromium_page(width=1700, height=1500) as (page, _):
        open_notebook(page, server, "labs.ipynb", seconds=300)
        for number, each in enumerate(titles):
            run_cell(page, number)
            if failed := cells_with_errors(page):
                raise SystemExit(f"{each.name}: {failed[0][1]}: {failed[0][2]}")
            widget = cell_locator(page, number).locator(".explore")
            widget.locator(".explore-picture svg").first.wait_for()
            page.wait_for_timeout(1000)  # fonts and the last slider's place
            write(widget.screenshot(), DOCS / "labs" / f"{each.name}.png")
            words = " ".join(widget.locator(".explore-sentence").inner_text().split())
            page_text.append(f"## {each.heading}\n\n![{words}](labs/{each.name}.png)\n")
    (DOCS / "labs.md").write_text("\n".join(page_text))


def site(folder):
    """Write the picture of a site that runs all worked solutions."""
    for name in {part.notebook for part in PARTS}:
        nbformat.write(written(name, solutions(name)), folder / f"{name}.ipynb")
    running = Site(found_notebooks(folder))
    try:
        running.load(20)
        with chromium_page(width=1280, height=830) as (page, _):
            page.goto(running.url)
            page.wait_for_timeout(8000)  # until photos are liked, and the caches are warm
            page.get_by_role("button", name="Kill web-2").click()
            page.get_by_text("web-2 out").wait_for(timeout=60_000)
            page.wait_for_timeout(2000)
            write(page.screenshot(), DOCS / "labs" / "my_site.png")
    finally:
        running.close()


def code(shown):
    """Return what is run of a Title: the notebook's imports and solutions, the call, the moves."""
    moves = [f"shown.controls[{name!r}].value = {value!r}" for name, value in shown.moved.items()]
    return "\n".join([setup(shown.name), f"\n\nshown = {shown.shown}", *moves, "shown"])


def write(screenshot, path):
    """Write a screenshot as a PNG with a palette."""
    picture = shrunk(screenshot)
    if len(picture) > LARGEST:
        raise SystemExit(f"{path}: {len(picture)} bytes, more than {LARGEST}")
    path.write_bytes(picture)
    print(path.relative_to(ROOT), len(picture), "bytes")


def shrunk(screenshot):
    """Return a screenshot as a PNG with a palette."""
    file = io.BytesIO()
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    picture.quantize(128, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        (site if sys.argv[1:] == ["site"] else main)(Path(temporary))
