# loses: parse_line_hidden
# time.strptime knows seconds 60 and 61, and timegm turns them into the next minute
# asks: Which seconds does a clock show in the text, and does your library agree?
import calendar
import time as clocks


def parse_line(line):
    found = re.fullmatch(r"([0-9-]{10}T[0-9:]{8}Z) (\S+) ([A-Z]+) (.*\S.*)\n?", line)
    if not found:
        return None
    try:
        moment = calendar.timegm(clocks.strptime(found[1], "%Y-%m-%dT%H:%M:%SZ"))
    except ValueError:
        return None
    return LogEntry(moment, *found.groups()[1:])


def merge_logs(*streams):
    return heapq.merge(*streams, key=lambda entry: entry.time)
