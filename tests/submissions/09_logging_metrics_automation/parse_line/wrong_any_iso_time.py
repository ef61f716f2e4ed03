# loses: parse_line_hidden
# fromisoformat accepts other forms of the same time
# asks: In how many ways can the same time be written, and how many of them does the text allow?
def parse_line(line):
    parts = line.removesuffix("\n").split(" ", 3)
    if len(parts) < 4 or not parts[1] or not parts[3].strip():
        return None
    if not parts[0] or not re.fullmatch("[A-Z]+", parts[2]):
        return None
    try:
        time = datetime.fromisoformat(parts[0]).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    return LogEntry(time, *parts[1:])


def merge_logs(*streams):
    return heapq.merge(*streams, key=lambda entry: entry.time)
