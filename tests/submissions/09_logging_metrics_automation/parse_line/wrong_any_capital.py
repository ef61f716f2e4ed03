# loses: parse_line_hidden
# isupper is also true of Ä
# asks: Which letters may a level have in the text? Is Ä one of them?
def parse_line(line):
    parts = line.removesuffix("\n").split(" ", 3)
    if len(parts) < 4 or len(parts[1].split()) != 1 or not parts[3].strip():
        return None
    if not (parts[2].isalpha() and parts[2].isupper()):
        return None
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", parts[0]):
        return None
    try:
        moment = datetime.fromisoformat(parts[0])
    except ValueError:
        return None
    return LogEntry(moment.timestamp(), *parts[1:])


def merge_logs(*streams):
    return heapq.merge(*streams, key=lambda entry: entry.time)
