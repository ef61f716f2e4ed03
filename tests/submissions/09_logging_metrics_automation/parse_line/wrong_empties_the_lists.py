# loses: parse_line_hidden_3
# takes the entries out of the lists it was given
# asks: Are the caller's lists as long after your call as before?
def parse_line(line):
    parts = line.removesuffix("\n").split(" ", 3)
    if len(parts) < 4 or parts[1].split() != [parts[1]] or not parts[3].strip():
        return None
    if not re.fullmatch(r"\d{4}(-\d\d){2}T\d\d:\d\d:\d\dZ", parts[0], re.ASCII) or not re.fullmatch("[A-Z]+", parts[2]):
        return None
    try:
        time = datetime.strptime(parts[0], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    return LogEntry(time, *parts[1:])


def merge_logs(*streams):
    waiting = []
    for stream in streams:
        if isinstance(stream, list):
            waiting.append((stream.pop(0) for _ in range(len(stream))))
        else:
            waiting.append(stream)
    return heapq.merge(*waiting, key=lambda entry: entry.time)
