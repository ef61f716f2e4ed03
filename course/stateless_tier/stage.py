"""The stage of notebook 06's films: users, servers, and sessions in their memory or a store."""

from dataclasses import dataclass
from functools import cache

from course.stateless_tier.model import session_id, simulate
from course.stateless_tier.serving import valid_pages
from course.stateless_tier.traffic import visits
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

SECONDS, SEED, USERS, SERVERS = 300.0, 1, 16, 4
RATE = 10.0  # of the run's seconds that play in a second
LEG = 4.0  # s from one column of the stage to the next
LINGER = 12.0  # s for which something that is lost can still be seen
AFTER = SECONDS + 60
LOWEST, HIGH, DEEP = 24, 56, 5  # pixels down to the servers, each one's height; users in a column
BALANCER, SERVER, STORE = 158, 232, 372  # pixels across: the left edges of their boxes
OUT, IN = "not logged in", "logged in"
ASKS, LOGS_IN, PAGE = "request", "log-in", "page"
SESSION, LOST = "session", "401 or lost"
STATES = {
    OUT: (style.INK, "ring"),
    IN: (style.INK, "disc"),
    ASKS: (style.SKY, "disc"),
    LOGS_IN: (style.ORANGE, "diamond"),
    PAGE: (style.BLUE, "disc"),
    SESSION: (style.GREEN, "square"),
    LOST: (style.VERMILION, "cross"),
}

MEMORY = (
    "Users log in and ask for pages. A square is a session. It lies in the memory of the server "
    "where its user logged in, and only that server knows the user."
)


@dataclass(frozen=True)
class Play:
    """A run, as a lane shows it: what was answered to each page, and why.

    result: TierResult; traffic: its Traffic. answers: LOGS_IN, PAGE or LOST (thrown out, or failed)
    of each page. stories: (words, call, cell) of each page, as `Actor.tell` takes them. lifetime:
    of sessions in a store that all share (s); 0 where each server keeps its own. right: whether
    each answer is as it should be.
    """

    result: object
    traffic: object
    answers: list
    stories: list
    lifetime: float
    right: list


def new_reel():
    """Return the Reel of both films, still empty."""
    return Reel(end=SECONDS, rate=RATE, states=STATES)


def world(dies_at, seed):
    """Return what `simulate` takes of the people and of the tier, two dicts."""
    return {"seed": seed, "users": USERS, "duration": SECONDS}, {
        "servers": SERVERS,
        "dies_at": dies_at,
    }


def drawn(dies_at, seed):
    """Return the Play of sessions that are drawn a server at log-in."""
    people, tier = world(dies_at, seed)
    result = simulate(**people, **tier)
    return of_memory(result, visits(**people), lambda page: ("", None, ""))


def of_memory(result, traffic, told):
    """Return the Play of a run whose sessions lie in the servers' memories."""
    answers, stories = [], []
    columns = zip(
        result.place.tolist(),
        result.failed.tolist(),
        result.thrown_out.tolist(),
        traffic.first.tolist(),
        strict=True,
    )
    for page, (place, failed, thrown_out, first) in enumerate(columns):
        server = result.names[place]
        if failed:
            why = f"{server} is dead" if place < SERVERS else "it was sent to no server"
            answer, words = LOST, f"The page failed: {why}."
        elif thrown_out:
            answer, words = LOST, f"{server} has never heard of this session: 401, log in again."
        elif first:
            answer, words = LOGS_IN, f"The user logs in; {server} keeps the session in its memory."
        else:
            answer, words = PAGE, f"{server} has the session in its memory, and gives the page."
        before, call, cell = told(page)
        answers.append(answer)
        stories.append((f"asks. {before}{words}", call, cell))
    return Play(result, traffic, answers, stories, 0.0, [True] * len(answers))


