"""The steps of this notebook's experiments: what each one sets and asks, and what its run says."""

from course.engine.record import milliseconds
from course.stateless_tier.baselines import Hashed, InTurn
from course.stateless_tier.rehearsal import REDIS, STORE, THE_STORE, USERS, WEB
from course.stateless_tier.scaling_picture import turned_away
from course.stateless_tier.sessions import NOBODY
from course.view.explore import Step


def _newcomer(result):
    return f"{100 * result.shares()[-1]:.0f} %"


def _out(result):
    return f"{result.thrown_out.sum():,}"


BUILT_IN = (
    Step(
        "One more joins",
        {},
        "web-5 joins at minute 4. Which users does it serve at all?",
        lambda result, **_: (
            "Only those who have logged in since it came, and one in five of them: "
            f"{_newcomer(result)} of the pages."
        ),
    ),
    Step(
        "A user stays 5 min",
        {"stay": 5},
        "Most users are new after some minutes. How much does web-5 get now?",
        lambda result, **_: (
            f"{_newcomer(result)} of the pages: more log-ins are more chances for the newcomer."
        ),
    ),
    Step(
        "A user stays 120 min",
        {"stay": 120},
        "And if people stay for two hours? Which of the two sites is easier to grow?",
        lambda result, **_: (
            f"web-5 gets {_newcomer(result)}. The site with short visits is easier to grow."
        ),
    ),
    Step(
        "web-1 dies",
        {"dies_at": 300},
        "It dies at minute 5. How many sessions die with it, and how many users must log in again? "
        "Why are there fewer of those?",
        lambda result, **_: (
            f"{result.sessions_lost} sessions died, and {_out(result)} users had to log in again: "
            "the others left before they asked for another page."
        ),
    ),
    Step(
        "By hash",
        {"sessions": Hashed},
        "A balancer without a memory looks tempting: the server is the id's hash, modulo the "
        "number of servers. No server dies, one only joins. What happens?",
        lambda result, **_: (
            f"{_out(result)} users have to log in again, because nearly every id gets another "
            "server."
        ),
    ),
    Step(
        "Any server, in turn",
        {"sessions": InTurn, "dies_at": 300},
        "The sessions are in a shared store. A server joins, another one dies. Who has to log in "
        "again?",
        lambda result, **_: (
            f"{_out(result)} users. web-5 carries its part from its first second on: a fifth of "
            f"the pages, and a quarter once web-1 is dead ({_newcomer(result)} on average)."
        ),
    ),
)
YOURS = (
    Step(
        "One more joins",
        {},
        "Your rule gives the newcomer every new session. Does it catch up?",
        lambda result, ghost, **_: (
            f"In its first six minutes it serves {_newcomer(result)} of the pages, against "
            f"{_newcomer(ghost)} with a random choice. A fifth would be its part."
        ),
    ),
    Step(
        "web-1 dies",
        {"dies_at": 300},
        "Can any rule of the balancer save its sessions?",
        lambda result, **_: (
            f"No. They were in one place only: {_out(result)} users had to log in again."
        ),
    ),
)


def _asked(result):
    return f"{result.count(NOBODY) / max(1, result.look_ups):.0%} of the look-ups ask for a log-in"


LIFETIMES = (
    Step(
        "Lifetime 3 min",
        {"lifetime": 3},
        "Each hollow dot is a person who must type a password again. How many are they?",
        lambda result, stored_now, **_: (
            f"{_asked(result)}, and {stored_now:.0f} sessions are valid at a time."
        ),
    ),
    Step(
        "Lifetime 60 min",
        {"lifetime": 60},
        "Few people have to log in again now. What is the price?",
        lambda result, stored_now, **_: (
            f"{_asked(result)}, most of them after a log-out. But {stored_now:.0f} sessions are "
            "valid at a time, and each of them is also a laptop left open in a café."
        ),
    ),
)
TIER = (
    Step(
        "web-1 dies",
        {},
        "It dies at minute 5, and your store lives on. Who is thrown out?",
        lambda served, ghost, **_: (
            f"{served.thrown_out.sum() or 'None'} of your users. With sessions in the servers, "
            f"{ghost.thrown_out.sum()}."
        ),
    ),
    Step(
        "100 strangers a minute",
        {"strangers": 100},
        "They try guessed ids, ids with one character changed, and ids of people who have logged "
        "out. Who gets in?",
        lambda served, **_: (
            f"{served.let_in.sum() or 'None'} of them. {served.strange.sum():,} requests came "
            "without a valid session."
        ),
    ),
)


