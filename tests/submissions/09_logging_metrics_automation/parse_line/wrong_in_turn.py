# loses: parse_line_check_2
# takes one of each stream in turn, whatever its time
# asks: Two entries of one stream are both earlier than all of the other. Who comes second?
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

import itertools


def merge_logs(*streams):
    for entries in itertools.zip_longest(*streams):
        yield from sorted((e for e in entries if e is not None), key=lambda entry: entry.time)