def show(reel, title, play):
    """Show a Play: the users, their pages and their sessions."""
    lane = reel.lane(title, _scene(bool(play.lifetime)))
    result, times = play.result, play.result.arrived_at.tolist()
    ends = result.finished_at.tolist()
    pages = [lane.actor(f"page {i + 1}, {session_id(s)}") for i, s in enumerate(result.session)]
    for page, (actor, arrived, left) in enumerate(zip(pages, times, ends, strict=True)):
        _page(actor, play, page, arrived, left)
        words, call, cell = play.stories[page]
        actor.tell(arrived, words, call=call, cell=cell)
    _users(lane, play, times, ends)
    _stored(lane, play, times) if play.lifetime else _in_memory(lane, play, times)
    dies_at = result.tier.dies_at
    if dies_at < SECONDS:
        corpse = lane.actor("web-1 is dead")
        corpse.at(dies_at, SERVER + _wide(play.lifetime) - 18, _height(0) + 8, LOST, size=10)
        corpse.stay(AFTER)
    seen = [page for page, time in enumerate(times) if time < reel.end]
    thrown_out = [page for page in seen if play.answers[page] == LOST and not result.failed[page]]
    for name, answer in (("log-ins", LOGS_IN), ("pages", PAGE)):
        lane.count(name, [times[page] for page in seen if play.answers[page] == answer])
    lane.count("thrown out", [times[page] for page in thrown_out])
    lane.count("failed", [ends[page] for page in seen if result.failed[page]])
    if not play.lifetime and dies_at < reel.end:
        lane.count("sessions lost", [dies_at], [result.sessions_lost])
    elif not play.lifetime:
        lane.count("sessions lost", [])
    wrong = [page for page in seen if not play.right[page]]
    if wrong:
        reel.mark("your first wrong answer", times[wrong[0]], pages[wrong[0]])
    elif thrown_out and not reel.marks:
        reel.mark("the first who is thrown out", times[thrown_out[0]], pages[thrown_out[0]])


def _height(place):
    return LOWEST + HIGH * place + 22


@cache
def _scene(shared):
    scene = Scene(480, LOWEST + HIGH * SERVERS + 12)
    scene.text(4, 12, "users")
    scene.text(BALANCER + 8, 12, "balancer", at="center")
    scene.box(BALANCER, LOWEST, 16, HIGH * SERVERS - 8, colour=style.GREY)
    for place in range(SERVERS):
        top = LOWEST + HIGH * place
        scene.box(SERVER, top, _wide(shared), HIGH - 10, f"web-{place + 1}")
    if shared:
        scene.box(STORE, LOWEST, 106, HIGH * SERVERS - 8, "session store")
    return scene


def _wide(shared):
    """Return the width of a server, which has room for sessions unless they are `shared`."""
    return 52 if shared else 236


def _seat(session):
    """Return where the user of a session sits."""
    column, row = divmod(session, DEEP)
    return 16 + 35 * (column % 4), LOWEST + 20 + 42 * row


def _page(actor, play, page, arrived, left):
    """Let a page's request go to its server, where the store is also there, and come back."""
    x, y = _seat(int(play.result.session[page]))
    place, failed = int(play.result.place[page]), play.result.failed[page]
    nowhere = place == SERVERS
    down = _height(place) + 10 if not nowhere else LOWEST + HIGH * SERVERS / 2
    asks = LOGS_IN if play.answers[page] == LOGS_IN else ASKS
    way = [(x, y), (BALANCER + 8, down)]
    if not nowhere:
        way.append((SERVER + 8, down))
        if play.lifetime and not failed:
            way.append((STORE + 6, down))
    for legs, step in zip(range(len(way) - 1, -1, -1), way, strict=True):
        actor.at(arrived - LEG * legs, *step, asks, size=4)
    state = PAGE if play.answers[page] == LOGS_IN else play.answers[page]
    if play.lifetime and not failed and not nowhere:
        actor.stay(arrived, state)
        actor.at(arrived + LEG, *way[2])
        left = max(left, arrived + LEG)
    actor.stay(left, state)
    if failed:
        actor.stay(left + LEG)
    else:
        actor.at(left + LEG, *way[1]).at(left + 2 * LEG, x, y)


