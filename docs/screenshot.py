"""Make the picture of the README from the lab itself: python docs/screenshot.py"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.course_scripts import ROOT, cells
from tests.jupyterlab import cell_locator, chromium_page, lab_server, open_notebook, run_cell


def main(folder):
    """Write docs/load_balancer.png: explore() with a student's balancer while a server dies."""
    balancer = next(c.text for c in cells("02_load_balancer") if c.grade_id == "least_connections")
    code = (
        "from course.load_balancer import *\n"
        + balancer
        + "\nshown = explore(LeastConnections)\nshown.controls['dies_at'].value = 20\nshown"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "lab.ipynb")
    with lab_server(folder) as server, chromium_page(width=1700) as (page, _):
        open_notebook(page, server, "lab.ipynb")
        run_cell(page, 0)
        widget = cell_locator(page, 0).locator(".explore")
        widget.locator("img").wait_for()
        page.wait_for_timeout(1000)
        widget.screenshot(path=ROOT / "docs" / "load_balancer.png")


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        main(Path(temporary))
