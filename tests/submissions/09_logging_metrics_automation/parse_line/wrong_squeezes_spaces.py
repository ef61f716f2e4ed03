# loses: parse_line_hidden
# split() swallows leading and double spaces
# asks: A message has two spaces in a row. Are both still there?
def parse_line(line):
    parts = line.split()
    if len(parts) < 4 or not re.fullmatch(r"[0-9-]{10}T[0-9:]{8}Z", parts[0]) or not re.fullmatch("[A-Z]+", parts[2]):
        return None
    try:
        time = datetime.strptime(parts[0] + "+0000", "%Y-%m-%dT%H:%M:%SZ%z").timestamp()
    except ValueError:
        return None
    return LogEntry(time, parts[1], parts[2], " ".join(parts[3:]))


def merge_logs(*streams):
    return heapq.merge(*streams, key=lambda entry: entry.time)
