from datetime import timedelta

EPOCH = datetime(1970, 1, 1)


def parse_line(line):
    if line[-1:] == "\n":
        line = line[:-1]
    stamp, _, rest = line.partition(" ")
    server, _, rest = rest.partition(" ")
    level, _, message = rest.partition(" ")
    if len(stamp) != 20 or not server or server.split() != [server] or not message.split(None, 1):
        return None
    if not level or not all("A" <= letter <= "Z" for letter in level):
        return None
    marks = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":", 19: "Z"}
    for place, letter in enumerate(stamp):
        if place in marks and letter != marks[place]:
            return None
        if place not in marks and letter not in "0123456789":
            return None
    try:
        day = datetime(int(stamp[:4]), int(stamp[5:7]), int(stamp[8:10]))
        when = day.replace(hour=int(stamp[11:13]), minute=int(stamp[14:16]), second=int(stamp[17:19]))
    except ValueError:
        return None
    return LogEntry((when - EPOCH) // timedelta(seconds=1), server, level, message)


def merge_logs(*streams):
    streams = [iter(stream) for stream in streams]
    heads = [next(stream, None) for stream in streams]
    while any(head is not None for head in heads):
        place = min(
            (n for n, head in enumerate(heads) if head is not None), key=lambda n: heads[n].time
        )
        yield heads[place]
        heads[place] = next(streams[place], None)
