"""Which own cells are experiments, and which a solution or a check needs."""

import pytest

from autograder.grade.needed import unneeded
from tests.course_scripts import NAMES, cells

BELOW = [  # a solution, and a check
    "class Cache:\n    def get(self, key):\n        return helper(key, np.pi)",
    "Cache().get(1)",
]
EXPERIMENTS = [
    "results = [simulate(Cache) for _ in range(9)]\nprint(results)",
    "cache = Cache()\nfor size in range(9):\n    key = size\n    found[size] = key",
    "import time; time.sleep(9)",
    "def sweep(helper): return helper(1)\nsweep(print)",
    "%timeit -n 3 simulate(Cache)",
    "%%time\nresults = simulate(Cache)",
    "%%capture out\nsimulate(Cache)",
    "%matplotlib inline\n!pip install numpy\nplot(1)",
    "result = simulate(\n    Cache,\n    seed=3,\n)",
    "",
]
NEEDED = [
    "import numpy as np\nsimulate(1)",
    "import numpy.linalg as np",
    "from numpy import *",
    "def helper(key, size): return key",
    "%%time\ndef helper(key, size): return key",
    "%time helper = make()",
    "async def helper(key, size): return key",
    "helper = lambda key, size: key",
    "helper.cache = {}",
    "helper.table[3] = 4",
    "Cache.get = None",
    "first, *helper = make()",
    "def set_up():\n    global helper\n    helper = print",
    "with make() as helper: pass",
    "del helper",
    "exec('helper = 1')",
    "globals()['helper'] = 1",
    "%run helpers.py",
    "%%writefile helpers.py\nx = 1",
    "open('table.txt', 'w').write('x')",
    "not python at all",
]


@pytest.mark.parametrize("text", EXPERIMENTS)
def test_an_experiment_is_not_needed(text: str) -> None:
    assert unneeded([text, *BELOW], {0}, {2}) == {0}


@pytest.mark.parametrize("text", NEEDED)
def test_what_a_solution_or_a_check_uses_is_needed(text: str) -> None:
    assert unneeded([text, *BELOW], {0}, {2}) == set()


def test_what_a_needed_cell_uses_is_needed_and_what_stands_below_all_is_not() -> None:
    above = ["size = 3", "def helper(key, pi): return size", "size = 4"]
    assert unneeded([*above, *BELOW, "helper = 1"], {0, 1, 2, 5}, {4}) == {5}
    assert unneeded([above[0], *BELOW, "helper = 1"], {0, 3}, {2}) == {0, 3}


def test_a_name_that_a_solutions_function_looks_up_later_is_needed() -> None:
    texts = ["TABLE = {}\ndef get(key): return TABLE[key]", "TABLE = None", "seen = get(1)"]
    assert unneeded(texts, {1}, {2}) == set()
    assert unneeded([texts[0], "seen = key = 1", texts[2]], {1}, {2}) == {1}


FROM_ITSELF = [
    "class helper(helper): pass",
    "helper = wrapped(helper)",
    "helper += 1",
    "@helper\ndef helper(): return 1",
]


@pytest.mark.parametrize("text", FROM_ITSELF)
def test_a_name_that_a_cell_binds_from_its_earlier_value_is_needed(text: str) -> None:
    above, below = "def helper(): return 1", "other()"
    text = f"{text}\ndef other(): return 2"
    assert unneeded([above, text, below], {0}, {2}) == set()
    assert unneeded([above, f"helper = print\n{text}", below], {0}, {2}) == {0}


def test_a_loops_own_name_is_not_taken_from_a_cell_above() -> None:
    loop = "found = [key for key in range(3)]\nfor key in found:\n    print(key)"
    assert unneeded(["key = 1", loop, "found[0]"], {0}, {2}) == {0}


@pytest.mark.parametrize("name", NAMES)
def test_a_notebooks_own_cells_would_all_be_needed_where_a_solution_stands(name: str) -> None:
    """Each solution taken for an own cell: the checks below it need it."""
    code = [cell for cell in cells(name) if cell.kind in ("code", "solution", "check")]
    texts = [cell.halves()[0] if cell.kind == "check" else cell.text for cell in code]
    own = {n for n, cell in enumerate(code) if cell.kind == "solution"}
    checks = {n for n, cell in enumerate(code) if cell.kind == "check"}
    assert len(own) > 2 and not unneeded(texts, own, checks)
