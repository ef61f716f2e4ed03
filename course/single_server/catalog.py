"""What a growing team chooses from: machines with their prices, and what an application needs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """A machine to rent: how many requests it works on at a time, and its price in $ a month."""

    name: str
    workers: int
    monthly_cost: float


class NoMachineBigEnough(Exception):
    """No machine of the catalog can carry the load: here scaling up ends."""


# Made up for the exercise: twice the workers for about 2.4 × the price, and an end.
CATALOG = (
    Machine("box-2", 2, 40),
    Machine("box-4", 4, 90),
    Machine("box-8", 8, 210),
    Machine("box-16", 16, 500),
    Machine("box-32", 32, 1200),
    Machine("box-64", 64, 2900),
)

NEEDS = (
    "super-low latency",
    "unstructured data",
    "only serialize and deserialize",
    "massive amount of data",
    "joins",
    "multi-row transactions",
)
