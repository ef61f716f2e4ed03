"""Users that are split between centers by percent, and who moves when the percents change."""

from dataclasses import dataclass

import numpy as np

from course.data_centers.world import OPENING_ORDER
from course.engine import parameters, workload
from course.engine.component import ComponentError, name_of, sentences, wrong_return


@dataclass(frozen=True)
class Moves:
    """What a change of the percents does: a row a user.

    before, after: the place of the user's center in `names`. wanted_before, wanted: the share of
    the users that each center should have. redrawn: the share of the users who move if every user
    is drawn again. strangers: the share of 200 users with e-mail addresses who have another center
    in another process, where the builtin hash gives texts other numbers.
    """

    names: tuple
    before: np.ndarray
    after: np.ndarray
    wanted_before: np.ndarray
    wanted: np.ndarray
    redrawn: float
    strangers: float

    @property
    def moved(self):
        """Which users moved."""
        return self.before != self.after

    @property
    def fewest(self):
        """The smallest possible share of users who move."""
        return float(np.abs(self.wanted - self.wanted_before).sum() / 2)

    @property
    def against(self):
        """How many users left a center although its percent grew."""
        grew = self.wanted > self.wanted_before
        return int(np.sum(self.moved & grew[self.before]))

    @property
    def shares(self):
        """Share of the users in each center after the change."""
        return np.bincount(self.after, minlength=len(self.names)) / len(self.after)


def moves(split=None, *, before=50, after=90, centers=2, users=2000):
    """Return the Moves of `users` when the first center's percent changes; the others share evenly.

    split: a student's function of (user_id, weights), a dict from center to percent; by default
    every user is drawn again. before, after: the first center's percent. centers: how many of them
    (2 to 4). ValueError names a bad number; ComponentError says what the function did wrong.
    """
    names = OPENING_ORDER[: parameters.count("centers", centers, at_least=2, at_most=4)]
    users = parameters.count("users", users, at_most=100_000)
    percents = [
        parameters.number(name, value, at_least=0, at_most=100, unit="%")
        for name, value in (("before", before), ("after", after))
    ]
    weights = [_weights(percent, names) for percent in percents]
    redrawn = [_drawn(users, each, number) for number, each in enumerate(weights)]
    places = redrawn if split is None else [_asked(split, users, each) for each in weights]
    wanted = [np.array(list(each.values())) / 100 for each in weights]
    return Moves(
        names=names,
        before=places[0],
        after=places[1],
        wanted_before=wanted[0],
        wanted=wanted[1],
        redrawn=float(np.mean(redrawn[0] != redrawn[1])),
        strangers=0.0 if split is None else _strangers(split, weights[1]),
    )


def _weights(percent, names):
    rest = (100 - percent) / (len(names) - 1)
    return {name: percent if place == 0 else rest for place, name in enumerate(names)}


def _drawn(users, weights, number):
    """Return a random center for each user."""
    rng, shares = workload.stream(number, "lots"), np.array(list(weights.values()))
    return rng.choice(len(weights), size=users, p=shares / shares.sum())


def _asked(split, users, weights):
    numbers, places = {name: place for place, name in enumerate(weights)}, []
    user = 0
    try:
        for user in range(users):
            places.append(numbers[split(user, dict(weights))])
    except (NotImplementedError, ComponentError):
        raise
    except Exception as error:
        raise _complaint(split, user, weights) from error
    return np.array(places)


def _strangers(split, weights, users=200):
    """Return the share of users for whom two processes disagree; each has a hash of its own."""
    addresses = [f"user-{number}@example.org" for number in range(users)]
    answers, own = [], getattr(split, "__globals__", {})
    before = own.get("hash", hash)
    for salt in (1, 2):
        own["hash"] = lambda thing, salt=salt: before((salt, thing))
        try:
            with sentences(f"{name_of(split)}({addresses[0]!r}, {weights})"):
                answers.append([split(user, dict(weights)) for user in addresses])
        finally:
            own["hash"] = before
            if before is hash:
                del own["hash"]
    return float(np.mean([one != other for one, other in zip(*answers, strict=True)]))


def _complaint(split, user, weights):
    """Return, or raise, what is wrong with this one call."""
    call = f"{name_of(split)}({user}, {weights})"
    with sentences(call):
        center = split(user, dict(weights))
        known = center in weights
    if known:
        return ComponentError(f"{call} does not always do the same.")
    return ComponentError(wrong_return(call, center, f"one of {', '.join(weights)}"))
