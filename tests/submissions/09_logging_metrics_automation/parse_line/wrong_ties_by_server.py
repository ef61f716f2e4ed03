# loses: parse_line_hidden_3
# equal times by the name of the server, not by the stream
# asks: Two entries have the same time. What does the text look at next?
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


def merge_logs(*streams):
    return heapq.merge(*streams, key=lambda entry: (entry.time, entry.server))
