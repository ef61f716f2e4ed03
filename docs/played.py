"""The films of the notebooks, with the worked solutions in them, and those that the site plays.

No story of theirs marks a line: the code that runs is the worked solution, which stays where it is.
"""

from functools import cache

from autograder.course import is_graded
from tests.course_scripts import cells, setup

PLAYED = {
    "02_load_balancer": "replay(LeastConnections, HealthChecker)",
    "04_cache": "replay_stampede(SingleFlight)",
    "07_data_centers": "replay(GeoDNS, CachingResolver)",
    "08_message_queue": "replay(MessageQueue)",
}
"""The call of each film that the site plays."""
WELCOME = """
def choose_till(queues):
    return queues.index(min(queues))

by_hand = None  # nobody has played
"""
"""What a student has written in notebook 00, which has no worked solution."""
PRESSED = {"05_cdn": 0.5}  # the share of a film's time after which its first action happens
SOON = 0.2  # and in all others


def calls(name):
    """Return the calls of `replay…` in a notebook, in their order."""
    codes = (cell.text.strip() for cell in cells(name) if cell.is_code)
    return [code for code in codes if code.startswith("replay")]


def code(name):
    """Return the imports and worked solutions of a notebook."""
    return setup(name) if is_graded(name) else setup(name) + WELCOME


@cache
def names(name):
    """Return what the notebook's imports and worked solutions define."""
    defined = {"__name__": name}
    exec(code(name), defined)
    return defined


def film(name, call):
    """Return the Film that a call in the notebook gives, its first action pressed."""
    made = eval(call, dict(names(name)))
    for action in list(made.actions)[:1]:
        reel = made.reel
        share = PRESSED.get(name, SOON)
        made.press(action, reel.start + share * (reel.end - reel.start))
    return made


def save(folder):
    """Write the films of PLAYED to `folder`, as NN_name.html."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, call in PLAYED.items():
        film(name, call).save(folder / f"{name}.html")
