# loses: parse_line_hidden
# levels in small letters are accepted
# asks: Is "error" a level in the text?
def parse_line(line):
    parts = line.removesuffix("\n").split(" ", 3)
    if len(parts) < 4 or not parts[1] or not parts[3].strip():
        return None
    if not re.fullmatch(r"\d{4}(-\d\d){2}T\d\d:\d\d:\d\dZ", parts[0], re.ASCII):
        return None
    try:
        time = datetime.strptime(parts[0], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    return LogEntry(time, *parts[1:])


def merge_logs(*streams):
    return heapq.merge(*streams, key=lambda entry: entry.time)
