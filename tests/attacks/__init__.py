"""Attacks on the grader, each on a real notebook of the course, and what it may get for it.

making.py     what an attack is, and how it is put on a notebook
surgery.py    what is done to the notebook's file
cells.py      code that would be believed: forged results, patched modules, forged answers
outside.py    code that reads, writes or reaches what is not its own
files.py      what lies beside the notebook
resources.py  time, memory, processes, output, disk
times.py      when it was handed in
"""

from tests.attacks import cells, files, outside, resources, surgery, times
from tests.attacks.making import ALL_POINTS, NAME, Attack, Places

ATTACKS: list[Attack] = [
    *surgery.ATTACKS,
    *cells.ATTACKS,
    *outside.ATTACKS,
    *files.ATTACKS,
    *resources.ATTACKS,
    *times.ATTACKS,
]

__all__ = ["ALL_POINTS", "ATTACKS", "NAME", "Attack", "Places"]
