"""The films of the notebooks, with the worked solutions in them, and those that the site plays.

No story of theirs marks a line: the code that runs is the worked solution, which stays where it is.
"""

from functools import cache

from autograder.course import is_graded
from tests.course_scripts import cells, setup

PLAYED = ("02_load_balancer", "04_cache", "07_data_centers", "08_message_queue")
WELCOME = """
def choose_till(queues):
    return queues.index(min(queues))

by_hand = None  # nobody has played
"""
"""What a student has written in notebook 00, which has no worked solution."""
PRESSED = 0.2  # the share of a film's time after which its first action happens


def calls(name):
    """Return the calls of `replay…` in a notebook, in their order."""
    codes = (cell.text.strip() for cell in cells(name) if cell.is_code)
    return [code for code in codes if code.startswith("replay")]


@cache
def names(name):
    """Return what the notebook's imports and worked solutions define."""
    defined = {"__name__": name}
    exec(setup(name), defined)
    if not is_graded(name):
        exec(WELCOME, defined)
    return defined


def film(name, call):
    """Return the Film that a call in the notebook gives, its first action pressed."""
    made = eval(call, dict(names(name)))
    for action in list(made.actions)[:1]:
        reel = made.reel
        made.press(action, reel.start + PRESSED * (reel.end - reel.start))
    return made


def save(folder):
    """Write the last film of each notebook of PLAYED to `folder`, as NN_name.html."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PLAYED:
        film(name, calls(name)[-1]).save(folder / f"{name}.html")
