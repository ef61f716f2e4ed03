# loses: parse_line_hidden_2
# the pattern is tried from every letter of the line on
# asks: Where may a line's pattern begin? How often does your code try?
def parse_line(line):
    if not re.search(r"\S+T\S+Z \S+ [A-Z]+ .*\S", line):
        return None
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
    return heapq.merge(*streams, key=lambda entry: entry.time)
