"""Notebook 00: how a notebook of this course works, tried out in a shop with a few tills."""

from course.engine import parameters
from course.engine.component import name_of
from course.start_here import notebooks
from course.start_here.film import film
from course.start_here.game import Game
from course.start_here.model import simulate
from course.start_here.notebooks_picture import ProgressPicture
from course.start_here.picture import ShopPicture
from course.view import explore as view
from course.view.explore import Step
from course.view.film import Film

__all__ = ["explore", "play", "progress", "replay", "simulate"]

SEED = 17  # a day whose luck is near the average


def _wait(random, **_):
    """Return how the wait at random compares with that of the shop as it opens."""
    before, now = simulate(seed=SEED).mean_wait / 60, random.mean_wait / 60
    return f"{now:.1f} minutes instead of {before:.1f}: {now / before:.1f} times as long."


STEPS = [
    Step(
        "ten more customers",
        {"customers_per_hour": 110},
        "10 % more customers. Do they wait 10 % longer?",
        lambda **outcome: f"No, far longer: {_wait(**outcome)}",
    ),
    Step(
        "fifteen more customers",
        {"customers_per_hour": 115},
        "And with 15 % more?",
        lambda **outcome: f"{_wait(**outcome)} The fewer spare minutes, the longer the queues.",
    ),
]
YOUR_STEPS = [
    Step(
        "fifteen more customers",
        {"customers_per_hour": 115},
        "With tills at random the wait more than doubled. What does your rule save now?",
        lambda random, yours, **_: (
            f"A customer waits {yours.mean_wait / 60:.1f} minutes instead of "
            f"{random.mean_wait / 60:.1f}: the same customers, the same tills."
        ),
    ),
]


@view.pictured
def explore(choose_till=None, prediction=None):
    """Return sliders over the shop, with your rule next to tills chosen at random.

    choose_till: a function of the queues' lengths that returns the index of a till; without one
    only tills at random are shown.
    prediction: your guess at the mean wait (minutes) with tills at random, drawn as a diamond.
    """
    name = "" if choose_till is None else name_of(choose_till)

    def run(**chosen):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, unit="minutes")
        random = simulate(**chosen, seed=SEED)
        yours = None if choose_till is None else simulate(choose_till, **chosen, seed=SEED)
        return {"random": random, "yours": yours, "prediction": guess}

    controls = {
        "tills": view.slider("tills", 3, 1, 6, 1),
        "customers_per_hour": view.slider("customers", 100, 10, 200, 5, "per hour"),
        "minutes_each": view.slider("serving one", 1.5, 0.5, 3.0, 0.1, "minutes"),
    }
    steps = STEPS if choose_till is None else YOUR_STEPS
    return view.explore(controls, run, ShopPicture(name), experiment=steps)


@view.pictured
def play():
    """Return a game: twelve customers come, and you send each of them to a till."""
    return Game()


@view.pictured
def replay(choose_till=None, by_hand=None):
    """Return the film of the game's twelve customers, sent by your rule and at random.

    choose_till: as of `explore`. by_hand: what `play()` returned; once you have sent all twelve,
    they are in the film, too.
    """
    return Film(lambda: film(choose_till, by_hand.played if by_hand else ()))


@view.pictured
def progress(folder=".."):
    """Return a picture of which checks pass in the notebooks saved in `folder`.

    It reads the files and runs nothing: what counts is when you last ran and saved each of them.
    ValueError names a folder without notebooks.
    """
    return view.explore({}, dict, ProgressPicture(notebooks.read(folder)))
