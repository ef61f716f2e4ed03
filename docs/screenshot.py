"""Make the pictures of the labs, and the page that shows them: python docs/screenshot.py

Writes docs/labs/NN_name.png (each lab with a worked solution in it, as JupyterLab shows it),
docs/labs.md (its alt texts are the labs' own words) and docs/load_balancer.png (the README's).
"""

import io
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.course_scripts import EVERY, ROOT, cells
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
SHOWN = {  # the call, and the controls that are moved
    "00_start_here": ("explore()", {}),
    "01_single_server": ("explore(serve)", {"arrival_rate": 9.0}),
    "02_load_balancer": ("explore(LeastConnections)", {"dies_at": 20}),
    "03_database_replication": ("explore(Router, is_write)", {}),
    "04_cache": ("explore_eviction(LRUCache)", {}),
    "05_cdn": ("explore(EdgeCache)", {}),
    "06_stateless_tier": ("explore_day(Autoscaler)", {}),
    "07_data_centers": ("explore_outage(GeoDNS, CachingResolver)", {}),
    "08_message_queue": ("explore(MessageQueue)", {}),
    "09_logging_metrics_automation": ("explore_alert(Alert)", {}),
    "10_millions_of_users": ("explore_design(design)", {}),
}
PAGE = """# The labs

Each notebook's sliders and picture, with a worked solution running in it.
`python docs/screenshot.py` makes this page and its pictures.
"""


def main(folder):
    """Write the pictures and the page; SystemExit if a cell fails or a picture is too large."""
    codes = [nbformat.v4.new_code_cell(code(name)) for name in EVERY]
    notebook = nbformat.v4.new_notebook(cells=codes)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "labs.ipynb")
    (DOCS / "labs").mkdir(exist_ok=True)
    page_text = [PAGE]
    with lab_server(folder) as server, chromium_page(width=1700) as (page, _):
        open_notebook(page, server, "labs.ipynb", seconds=300)
        for number, name in enumerate(EVERY):
            run_cell(page, number)
            if failed := cells_with_errors(page):
                raise SystemExit(f"{name}: {failed[0][1]}: {failed[0][2]}")
            widget = cell_locator(page, number).locator(".explore")
            widget.locator("img").wait_for()
            page.wait_for_timeout(1000)  # fonts and the last slider's place
            write(widget.screenshot(), DOCS / "labs" / f"{name}.png")
            words = " ".join(widget.locator(".explore-sentence").inner_text().split())
            page_text.append(f"## {title(name)}\n\n![{words}](labs/{name}.png)\n")
    (DOCS / "labs.md").write_text("\n".join(page_text))
    shutil.copy(DOCS / "labs" / "02_load_balancer.png", DOCS / "load_balancer.png")


def code(name):
    """Return what is run: the notebook's imports and worked solutions, its explore, the moves."""
    first = next(cell for cell in cells(name) if cell.is_code)
    solutions = [cell.text for cell in cells(name) if cell.kind == "solution"]
    call, moves = SHOWN[name]
    moved = [f"shown.controls[{control!r}].value = {value!r}" for control, value in moves.items()]
    return "\n\n".join([first.text, *solutions, "\n".join([f"shown = {call}", *moved, "shown"])])


def title(name):
    """Return a notebook's title as its first line has it: "2 · Load balancer"."""
    return cells(name)[0].text.splitlines()[0].removeprefix("# ")


def write(screenshot, path):
    """Write a screenshot as a PNG with a palette."""
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    file = io.BytesIO()
    picture.quantize(128, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    if len(file.getvalue()) > LARGEST:
        raise SystemExit(f"{path}: {len(file.getvalue())} bytes, more than {LARGEST}")
    path.write_bytes(file.getvalue())
    print(path.relative_to(ROOT), len(file.getvalue()), "bytes")


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        main(Path(temporary))
