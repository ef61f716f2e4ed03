# loses: parse_line_hidden_3
# holds ten entries of each stream in stock
# asks: You have been asked for one entry. How many have you read?
def parse_line(line):
    parts = line.removesuffix("\n").split(" ", 3)
    if len(parts) < 4 or not parts[1] or not parts[3].strip():
        return None
    if not re.fullmatch(r"\d{4}(-\d\d){2}T\d\d:\d\d:\d\dZ", parts[0], re.ASCII) or not re.fullmatch("[A-Z]+", parts[2]):
        return None
    try:
        time = datetime.strptime(parts[0], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    return LogEntry(time, *parts[1:])


def ahead(stream):
    held = []
    for entry in stream:
        held.append(entry)
        if len(held) > 10:
            yield held.pop(0)
    yield from held


def merge_logs(*streams):
    return heapq.merge(*map(ahead, streams), key=lambda entry: entry.time)
