# loses: parse_line_hidden
# strptime accepts a month of one digit
# asks: Is 2024-3-1 written as the text asks?
def parse_line(line):
    parts = line.removesuffix("\n").split(" ", 3)
    if len(parts) < 4 or not parts[1] or not parts[3].strip():
        return None
    if not re.fullmatch("[A-Z]+", parts[2]):
        return None
    try:
        time = datetime.strptime(parts[0], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    return LogEntry(time, *parts[1:])


def merge_logs(*streams):
    return heapq.merge(*streams, key=lambda entry: entry.time)
