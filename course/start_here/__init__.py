"""Notebook 00: how a notebook of this course works, tried out in a shop with a few tills."""

from course.engine import parameters
from course.engine.component import name_of
from course.start_here import notebooks
from course.start_here.model import simulate
from course.start_here.notebooks_picture import ProgressPicture
from course.start_here.picture import Shop, ShopPicture
from course.view import explore as view

__all__ = ["explore", "progress", "simulate"]

SEED = 17  # a day whose luck is near the average


@view.pictured
def explore(choose_till=None, prediction=None):
    """Return sliders over the shop; with `choose_till(queues)` your rule beside tills at random.

    prediction: your guess at the mean wait (minutes) with tills at random, drawn as a diamond.
    """

    def run(tills, customers_per_hour, minutes_each):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, unit="minutes")
        chosen = {"tills": tills, "customers_per_hour": customers_per_hour, "seed": SEED}
        chosen |= {"minutes_each": minutes_each}
        random = simulate(**chosen)
        if choose_till is None:
            return Shop("at random", random, random, guess)
        return Shop(name_of(choose_till), simulate(choose_till, **chosen), random, guess)

    controls = {
        "tills": view.slider("tills", 3, 1, 6, 1),
        "customers_per_hour": view.slider("customers", 100, 10, 200, 5, "per hour"),
        "minutes_each": view.slider("serving one", 1.5, 0.5, 3.0, 0.1, "minutes"),
    }
    name = "" if choose_till is None else name_of(choose_till)
    return view.explore(controls, run, ShopPicture(name))


def progress(folder=".."):
    """Return a picture of which checks pass in the notebooks saved in `folder`; it runs nothing.

    ValueError names a folder without notebooks.
    """
    if not view.drawing():
        return None
    found = notebooks.read(folder)
    return view.explore({}, lambda: found, ProgressPicture(found))
