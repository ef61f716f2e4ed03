"""What the processes counted, in words: a line for each box, and the card of all components."""

from course.site.parts import PARTS, ROLES

QUANTILES, SLOW = ("mean", "p50", "p95"), ("p95", "mean")


def count(name, done):
    """Return how often a box was used."""
    named = {"replica-1": "applied", "replica-2": "applied", "queue": "published"}
    key = "resized" if name.startswith("worker") else named.get(name, "requests")
    return done.get("lines" if name == "metrics" else key, 0)


def box_said(name, box):
    """Return what a box shows below its components, as text."""
    done, total = box.get("done", {}), count(name, box.get("done", {}))
    if name == "edge":
        return f"{_share(done.get('hit', 0), _photos(done))} of photos from copies"
    if name == "cache":
        return f"{_share(done.get('hits', 0), total)} hits"
    if name == "balancer":
        out = [server for server, healthy in box.get("healthy", {}).items() if not healthy]
        return f"{', '.join(out)} out" if out else "all servers in"
    if name == "queue":
        return f"{box.get('waiting', 0):,} waiting"
    if name == "primary":
        return f"{done.get('writes', 0):,} writes, lsn {box.get('lsn', 0):,}"
    if name.startswith("replica"):
        return f"{done.get('reads', 0):,} reads, lsn {box.get('lsn', 0):,}"
    if name == "metrics":
        return f"alert: {box.get('metrics', {}).get('alert', '–')}"
    return f"{total:,} in all"


def summary(state):
    """Return the whole site in one line."""
    users = state["users"].get("done", {})
    audit = state["users"].get("audit", {})
    seen = state["boxes"]["metrics"].get("metrics", {})
    slow = next((f" · {name} {1000 * seen[name]:.1f} ms" for name in SLOW if seen.get(name)), "")
    return (
        f"{users.get('answered', 0):,} requests answered, {users.get('failed', 0):,} failed · "
        f"{audit.get('confirmed', 0):,} writes confirmed, {audit.get('late', 0):,} missing{slow}"
    )


def card(state):
    """Return a dict for each component: its name, whose it is, and what it did."""
    lines = []
    for role in ROLES:
        kind = next(part.box for part in PARTS if part.role == role)
        boxes = {name: box for name, box in state["boxes"].items() if name.startswith(kind)}
        done = {}
        for box in boxes.values():
            for key, number in box.get("done", {}).items():
                done[key] = done.get(key, 0) + number
        part = state["parts"][role]
        whose = "yours" if part["yours"] else "ours"
        why = "" if part["yours"] else f" ({part['why']})"
        did = SAYS[role](done, list(boxes.values()), state)
        lines.append({"name": part["name"], "whose": whose, "did": did + why})
    return lines


def _share(some, of):
    return f"{some / of:.0%}" if of else "–"


def _photos(done):
    return sum(done.get(how, 0) for how in ("hit", "miss", "stale"))


def _edge(done, boxes, state):
    stale = f", {done['stale']:,} of them stale" if done.get("stale") else ""
    served = done.get("hit", 0) + done.get("stale", 0)
    return f"{_photos(done):,} photos, {served:,} from its copies{stale}"


def _balancer(done, boxes, state):
    wrong = done.get("answered 502", 0)
    return f"{done.get('requests', 0):,} requests; {wrong:,} met a dead server"


def _checker(done, boxes, state):
    out = [name for box in boxes for name, healthy in box.get("healthy", {}).items() if not healthy]
    return (
        f"believes that {' and '.join(out)} cannot answer"
        if out
        else "believes that every server is healthy"
    )


def _router(done, boxes, state):
    reads = {key: number for key, number in done.items() if key.startswith("read from")}
    said = ", ".join(f"{number:,} {key}" for key, number in sorted(reads.items()))
    return said or "nothing read"


def _replica(done, boxes, state):
    behind = [state["boxes"]["primary"].get("lsn", 0) - box.get("lsn", 0) for box in boxes]
    return f"{done.get('applied', 0):,} entries applied, {max(0, *behind):,} behind at most"


def _consumer(done, boxes, state):
    twice = state["users"].get("audit", {}).get("twice", 0)
    seen = done.get("seen before", 0)
    return f"{done.get('resized', 0):,} resized, {seen:,} already done; {twice:,} resized twice"


def _histogram(done, boxes, state):
    seen = boxes[0].get("metrics", {})
    known = [f"{name} {1000 * seen[name]:.1f} ms" for name in QUANTILES if seen.get(name)]
    return ", ".join(known) or "nothing seen"


SAYS = {
    "dns": lambda done, *_: f"{done.get('asked the DNS', 0):,} answers",
    "resolver": lambda done, *_: (
        f"{done.get('requests', 0):,} questions, "
        f"{done.get('requests', 0) - done.get('asked the DNS', 0):,} answered from memory"
    ),
    "edge_cache": _edge,
    "balancer": _balancer,
    "checker": _checker,
    "read_through": lambda done, *_: (
        f"{sum(n for key, n in done.items() if key.startswith('read from')):,} reads of a database"
    ),
    "router": _router,
    "sessions": lambda done, *_: (
        f"{done.get('requests', 0):,} questions, {done.get('logins', 0):,} logins"
    ),
    "cache": lambda done, *_: f"{done.get('hits', 0):,} hits, {done.get('misses', 0):,} misses",
    "replica": _replica,
    "queue": lambda done, boxes, _: (
        f"{done.get('published', 0):,} uploads taken, {done.get('acked', 0):,} acked, "
        f"{boxes[0].get('waiting', 0):,} waiting"
    ),
    "consumer": _consumer,
    "parse_line": lambda done, *_: (
        f"{done.get('lines', 0):,} lines, {done.get('errors', 0):,} errors"
    ),
    "histogram": _histogram,
    "alert": lambda done, boxes, _: boxes[0].get("metrics", {}).get("alert", "nothing seen"),
}