def _users(lane, play, times, ends):
    """Let each session's user sit there while they stay, logged in or not."""
    leaves = play.traffic.leaves.tolist()
    for session, pages in _by_session(play.result.session.tolist()).items():
        user = lane.actor(f"user-{session + 1}", f"{session + 1}")
        comes = max(0.0, times[pages[0]] - 5 * LEG)
        user.at(comes, *_seat(session), OUT, size=6)
        for page in pages:
            back = max(ends[page], times[page] + LEG * bool(play.lifetime)) + 2 * LEG
            if play.answers[page] == LOGS_IN:
                user.remain(back, IN).tell(times[page], "logs in.")
            elif play.answers[page] == LOST and not play.result.failed[page]:
                user.remain(back, OUT).stay(back + LINGER, IN)
                user.tell(times[page], "is thrown out, and must log in again.")
        gone = leaves[session] if leaves[session] < SECONDS else AFTER
        user.remain(gone)
        if gone < SECONDS:
            user.tell(gone, "leaves.")


def _by_session(sessions):
    """Return {session: its pages, in order}."""
    found = {}
    for page, session in enumerate(sessions):
        found.setdefault(session, []).append(page)
    return found


def _in_memory(lane, play, times):
    """Show in each server the sessions that it keeps: each from its log-in there on."""
    result, leaves = play.result, play.traffic.leaves.tolist()
    dies_at, stays = result.tier.dies_at, []
    for session, pages in _by_session(result.session.tolist()).items():
        homes = []
        for page in pages:
            place = int(result.place[page])
            if not result.failed[page] and (not homes or homes[-1][1] != place):
                homes.append((times[page], place))
        ends = [*(time for time, _ in homes), leaves[session]][1:]
        stays += [
            (since, min(until, AFTER), place, session)
            for (since, place), until in zip(homes, ends, strict=True)
        ]
    free = [list(range(11, -1, -1)) for _ in result.names]
    for since, until, place, session in sorted(stays):
        slot = free[place].pop() if free[place] else 0
        row, column = divmod(slot, 6)
        x, y = SERVER + 18 + 34 * column, LOWEST + HIGH * place + 23 + 14 * row
        name = f"{session_id(session)} in the memory of {result.names[place]}"
        kept = lane.actor(name, f"{session + 1}")
        kept.at(since, x, y, SESSION, size=4.5).tell(since, "begins.")
        if place == 0 and since < dies_at < until:
            kept.stay(dies_at, LOST).stay(dies_at + LINGER)
            kept.tell(dies_at, "is lost: web-1 has died.")
        else:
            kept.stay(until)


def _stored(lane, play, times):
    """Show in the store the sessions that are valid, each with the time that it has left."""
    valid = valid_pages(play.traffic, play.lifetime).tolist()
    leaves = play.traffic.leaves.tolist()
    for session, pages in _by_session(play.result.session.tolist()).items():
        row, column = divmod(session % 21, 3)
        x, y = STORE + 15 + 34 * column, LOWEST + 32 + 25 * row
        kept, until = None, 0.0
        for page in [*pages, None]:
            time = times[page] if page is not None else min(leaves[session], AFTER)
            if kept and page is not None and valid[page]:
                kept.stay(time, ring=(until - time) / play.lifetime).stay(time, ring=1)
            elif kept:
                end = min(until, time)
                kept.stay(end, ring=(until - end) / play.lifetime)
            if page is not None and not valid[page]:
                kept = lane.actor(f"{session_id(session)} in the store", f"{session + 1}")
                kept.at(time, x, y, SESSION, size=4.5, ring=1).tell(time, "begins.")
            until = time + play.lifetime


def captions(reel, dies_at, first=MEMORY):
    """Say at first what is seen, and then whom the death of web-1 hurts, or would hurt."""
    reel.caption(0, first)
    if dies_at is None:
        reel.caption(150, "Everybody has a session by now. Whom does it hurt when web-1 dies?")
    else:
        reel.caption(
            dies_at,
            "web-1 is dead, and the balancer knows it at once. Watch the users whose sessions were "
            "in its memory, at their next page.",
        )
