# loses: parse_line_hidden
# takes 12:00:60 for 12:01:00
# asks: Is 12:00:60 a time in the text?
def parse_line(line):
    parts = line.removesuffix("\n").split(" ", 3)
    if len(parts) < 4 or parts[1].split() != [parts[1]] or not parts[3].strip():
        return None
    if not re.fullmatch(r"\d{4}(-\d\d){2}T\d\d:\d\d:\d\dZ", parts[0], re.ASCII) or not re.fullmatch("[A-Z]+", parts[2]):
        return None
    try:
        leap = parts[0][17:19] == "60"
        parts[0] = parts[0].replace(":60Z", ":59Z")
        time = leap + datetime.strptime(parts[0], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    return LogEntry(time, *parts[1:])


def merge_logs(*streams):
    return heapq.merge(*streams, key=lambda entry: entry.time)