def _cost(run):
    return f"{run.server_hours:.0f} server-hours, and {turned_away(run)} of the pages turned away"


def _answer(words):
    """Return an answer that begins with the bill."""
    return lambda result, **_: f"{_cost(result)}. {words}"


def _bills(result, others):
    _, peak, mean = others.values()
    return (
        f"Yours: {_cost(result)}. Servers for the evening: {_cost(peak)}. Servers for the average: "
        f"{_cost(mean)}."
    )


DAY = (
    Step(
        "Compare the bills",
        {},
        "What do you save against a number of servers that is right for the evening, and what do "
        "you gain against one that is right on average?",
        _bills,
    ),
    Step(
        "No cooldown",
        {"cooldown": 0},
        "Look at the blue line. How often does the number of servers change?",
        lambda result, **_: (
            f"{result.changes} times a day: your autoscaler flaps, up and down with every jump."
        ),
    ),
    Step(
        "Target 80 %",
        {"target": 0.8},
        "Fewer servers are cheaper. Who pays for it?",
        _answer("The room for surprises is gone: a jump meets servers that are already busy."),
    ),
    Step(
        "Target 90 %",
        {"target": 0.9},
        "And closer still?",
        _answer("Cheaper again, and more users see an error."),
    ),
    Step(
        "Target 95 %",
        {"target": 0.95},
        "One small step more. What happened?",
        _answer(
            "A server cannot be more than 100 % busy. Your rule looks at the number 1.00 and sees: "
            "within 10 % of 0.95, so nothing has to change."
        ),
    ),
)
CROWD = (
    Step(
        "Servers start in 10 min",
        {"start_up": 10},
        "Your autoscaler notices the crowd at once. What does it wait for?",
        _answer("For servers to start. When they serve, the crowd is nearly gone."),
    ),
    Step(
        "Servers start at once",
        {"start_up": 0},
        "And if there were nothing to wait for?",
        _answer("Only the seconds between two measurements are left."),
    ),
    Step(
        "Target 30 %",
        {"target": 0.3},
        "Servers start in 3 minutes again, but twice as many are there already. Does that help "
        "as much?",
        _answer("The crowd finds servers that are there, and you pay for them."),
    ),
    Step(
        "Target 30 %, no crowd",
        {"target": 0.3, "crowd": 1.0},
        "What does the lower target cost on a day without a crowd?",
        lambda result, **_: (
            f"{_cost(result)}: twice as many server-hours as with 60 %. A quicker start costs "
            "nothing on such a day."
        ),
    ),
)


def of_real(redis):
    """Return the steps for real processes. redis: whether it is installed."""
    asked = [
        Step(
            "In memory, kill -9 web-1",
            {"dies": WEB[0]},
            "Each web server keeps the sessions of its users. web-1 gets SIGKILL at 2 s and is "
            "started again at 4 s. Who must log in again?",
            _who,
        ),
        Step(
            "Your store, kill -9 web-1",
            {"where": STORE, "dies": WEB[0]},
            "The same kill, but the sessions are in your store, a process of its own. Who notices?",
            _who,
        ),
        Step(
            "Your store, kill -9 the store",
            {"where": STORE, "dies": THE_STORE},
            "Now the store is killed at 2 s and started again at 4 s. What happens before 4 s, and "
            "what after?",
            lambda run, **_: (
                f"First nobody gets a page: {run.without_page} reloads. Then the store is back, "
                f"but empty: {len(run.thrown_out)} of {len(USERS)} users must log in again. The "
                "store is the new single point of failure: it needs a replica, or a disk."
            ),
        ),
    ]
    if redis:
        question = "Redis in the place of your store. What does it do better, what no better?"
        values = {"where": REDIS, "dies": WEB[0]}
        asked.append(Step("Redis, kill -9 web-1", values, question, _redis))
    return tuple(asked)


def _who(run, expected, foreseen, **_):
    names = ", ".join(USERS[number] for number in sorted(run.thrown_out)) or "nobody"
    formula = f"By the formula {foreseen[0]:.0f} users, in" if foreseen else "In"
    return f"On this machine {names}. {formula} the simulation {len(expected.thrown_out)}."


def _redis(run, typical, **_):
    yours = f"; with your store it took {milliseconds(typical[STORE])}" if STORE in typical else ""
    return (
        f"{len(run.thrown_out) or 'None'} of the users had to log in again, as with your class. A "
        f"page took {milliseconds(typical[REDIS])}{yours}. The rule is the same; Redis can also "
        "keep replicas and a file on disk."
    )
