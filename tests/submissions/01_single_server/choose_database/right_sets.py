# Set operations; global names that a check might use too.
words = {
    "super-low latency",
    "unstructured data",
    "only serialize and deserialize",
    "massive amount of data",
}
against = {"joins", "multi-row transactions"}


def choose_database(needs):
    for word in needs - words - against:
        raise ValueError(f"unknown: {word}")
    if needs & words and needs.isdisjoint(against):
        return "non-relational"
    return "relational"
