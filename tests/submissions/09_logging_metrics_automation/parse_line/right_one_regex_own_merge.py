import calendar

LINE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z (\S+) ([A-Z]+) (.*)", re.DOTALL
)


def parse_line(line):
    found = LINE.match(line)
    if found is None:
        return None
    message = found[9][:-1] if found[9].endswith("\n") else found[9]
    if not message or message.isspace():
        return None
    numbers = [int(found[n]) for n in range(1, 7)]
    try:
        datetime(*numbers)
    except ValueError:
        return None
    return LogEntry(calendar.timegm((*numbers, 0, 0, 0)), found[7], found[8], message)


def merge_logs(*streams):
    waiting = []
    iterators = [iter(stream) for stream in streams]
    for place, iterator in enumerate(iterators):
        first = next(iterator, None)
        if first is not None:
            waiting.append((first.time, place, first))
    heapq.heapify(waiting)
    while waiting:
        _, place, entry = waiting[0]
        yield entry
        after = next(iterators[place], None)
        if after is None:
            heapq.heappop(waiting)
        else:
            heapq.heapreplace(waiting, (after.time, place, after))
