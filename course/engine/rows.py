"""Who stands where in a row, and when: from a run's record to a picture or a film of it."""

from math import inf


def places(joined, left):
    """Return for each member of a row its (time, place)s: where it stands from each time on.

    joined, left: when each member joined and left (s); inf: it stays. Members join at the end; when
    one leaves, at the head or within, those behind it move up. Place 0 is the head. At one moment
    those who leave go first.
    """
    numbers = range(len(joined))
    events = [(float(joined[number]), 1, number) for number in numbers]
    events += [(float(left[number]), 0, number) for number in numbers if left[number] < inf]
    row, found = [], [[] for _ in numbers]
    waiting = set(numbers)
    for time, joins, number in sorted(events):
        if joins and number in waiting:
            found[number].append((time, len(row)))
            row.append(number)
        elif not joins:
            waiting.discard(number)
            if number in row:
                place = row.index(number)
                del row[place]
                for behind, who in enumerate(row[place:], start=place):
                    found[who].append((time, behind))
    return found
