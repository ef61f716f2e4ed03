# loses: parse_line_hidden
# \d is any digit of any script, and int() and datetime read them all
# asks: Which characters does \d accept?
def parse_line(line):
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z (\S+) ([A-Z]+) (.*\S.*)\n?", line)
    if not found:
        return None
    try:
        moment = datetime(*map(int, found.groups()[:6]), tzinfo=UTC)
    except ValueError:
        return None
    return LogEntry(moment.timestamp(), *found.groups()[6:])


def merge_logs(*streams):
    return heapq.merge(*streams, key=lambda entry: entry.time)
