# %% [markdown] question="what can wait?" shown="explore(MessageQueue)"
# # 8 · Message queue
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/08_message_queue/08_message_queue.ipynb)
#
# Your site survives the loss of a data center. But look at one click. Ann uploads a photo. A web server stores it, crops it, sharpens it, blurs the faces of strangers, makes five sizes, tells her friends, and only then says "done". Each
# of these may be slow or down, and Ann waits for all of them. On Sunday evening everyone uploads at once, and work that could wait takes the workers that others need now.
#
# What *can* wait? Ann must know that her photo is safe. Everything else may happen a minute later, on other machines. Today you put a **message queue** between the click and the work.
#
# **Time:** about 135 minutes. Afterwards you will be able to
#
# - write a queue that loses nothing when a worker dies, and one that loses nothing when *it* dies,
# - say why every such queue sometimes delivers twice, and make that harmless,
# - work out how many workers clear a backlog in time, and get poison out of their way.

# %%
import json
import math
import os
import tempfile
from pathlib import Path

from course.message_queue import (
    Message,
    StoreDown,
    architecture,
    explore,
    explore_crash,
    explore_duplicates,
    explore_poison,
    explore_workers,
    fields,
    read_file,
    replay,
)

# %% [markdown]
# ## The picture
#
# Web servers are now **producers**: they *publish* a message, "crop photo 17", and answer the user at once. Workers are **consumers**: they *subscribe* to the queue. Each takes one message at a time, does the work, and stores the result.

# %%
architecture()

# %% [markdown]
# ## The idea
#
# The queue keeps messages until a worker takes them. If photos come faster than workers can crop, the rest waits in the queue and not in a user's browser.
#
# Watch half a minute of a very simple queue. Then kill a worker while it has a photo: who will ever learn that this photo is missing?

# %%
replay()

# %% [markdown]
# ## Predict
#
# Six workers crop two photos a second each: 12/s. Usually 5 photos a second are uploaded. Then, for one minute, 20 a second. When the minute is over, $(20 - 12) \times 60 = 480$ photos wait, and uploads are back at 5 a second.
#
# How many seconds after the burst is the queue empty again? Write your guess, then go on.

# %%
prediction = None  # seconds after the burst: put your number here

# %% [markdown]
# ## Experiment
#
# **Left:** photos in the queue, waiting or in work. The thin line in the text's color is arithmetic alone, without chance or crashes; your guess is the diamond on the axis. **Right:** how long it takes until a photo is ready, and which photos go wrong.
#
# The dashed gray line is a *forgetful* queue: a plain list, and what has been received is gone. Compare your guess with it. What do those who say 40 s forget?

# %%
explore(prediction=prediction)

# %% [markdown]
# Each step is a button above the picture. Press it for the question, decide, and press it again for the answer.
#
# 1. *The burst*: what does it do to a user with a queue, and to one without?
# 2. *All workers away for 40 s*: who notices?
# 3. *4 workers*: is the queue empty before 240 s? With how few workers would it never be empty?
# 4. *Crashes 4 %*: of 100 deliveries 4 kill their worker, half of them before the photo is done. A dead worker is back after 2 s, and does nothing until then. How many photos are lost for good?

# %% [markdown]
# <details><summary>How long until it is empty</summary>
#
# Those who say 40 s forget that new photos keep coming. The queue drains by $12 - 5 = 7$ photos a second, not by 12: $480 / 7 \approx 69$ s, longer than the burst itself.
#
# </details>
#
# By 2013 Instagram brought new photos into feeds, shared them, looked for spam and filled its search index by such a queue: thousands of tasks every second (R. Branson, *Messaging at Scale at Instagram*, PyCon 2013).

# %% [markdown]
# ### A buffer between two sides
# Web servers and workers do not know each other, and neither waits for the other: their work is **asynchronous**. The two sides are **decoupled**. Producers can go on while all workers are away, say for an update; workers can go on while no web server is up.
# And you scale each side by itself: many uploads need more web servers, a long queue needs more workers, an empty one fewer.

# %% [markdown]
# ### Receive, work, ack
# When may the queue forget a message? Not when a worker receives it: the worker may die a second later, and the photo would be forgotten. So receiving only *hides* the message. When the worker has stored its result, it tells the queue: **ack**, acknowledged.
# Only then is it gone. If no ack comes within the **visibility timeout**, the queue assumes that the worker is dead and delivers the message again, to whoever asks next. With a timeout of 30 s:
#
# | time | what happens | the queue afterwards |
# |---|---|---|
# | 0 s | a worker receives `a.jpg` | `a.jpg` (hidden), `b.jpg` |
# | 3 s | the worker dies: no ack | `a.jpg` (hidden), `b.jpg` |
# | 30 s | the timeout has passed | `a.jpg`, `b.jpg` |
# | 31 s | another worker receives `a.jpg` | `a.jpg` (hidden), `b.jpg` |
# | 32 s | it has stored its result and acks | `b.jpg` |
#
# ### At most once, at least once
# A queue that forgets at once delivers **at most once**: crashes lose messages. A queue that waits for the ack delivers **at least once**: nothing is lost, but some messages are processed twice. A worker may die *after* storing the result and *before* its ack. Or it is
# merely slow, and another worker already has its message.
#
# There is no third kind that delivers exactly once whatever happens: between "stored" and "acked" there is always a moment in which the worker can die. So you choose at least once, and make a second delivery harmless. Work that can be done twice without harm is **idempotent**.

# %% [markdown]
# ### What goes through it
# A worker receives a `Message`: an id, a body (what to do), and how often it has been delivered by now.

# %%
Message(17, "photo-17.jpg", receives=1)

# %% [markdown]
# ## Exercise A — Nothing is lost: receive, hide, ack
#
# Write the queue that waits for the ack. `MessageQueue(visibility_timeout)`; times are in seconds, and `now` never goes back from one call to the next.
#
# - `.publish(body, now)` puts a message with this body (a string) at the end and returns its id: an int or a string, as you like, never used twice by this queue.
# - `.receive(now)` → `Message(id, body, receives)`, or `None` if nothing can be delivered now. It delivers the *oldest* message (in order of publishing) that is not hidden. `receives` is 1 at the first delivery of a message, 2 at the second …
# - A message received at `t` is **hidden** until it is acked, or until `now ≥ t + visibility_timeout`. Then it can be delivered again, at its old position: ahead of newer ones. Each delivery hides it again.
# - `.ack(id)` → `True` for any id that was published and not yet acked: even after its timeout, and even if it is not received at the moment, or never was. The message is then gone. For any other id `False`, and nothing happens.
# - `len(queue)` counts the messages not acked, hidden or not.
#
# <details><summary>Hint 1</summary>
#
# No clock runs inside your queue. When does it have to find out that a timeout has passed?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Remember for each id the time from which it may be delivered (again). Then `receive` only has to find the first message whose time has come. A dict keeps the order in which you put things in.
#
# </details>


# %% solution="message_queue"
class MessageQueue:
    """Delivers each message again and again until it is acked: at least once."""

    def __init__(self, visibility_timeout):
        self.visibility_timeout = visibility_timeout
        ### BEGIN SOLUTION Exercise A: what do you remember of each message?
        self.last_id = 0
        self.bodies = {}  # id → body of what is not acked, in order of publishing
        self.visible_at = {}  # id → time from which it may be delivered again, once received
        self.receives = {}
        ### END SOLUTION

    def publish(self, body, now):
        """Put a message at the end; return its id."""
        ### BEGIN SOLUTION Exercise A: take the message
        self.last_id += 1
        self.bodies[self.last_id] = body
        return self.last_id
        ### END SOLUTION

    def receive(self, now):
        """Return the oldest Message that is not hidden, and hide it; None if there is none."""
        ### BEGIN SOLUTION Exercise A: deliver the next message
        for id, body in self.bodies.items():
            if now >= self.visible_at.get(id, now):
                self.visible_at[id] = now + self.visibility_timeout
                self.receives[id] = self.receives.get(id, 0) + 1
                return Message(id, body, self.receives[id])
        return None
        ### END SOLUTION

    def ack(self, id):
        """Forget a message for good; return whether it was still there."""
        ### BEGIN SOLUTION Exercise A: forget the message
        self.visible_at.pop(id, None)
        return self.bodies.pop(id, None) is not None
        ### END SOLUTION

    def __len__(self):
        """Return how many messages are not acked."""
        ### BEGIN SOLUTION Exercise A: count what is not acked
        return len(self.bodies)
        ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    tried = MessageQueue(30)
    tried.publish("a.jpg", 0)
    for now in (0, 29, 30):
        print(now, tried.receive(now))
except NotImplementedError as stub:
    print(stub)

# %% check="message_queue" points=1
queue = MessageQueue(30)
ids = [queue.publish(body, now=0) for body in ("a.jpg", "b.jpg", "c.jpg")]
got = [fields(queue.receive(now)) for now in (1, 2)]
acked = [queue.ack(ids[0]), queue.ack(ids[0])]
seen = {"ids": ids, "got": got, "acked": acked, "len": len(queue)}
seen["rest"] = [fields(queue.receive(3)), fields(queue.receive(3))]
### JUDGE
a, b, c = seen["ids"]
assert len({a, b, c}) == 3, f"three messages need three ids; publish gave {seen['ids']}"
assert seen["got"] == [[a, "a.jpg", 1], [b, "b.jpg", 1]], (
    f"published a, b, c; receive must give a, then b, each with its id and receives=1; it gave {seen['got']}"
)
assert seen["acked"] == [True, False], (
    f"ack of a's id twice: True, then False (it is gone); yours gave {seen['acked']}"
)
assert seen["len"] == 2, f"3 published, 1 acked: len is 2 (b is hidden, but it counts); yours is {seen['len']}"
assert seen["rest"] == [[c, "c.jpg", 1], None], (
    f"a acked, b hidden: receive gives c, then None; yours gave {seen['rest']}"
)

# %% check="message_queue_check_2" points=1
queue = MessageQueue(10)
ids = [queue.publish(body, now=0) for body in ("a.jpg", "b.jpg", "c.jpg")]
seen = {}
for now in (0, 4, 9, 10, 11, 14, 19, 20):
    if now == 9:
        ids.append(queue.publish("d.jpg", now))
    seen[f"at {now} s"] = fields(queue.receive(now))
seen["ids"] = [*ids, queue.publish("e.jpg", 20)]
seen["ack"] = queue.ack(seen["ids"][4])
### JUDGE
a, b, c, d, e = seen["ids"]
assert len({a, b, c, d, e}) == 5, f"five messages need five ids; publish gave {seen['ids']}"
expected = {
    "at 0 s": [a, "a.jpg", 1],
    "at 4 s": [b, "b.jpg", 1],
    "at 9 s": [c, "c.jpg", 1],
    "at 10 s": [a, "a.jpg", 2],
    "at 11 s": [d, "d.jpg", 1],
    "at 14 s": [b, "b.jpg", 2],
    "at 19 s": [c, "c.jpg", 2],
    "at 20 s": [a, "a.jpg", 3],
}
for moment, message in expected.items():
    assert seen[moment] == message, (
        f"timeout 10 s, a b c published at 0 s, d at 9 s, received at 0, 4, 9, 10 … s and never acked: {moment} expected {message}, got {seen[moment]}"
    )
assert seen["ack"] is True, f"e was published and never received: its ack is True all the same; yours gave {seen['ack']}"

# %% check="message_queue_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: The oldest message that is not hidden is delivered; after its timeout a message comes again, at its old position.
### INPUTS
import random
from course.checks import SEED

_runs = []  # [timeout, [[kind of call, now, what to publish or how far back to ack], …]]
for _run in range(12):
    _rng = random.Random(SEED + _run)
    _timeout, _now, _many, _steps = _rng.choice([1, 5, 12]) if _run else 300, 0, 0, []
    for _ in range(150 if _run else 900):
        _now += _rng.choice([0, 0, 1, 1, 2, 4])
        _kind, _value = _rng.choice("ppprrrrrra"), _rng.randint(1, 6)
        if _kind == "p" or not _many:
            _kind, _value, _many = "p", _rng.choice(["lake.jpg", "", "é\n"]), _many + 1
        _steps.append([_kind, _now, _value])
    _runs.append([_timeout, _steps])
### OBSERVE
seen = []
for _timeout, _steps in _runs:
    _queue, _ids, _answers = MessageQueue(_timeout), [], []
    for _kind, _now, _value in _steps:
        if _kind == "p":
            _ids.append(_queue.publish(_value, _now))
            _answers.append(_ids[-1])
        elif _kind == "r":
            _answers.append(fields(_queue.receive(_now)))
        else:
            _answers.append(_queue.ack(_ids[-min(_value, len(_ids))]))
        _answers.append(len(_queue))
    seen.append(_answers)
### JUDGE
assert len(seen) == 12, "not all runs were seen"
for (_timeout, _steps), _answers in zip(_runs, seen, strict=True):
    _told, _queue = [], iter(_answers)
    _log = []  # of each message: [body, id, times of its deliveries, acked]
    for _kind, _now, _value in _steps:
        if _kind == "p":
            _got = next(_queue)
            assert _got not in [_old[1] for _old in _log], f"the id {_got!r} was given out twice"
            _log.append([_value, _got, [], False])
            _want = _got
            _told.append(f"publish → {_got!r}")
        elif _kind == "r":
            _free = [
                _row for _row in _log if not _row[3] and all(_t + _timeout <= _now for _t in _row[2])
            ]
            _want = [_free[0][1], _free[0][0], len(_free[0][2]) + 1] if _free else None
            if _free:
                _free[0][2].append(_now)
            _got = next(_queue)
            _told.append(f"receive({_now}) → {_want}")
        else:
            _row = _log[-min(_value, len(_log))]
            _want, _got = not _row[3], next(_queue)
            _row[3] = True
            _told.append(f"ack({_row[1]!r}) → {_want}")
        assert _got == _want and type(_got) is type(_want), (
            f"timeout {_timeout}; … {'; '.join(_told[-6:])}; the last one of yours gave {_got!r}"
        )
        _size = sum(not _row[3] for _row in _log)
        _got = next(_queue)
        assert _got == _size, f"timeout {_timeout}; … {'; '.join(_told[-6:])}; then len is {_size}, yours {_got}"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="message_queue_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: ack is True for any published id that is not yet acked, even after its timeout or if never received, and False for any other.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 20)
_timeout, _start = _rng.randint(5, 50), _rng.randint(0, 1000)
_body, _elsewhere = (f"{_number}.jpg" for _number in _rng.sample(range(10**6), 2))
### OBSERVE
_one, _other = MessageQueue(_timeout), MessageQueue(2 * _timeout)
_slow = _one.publish(_body, _start)
_late = _one.publish("late", _start)
_never = _one.publish("never received", _start)
_away = _other.publish(_elsewhere, _start)
for _now in (_start, _start + 1):
    _one.receive(_now)
_other.receive(_start)
_after = _start + 1 + _timeout
_again = fields(_one.receive(_after))
_unknown = (-7, 10**9, 10**12) if isinstance(_never, int) else ("no such id", f"{_never}000", "")
seen = {
    "again": _again and _again[1:],
    "ack of a redelivered one": _one.ack(_slow),
    "ack by the second worker": _one.ack(_slow),
    "ack past the timeout, not redelivered": _one.ack(_late),
    "ack of one never received": _one.ack(_never),
    "ack of it again": _one.ack(_never),
    "ack of an unknown id": [_one.ack(_id) for _id in _unknown],
    "len": [len(_one), len(_other)],
    "acked ones come back": fields(_one.receive(_after + 9 * _timeout)),
    "other queue, hidden": fields(_other.receive(_start + 2 * _timeout - 1)),
    "other queue, visible": (fields(_other.receive(_start + 2 * _timeout)) or [0])[1:],
    "new id": _one.publish("new", _after + 9 * _timeout) not in (_slow, _late, _never),
}
### JUDGE
_expected = {
    "again": [_body, 2],
    "ack of a redelivered one": True,
    "ack by the second worker": False,
    "ack past the timeout, not redelivered": True,
    "ack of one never received": True,
    "ack of it again": False,
    "ack of an unknown id": [False, False, False],
    "len": [0, 1],
    "acked ones come back": None,
    "other queue, hidden": None,
    "other queue, visible": [_elsewhere, 2],
    "new id": True,
}
for _case, _got in seen.items():
    assert _got == _expected[_case], (
        f"timeout {_timeout}, two messages received at {_start} and {_start + 1} s, a third never; {_case}: expected {_expected[_case]}, got {_got}"
    )
assert list(seen) == list(_expected), "not everything was seen"
### END HIDDEN TESTS

# %% [markdown]
# Now your queue, in blue, next to the forgetful one. Crosses are photos lost, orange triangles are photos done twice, at the time of their upload.
#
# 1. *Crashes 4 %*: what is lost now? And what is the price?
# 2. *No crashes, timeout 1 s*: photos are done twice without a single crash. Why?
# 3. *12 workers, timeout 30 s*: look at the right. Which photos pay for a long timeout?

# %%
explore(MessageQueue)

# %% [markdown]
# Now watch single photos, on the same traffic. Kill a worker in the burst, and keep an eye on the ring of its photo. Who gets the photo next, and which photos does it pass? Click on it: which line of your `receive` chose it?

# %%
replay(MessageQueue)

# %% [markdown]
# ### Durable
# The queue is a machine too. If its messages live in memory, its crash loses all of them, and Ann has been told that everything is safe. A **durable** queue writes each message to the disk before it says yes. And not just "writes": the operating system keeps what you
# write in memory for a while. Only `fsync` waits until the disk has it.
#
# And if the power goes in the middle of a write, half a line is what you find:

# %%
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "example.queue"
    path.write_bytes(b"photo 1\nphoto 2\nphot")
    print(read_file(path))  # each line with the byte at which it begins

# %% [markdown]
# ## Exercise B — It survives its own death: a durable queue
#
# Now the queue's process itself may be killed at any moment. Everything that must survive goes into one file.
#
# `DurableQueue(path, visibility_timeout)`: `path` (a string or a `Path`) need not exist yet. `.publish`, `.receive`, `.ack` and `len()` as in A, and:
#
# - The file is a log. Each publish, and each ack that returns `True`, appends one line to it (ending in `\n`) and syncs it with `os.fsync(…)` **before it returns** (write it just so, `os.fsync`: a check watches it). What a line looks like is up to you. Receives need not be written.
# - The body is any string: it may be empty, or hold newlines, quotes, é, 照片.
# - `DurableQueue(path, …)` on an existing file brings back exactly what was published and not acked: same ids, same order, all receivable at once, `receives` counted from 1 again. No id is ever used twice, also not that of a message acked before the crash.
# - Each queue has its own file, and shares nothing with another queue. Another process has another clock: after a restart `now` may be smaller than before, and all are receivable at once all the same.
# - The crash may have cut the last line in half, anywhere, even inside a letter. A last line without its `\n` is ignored, even if only the `\n` is missing: its call has never returned. It stays ignored after the next crash, and what is published *after* it must survive.
# - After a crash no method of the old object is called again. Only one process has the file open at a time. An empty file is an empty queue.
#
# You may use your `MessageQueue`.
#
# <details><summary>Hint 1</summary>
#
# Say the file ends in half a line, and your queue appends a whole one. What does the file's last line look like now, and what becomes of it at the next start?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Read bytes, not text, and keep what comes before the last newline. If your ids count up, then doing every line again on a fresh `MessageQueue`, publishes *and* acks, gives you the right messages, order and ids. Other ids (random ones, say) have to stand in the line. `json.dumps` makes one line of any string. `file.flush()` hands the line to the system, `os.fsync(file.fileno())` waits for the disk; `os.truncate(path, size)` shortens a file.
#
# </details>


# %% solution="durable_queue"
class DurableQueue:
    """A MessageQueue whose messages survive a crash: every publish and ack is on disk first."""

    def __init__(self, path, visibility_timeout):
        ### BEGIN SOLUTION Exercise B: bring back what the file holds
        self.path = path
        self.queue = MessageQueue(visibility_timeout)
        content = Path(path).read_bytes() if os.path.exists(path) else b""
        whole = content[: content.rfind(b"\n") + 1]
        for line in whole.splitlines():
            kind, value = json.loads(line)
            if kind == "publish":
                self.queue.publish(value, now=0)
            else:
                self.queue.ack(value)
        if len(whole) < len(content):
            os.truncate(path, len(whole))
        ### END SOLUTION

    def publish(self, body, now):
        """Put a message at the end, on disk first; return its id."""
        ### BEGIN SOLUTION Exercise B: write, sync, publish
        self._append("publish", body)
        return self.queue.publish(body, now)
        ### END SOLUTION

    def receive(self, now):
        """Return the oldest Message that is not hidden, and hide it; None if there is none."""
        ### BEGIN SOLUTION Exercise B: deliver the next message
        return self.queue.receive(now)
        ### END SOLUTION

    def ack(self, id):
        """Forget a message for good, on disk too; return whether it was still there."""
        ### BEGIN SOLUTION Exercise B: forget the message for good
        known = self.queue.ack(id)
        if known:
            self._append("ack", id)
        return known

    def _append(self, *record):
        with open(self.path, "ab") as file:
            file.write(json.dumps(record).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        ### END SOLUTION

    def __len__(self):
        """Return how many messages are not acked."""
        ### BEGIN SOLUTION Exercise B: count what is not acked
        return len(self.queue)
        ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "try.queue"
        DurableQueue(path, 30).publish("a\nb", 0)
        print(read_file(path))  # its lines, the byte at which each begins, and what is damaged
except NotImplementedError as stub:
    print(stub)

# %% check="durable_queue" points=1
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "photos.queue")
    queue = DurableQueue(path, 30)
    ids = [queue.publish(body, now=100) for body in ("a.jpg", "b.jpg", "c.jpg")]
    queue.receive(101)
    queue.receive(102)
    acked = queue.ack(ids[0])
    again = DurableQueue(path, 30)  # the first one has crashed: another process, another clock
    seen = {"ids": ids, "acked": acked, "len": len(again)}
    seen["back"] = [fields(again.receive(5)) for _ in range(3)]
### JUDGE
a, b, c = seen["ids"]
assert seen["acked"] is True, f"ack of a's id: True; yours gave {seen['acked']}"
assert seen["len"] == 2, (
    f"3 published, a acked, crash: the new queue holds 2; yours has len {seen['len']}"
)
assert seen["back"] == [[b, "b.jpg", 1], [c, "c.jpg", 1], None], (
    f"a b c published at 100 s, a and b received, a acked, crash; the new clock says 5 s: b and c come back with their ids {b!r} and {c!r}, at once, receives=1; yours: {seen['back']}"
)

# %% check="durable_queue_check_2" points=1
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "photos.queue")
    queue = DurableQueue(path, 30)
    ids = [queue.publish(body, now=0) for body in ("a.jpg", "b.jpg", "c.jpg")]
    os.truncate(path, os.path.getsize(path) - 3)  # the crash cut off the last 3 bytes
    second = DurableQueue(path, 30)
    new = second.publish("new.jpg", now=0)
    third = DurableQueue(path, 30)  # and it crashed once more
    seen = {"ids": [*ids[:2], new], "len": len(third)}
    seen["back"] = [fields(third.receive(0)) for _ in range(4)]
### JUDGE
a, b, new = seen["ids"]
assert seen["back"][:2] == [[a, "a.jpg", 1], [b, "b.jpg", 1]], (
    f"c's line was cut in half: a and b must come back; yours: {seen['back']}"
)
assert seen["back"][2:] == [[new, "new.jpg", 1], None], (
    f"new.jpg was published after the cut and must survive the next crash, c must not; after a and b came {seen['back'][2:]}"
)
assert seen["len"] == 3, f"a, b and new.jpg: len is 3; yours is {seen['len']}"

# %% check="durable_queue_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: A last line that was cut anywhere is ignored, and what is published after the crash survives the next one.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 1)
_bodies = ["", 'a "quote" \\n', "plain.jpg", "[1, 2]", "\t, ; | 17"]
_rng.shuffle(_bodies)
_bodies += ["照片 é \u2028 end", "two\nlines\r\n"]
_steps = [["p", _body] for _body in _bodies[:6]] + [["a", _rng.randint(0, 5)], ["p", _bodies[6]]]
### OBSERVE
import os
import tempfile

_sync, os.fsync = os.fsync, lambda file: None  # 200 starts: the disk need not see all of them
try:
    with tempfile.TemporaryDirectory() as _folder:
        _path, _ids, _sizes, _copies = os.path.join(_folder, "log"), [], [0], [b""]
        _queue = DurableQueue(_path, 30)
        for _kind, _value in _steps:
            if _kind == "p":
                _ids.append(_queue.publish(_value, 0))
            else:
                _queue.ack(_ids[_value])
            with open(_path, "rb") as _file:
                _copies.append(_file.read())
            _sizes.append(len(_copies[-1]))
        seen = {"ids": _ids, "sizes": _sizes, "cuts": []}
        _cuts = [0, *range(_sizes[0] + 1, _sizes[1] + 1), *range(_sizes[5] + 1, _sizes[8] + 1)]
        for _cut in _cuts:
            _path = os.path.join(_folder, f"cut {_cut}")
            with open(_path, "wb") as _file:
                _file.write(_copies[-1][:_cut])
            _queue = DurableQueue(_path, 30)
            _back = [fields(_queue.receive(0)) for _ in range(len(_steps) + 1)]
            _new = _queue.publish("after\nthe cut", 0)
            _queue = DurableQueue(_path, 30)
            _then = [fields(_queue.receive(0)) for _ in range(len(_steps) + 2)]
            _acked, _queue = _queue.ack(_new), DurableQueue(_path, 30)  # and a third crash
            seen["cuts"].append([_cut, _back, _new, _then, _acked, len(_queue)])
finally:
    os.fsync = _sync
### JUDGE
_ids, _sizes = seen["ids"], seen["sizes"]
assert len(set(_ids)) == 7 and len(_sizes) == 9 and _sizes == sorted(set(_sizes)), (
    f"7 publishes and an ack: 7 different ids {_ids}, and each call must have made the file longer: {_sizes} bytes"
)
_states = [[]]
for _kind, _value in _steps:
    _last = _states[-1]
    if _kind == "p":
        _number = sum(_old[0] == "p" for _old in _steps[: len(_states) - 1])
        _states.append([*_last, [_ids[_number], _value, 1]])
    else:
        _states.append([_row for _row in _last if _row[0] != _ids[_value]])
_cuts = [0, *range(_sizes[0] + 1, _sizes[1] + 1), *range(_sizes[5] + 1, _sizes[8] + 1)]
assert [_row[0] for _row in seen["cuts"]] == _cuts, "not every cut was tried"
for _cut, _back, _new, _then, _acked, _left in seen["cuts"]:
    _whole = sum(_size <= _cut for _size in _sizes) - 1
    _got = [_message for _message in _back if _message]
    _told = f"calls {_steps}, the file cut to {_cut} bytes, inside line {_whole + 1}"
    if _cut in _sizes:
        _told = f"calls {_steps}, the file cut to {_cut} bytes, after line {_whole}"
    assert _got == _states[_whole], f"{_told}: expected {_states[_whole]}, got {_got}"
    _got_then = [_message for _message in _then if _message]
    assert _got_then == [*_got, [_new, "after\nthe cut", 1]], (
        f"{_told}; then a publish and another crash: expected what was there and 'after\\nthe cut', got {_got_then}"
    )
    assert _new not in [_message[0] for _message in _got], f"{_told}: the id {_new!r} was used twice"
    assert [_acked, _left] == [True, len(_got)], (
        f"{_told}; a publish, a crash, the ack of that message and a third crash: [ack, len] should be {[True, len(_got)]}, yours {[_acked, _left]}"
    )
assert seen["cuts"], "nothing was seen"
### END HIDDEN TESTS

# %% check="durable_queue_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: After a crash exactly what was published and not acked is back, in the same order, and no id is ever used twice.
### INPUTS
import random
from course.checks import SEED

_runs = []  # [[kind of call, now, what to publish or how far back to ack], …]
for _run in range(6):
    _rng, _now, _many, _steps = random.Random(SEED + 40 + _run), 100, 0, []
    for _ in range(90 if _run else 600):
        _now += _rng.choice([0, 1, 1, 3])
        _kind, _value = _rng.choice("pppprrrraaac"), _rng.randint(1, 5)
        if _kind == "p" or not _many:
            _kind, _value, _many = "p", f"{_rng.randint(1, 9)}.jpg", _many + 1
        if _kind == "c":  # a crash: another process, another clock
            _now = 0
        _steps.append([_kind, _now, _value])
    _runs.append(_steps)
### OBSERVE
import os
import tempfile
from pathlib import Path

seen = []
_sync, os.fsync = os.fsync, lambda file: None
try:
    for _steps in _runs:
        _ids, _answers = [], []
        with tempfile.TemporaryDirectory() as _folder:
            _path = Path(_folder) / "photos.queue"
            _path = str(_path) if len(seen) % 2 else _path
            _queue, _next = DurableQueue(_path, 6), DurableQueue(Path(_folder) / "next.queue", 6)
            _next.publish("next", 0)
            for _kind, _now, _value in _steps:
                if _kind == "p":
                    _ids.append(_queue.publish(_value, _now))
                    _answers.append(_ids[-1])
                elif _kind == "r":
                    _answers.append(fields(_queue.receive(_now)))
                elif _kind == "a":
                    _answers.append(_queue.ack(_ids[-min(_value, len(_ids))]))
                else:
                    _queue = DurableQueue(_path, 6)
                    _answers.append(len(_queue))
            _next = [len(_next), len(DurableQueue(Path(_folder) / "next.queue", 6))]
        seen.append([_answers, _next])
finally:
    os.fsync = _sync
### JUDGE
assert len(seen) == 6, "not all runs were seen"
for _steps, (_answers, _next) in zip(_runs, seen, strict=True):
    assert _next == [1, 1], f"another queue with another file holds 1 message, and after a crash 1; yours {_next}"
    _told, _queue = [], iter(_answers)
    _log = []  # of each message: [body, id, times of its deliveries since the crash, acked]
    for _kind, _now, _value in _steps:
        _got = next(_queue)
        if _kind == "p":
            assert _got not in [_old[1] for _old in _log], (
                f"… {'; '.join(_told[-7:])}; publish gave {_got!r}, an id that was used before"
            )
            _log.append([_value, _got, [], False])
            _want, _call = _got, f"publish → {_got!r}"
        elif _kind == "r":
            _free = [_row for _row in _log if not _row[3] and all(_t + 6 <= _now for _t in _row[2])]
            _want = [_free[0][1], _free[0][0], len(_free[0][2]) + 1] if _free else None
            if _free:
                _free[0][2].append(_now)
            _call = f"receive({_now}) → {_want}"
        elif _kind == "a":
            _row = _log[-min(_value, len(_log))]
            _want, _row[3], _call = not _row[3], True, f"ack({_row[1]!r}) → {not _row[3]}"
        else:
            for _row in _log:
                _row[2] = []
            _want, _call = sum(not _row[3] for _row in _log), "crash, now begins again at 0, then len"
        _told.append(_call)
        assert _got == _want and type(_got) is type(_want), (
            f"timeout 6, and after a restart now begins again at 0; … {'; '.join(_told[-7:])}; expected {_want!r}, yours gave {_got!r}"
        )
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="durable_queue_hidden_3" points=1
### BEGIN HIDDEN TESTS
### RULE: Each publish, and each ack that returns True, is in the file and synced with os.fsync before it returns.
### INPUTS
import random
from course.checks import SEED

_rng, _many, _steps = random.Random(SEED + 2), 0, []  # [publish or ack, which length or id]
for _kind in "pp" + "".join(_rng.sample("ppaaa", _rng.randint(3, 5))):
    _kind = _kind if _many else "p"
    _steps.append([_kind, _rng.randint(100, 999) if _kind == "p" else _rng.randrange(_many)])
    _many += 1 if _kind == "p" else -1
### OBSERVE
import os
import tempfile

_synced = []


def _watch(file):
    number = file if isinstance(file, int) else file.fileno()
    _synced.append([os.fstat(number).st_ino, os.fstat(number).st_size])
    _sync(file)


seen, _sync, os.fsync = [], os.fsync, _watch
try:
    with tempfile.TemporaryDirectory() as _folder:
        _path, _ids = os.path.join(_folder, "photos.queue"), []
        _queue = DurableQueue(_path, 30)
        for _kind, _value in _steps:
            _synced.clear()
            if _kind == "p":
                _ids.append(_queue.publish("x" * _value, 0))
            else:
                _queue.ack(_ids.pop(_value))
            _inode = os.stat(_path).st_ino
            _sizes = [_size for _node, _size in _synced if _node == _inode]
            seen.append([_kind, os.path.getsize(_path), _sizes])
finally:
    os.fsync = _sync
### JUDGE
_before = 0
assert [_row[0] for _row in seen] == [_kind for _kind, _ in _steps], "not every call was seen"
for _kind, _size, _sizes in seen:
    _call = "publish" if _kind == "p" else "ack"
    assert _sizes, f"{_call} returned without calling os.fsync on the queue's file"
    assert _size > _before, f"{_call} returned before its line was in the file, which has {_size} bytes as before"
    assert _sizes[-1] == _size, (
        f"when {_call} returned the file had {_size} bytes, but at the last os.fsync only {_sizes[-1]}: flush before you sync"
    )
    _before = _size
assert _before >= _steps[0][1], "the bodies are not in the file"
### END HIDDEN TESTS

# %% [markdown]
# Now for real, with real processes. One owns your queue and its file, this notebook publishes 60 photos, and three worker processes do the work and hand their results to this notebook, which stores them in a SQLite file. Each photo is a tile. On the way two workers are killed (SIGKILL, which a program cannot catch): one between storing and its ack, one at work.
# When half of the photos are done, the queue's own process is killed, too, and started again on the same file. A run takes about seven seconds; nothing starts before you press a button.
#
# 1. *Three kills*: is any photo lost?
# 2. *No kills*: how long does a publish take on this computer?
# 3. *Your kills*: kill workers and the queue while it runs, as often as you like. Can you lose a photo?
#
# Then comment out your `os.fsync`, and run its cell and this one again. Is a photo lost now?
#
# <details><summary>What we see</summary>
#
# No. Only a publish takes less time (or the same, if your temporary folder is in memory anyway). A killed *process* loses nothing that the operating system already has. Only a power cut would show the difference. So put the `os.fsync` back: a hidden check looks for it.
#
# </details>

# %%
explore_crash(DurableQueue)

# %% [markdown]
# ## Exercise C — Twice does no harm: an idempotent consumer
#
# *Done twice* is above 0. For a thumbnail that is a nuisance; for "charge Ann's card" it is a lawsuit. So let the store remember what it has applied.
#
# `IdempotentConsumer(apply)`; `apply(body)` stores a result.
#
# - `.handle(message)` calls `apply(message.body)` once per message **id**, however often that message is delivered. It returns `True` if it applied this time, `False` if this id had been applied before. What `apply` returns does not matter.
# - If `apply` raises, the exception passes on, and the id does not count as applied: the next delivery tries again.
# - Two messages with the same body but different ids are two messages. Each consumer remembers for itself. `message.receives` is no help: the first delivery may have died before it applied anything.
#
# <details><summary>Hint 1</summary>
#
# Two things happen in `handle`: the work, and the note that it is done. What does a crash between them cost, in each order?
#
# </details>
# <details><summary>Hint 2</summary>
#
# A set of ids is all the memory you need. Put an id in only when `apply` has returned.
#
# </details>


# %% solution="idempotent_consumer"
class IdempotentConsumer:
    """Applies each message once, however often it is delivered."""

    def __init__(self, apply):
        self.apply = apply
        ### BEGIN SOLUTION Exercise C: what do you remember?
        self.applied = set()  # ids
        ### END SOLUTION

    def handle(self, message):
        """Apply the message unless it has been applied; return whether it was applied now."""
        ### BEGIN SOLUTION Exercise C: apply once
        if message.id in self.applied:
            return False
        self.apply(message.body)
        self.applied.add(message.id)
        return True
        ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    tried = IdempotentConsumer(print)
    for receives in (1, 2):
        print(tried.handle(Message(1, "a.jpg", receives)))
except NotImplementedError as stub:
    print(stub)

# %% check="idempotent_consumer" points=1
stored = []
consumer = IdempotentConsumer(stored.append)
deliveries = [(1, "a.jpg", 1), (2, "b.jpg", 1), (1, "a.jpg", 2), (3, "a.jpg", 1), (2, "b.jpg", 2)]
seen = {"answers": [consumer.handle(Message(*delivery)) for delivery in deliveries]}
seen["stored"] = stored
### JUDGE
assert seen["stored"] == ["a.jpg", "b.jpg", "a.jpg"], (
    f"ids 1, 2, 1 again, 3 (another message with body a.jpg), 2 again: apply must be called with a.jpg, b.jpg, a.jpg; it was called with {seen['stored']}"
)
assert seen["answers"] == [True, True, False, True, False], (
    f"handle returns whether it applied: True True False True False; yours returned {seen['answers']}"
)

# %% check="idempotent_consumer_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: apply is called once per message id; if it raises, the next delivery tries again.
### INPUTS
import random
from course.checks import SEED

_runs = []  # [[which consumer, id, body, receives, whether the store fails, what apply returns], …]
for _run in range(4):
    _rng, _steps, _many = random.Random(SEED + 60 + _run), [], 25 if _run < 2 else 400
    for _ in range(120 if _run < 2 else 1500):
        _which, _number, _receives = _rng.randrange(2), _rng.randrange(_many), _rng.randint(1, 4)
        _id = _number if _run % 2 else f"id {_number}"
        _store = [_rng.random() < 0.3, _rng.choice([None, False, True, 0])]
        _steps.append([_which, _id, f"{_number % 7}.jpg", _receives, *_store])
    _runs.append(_steps)
### OBSERVE
from course.checks import attempt

seen = []
for _steps in _runs:
    _calls = []

    def _apply(body):
        _calls.append(body)
        if _fails:
            raise StoreDown(f"no room for {body}")
        return _returned

    _consumers = [IdempotentConsumer(_apply), IdempotentConsumer(_apply)]
    for _which, _id, _body, _receives, _fails, _returned in _steps:
        _message, _before = Message(_id, _body, _receives), len(_calls)
        _answer = attempt(lambda: _consumers[_which].handle(_message))
        seen.append([_answer.get("returned"), _answer.get("raised"), _calls[_before:]])
### JUDGE
assert len(seen) == 3240, "not every delivery was seen"
_rows = iter(seen)
for _steps in _runs:
    _done = [set(), set()]
    for _which, _id, _body, _receives, _fails, _ in _steps:
        _message = f"Message({_id!r}, {_body!r}, {_receives})"
        if _id in _done[_which]:
            _want, _why = [False, None, []], "applied before: not again"
        elif _fails:
            _want, _why = [None, "StoreDown", [_body]], "apply raised: pass it on, try again next time"
        else:
            _want, _why = [True, None, [_body]], "not applied yet: apply it"
            _done[_which].add(_id)
        _got = next(_rows)
        assert _got == _want and _got[0] is _want[0], (
            f"consumer {_which + 1} of 2, handle({_message}), {_why}; expected [returned, raised, calls of apply] {_want}, got {_got}"
        )
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% [markdown]
# Both sides get the same deliveries. On the left, each delivery is applied.
#
# 1. *Crashes 20 %*: the left side speckles. Does the right one?
# 2. *Timeout 1 s*: no crashes, but an impatient queue. And now?
# 3. *The store is down, 20 %*: the store refuses every fifth call. Which order of your two lines would lose photos?

# %%
explore_duplicates(MessageQueue, IdempotentConsumer)

# %% [markdown]
# Follow photo 1: its worker dies after it has stored the result and before the ack. Your queue does the same on both sides. What does your consumer do when photo 1 comes again, and why must the ack follow all the same?

# %%
replay(MessageQueue, consumer=IdempotentConsumer)

# %% [markdown]
# And once more with real processes: your queue, your consumer, and three kills.
#
# 1. *Three kills*: is any photo lost, or done twice?
# 2. *Your kills*: kill whom you like while it runs. Can you lose a photo now, or get one done twice?
#
# One thing did not die in this run: the photo store, and with it your consumer's set of ids. If it may die too, the ids must be as durable as the results: in the same database, written in the same transaction.

# %%
explore_crash(DurableQueue, IdempotentConsumer)

# %% [markdown]
# ## Exercise D — How many workers? Scale by the backlog
#
# In notebook 06 an autoscaler looked at how busy servers are. Workers of a queue are always busy while anything waits: 100 %, whether 10 photos wait or 10,000. So look at the queue instead.
#
# `workers_needed(backlog, arrival_rate, worker_rate, drain_seconds, minimum=1)` → a whole number (`int`): `backlog` messages wait, `arrival_rate` more come per second, a worker does `worker_rate` per second.
#
# - It returns the fewest workers that keep up with the arrivals *and* have cleared the backlog after `drain_seconds`, while new messages keep coming. At least `minimum`.
# - If `worker_rate` or `drain_seconds` is not > 0 it raises `ValueError` with the value in its message.
#
# <details><summary>Hint 1</summary>
#
# How many messages in all must be done `drain_seconds` from now, if the queue is to be empty then?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Turn the backlog into a rate: so many messages per second, in addition to those that arrive. If there is work for six and a half workers, six are too few. Which way do you round?
#
# </details>


# %% solution="workers_needed"
def workers_needed(backlog, arrival_rate, worker_rate, drain_seconds, minimum=1):
    """Return the fewest workers that keep up with arrivals and clear the backlog in `drain_seconds`."""
    ### BEGIN SOLUTION Exercise D: count the workers
    for name, value in (("worker_rate", worker_rate), ("drain_seconds", drain_seconds)):
        if not value > 0:
            raise ValueError(f"{name} = {value}: must be > 0")
    rate = arrival_rate + backlog / drain_seconds
    return max(minimum, math.ceil(rate / worker_rate))
    ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    print(workers_needed(480, 5, 2, 60))  # the burst of the experiment, cleared in a minute
except NotImplementedError as stub:
    print(stub)

# %% check="workers_needed" points=1
seen = {
    "workers_needed(480, 5, 2, 60)": workers_needed(480, 5, 2, 60),
    "workers_needed(480, 5, 2, 30)": workers_needed(480, 5, 2, 30),
    "workers_needed(0, 5, 2, 60)": workers_needed(0, 5, 2, 60),
    "workers_needed(480, 0, 2, 60)": workers_needed(480, 0, 2, 60),
    "workers_needed(0, 0, 2, 60)": workers_needed(0, 0, 2, 60),
    "workers_needed(0, 5, 2, 60, minimum=10)": workers_needed(0, 5, 2, 60, minimum=10),
}
### JUDGE
expected = {
    "workers_needed(480, 5, 2, 60)": (7, "480 + 60 × 5 messages in 60 s are 13 per second, 6.5 workers"),
    "workers_needed(480, 5, 2, 30)": (11, "480 + 30 × 5 messages in 30 s are 21 per second, 10.5 workers"),
    "workers_needed(0, 5, 2, 60)": (3, "5 per second are 2.5 workers"),
    "workers_needed(480, 0, 2, 60)": (4, "8 per second are exactly 4 workers"),
    "workers_needed(0, 0, 2, 60)": (1, "nothing to do: the minimum, by default 1"),
    "workers_needed(0, 5, 2, 60, minimum=10)": (10, "2.5 workers would do, but at least 10"),
}
for call, (workers, why) in expected.items():
    assert seen[call] == workers, f"{call}: {why}: expected {workers}, got {seen[call]}"
assert len(seen) == 6, "not every call was seen"

# %% check="workers_needed_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: It returns the fewest workers that clear the backlog in time while new messages come; a rate or time not above 0 raises ValueError.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 70)
_calls = []
for _ in range(300):
    _rate, _seconds = 2.0 ** _rng.randint(-4, 4), 2.0 ** _rng.randint(-4, 10)
    _most = max(1, int(2000 * _rate * _seconds))  # a rule that counts workers up one by one is right, too
    _calls.append(
        [
            _rng.choice([0, _rng.randint(1, min(40, _most)), _rng.randint(1, min(20_000, _most))]),
            _rng.choice([0, _rng.randint(1, 60) / 8 * min(1, _rate), _rng.randint(1, 900) * min(1, _rate)]),
            _rate,
            _seconds,
            _rng.choice([0, 1, 2, 7, 50]),
        ]
    )
_wrong = [[0, 60], [-1.5, 60], [2, 0], [2, -3], [0, -0.25], [_rng.randint(-99, -10), 5]]
### OBSERVE
from course.checks import attempt

seen = {"given": [attempt(lambda: workers_needed(*_call)) for _call in _calls]}
seen["wrong"] = [attempt(lambda: workers_needed(10, 1, *_pair)) for _pair in _wrong]
### JUDGE
from fractions import Fraction

for _call, _answer in zip(_calls, seen["given"], strict=True):
    _backlog, _arrival, _rate, _seconds, _minimum = map(Fraction, _call)
    _work = (_backlog + _arrival * _seconds) / (_rate * _seconds)
    _want = max(int(_minimum), -(-_work.numerator // _work.denominator))
    assert _answer.get("returned") == _want, (
        f"workers_needed({', '.join(map(str, _call))}): {float(_work):g} workers would be busy all the time, at least {_minimum}: expected {_want}, got {_answer}"
    )
    assert type(_answer["returned"]) is int, f"a number of workers is a whole number, not {_answer['returned']!r}"
for _pair, _answer in zip(_wrong, seen["wrong"], strict=True):
    _bad = [str(_value) for _value in _pair if _value <= 0]
    _kinds = [_answer.get("raised"), *_answer.get("bases", [])]
    assert "ValueError" in _kinds and any(_value in _answer["message"] for _value in _bad), (
        f"workers_needed(10, 1, {_pair[0]}, {_pair[1]}) must raise ValueError with the value ({' or '.join(_bad)}) in its message; it gave {_answer}"
    )
assert len(seen["wrong"]) == 6, "not every call was seen"
### END HIDDEN TESTS

# %% [markdown]
# An evening with a crowd at minute 60. Your rule is asked every 15 seconds, and promises to clear the backlog within 5 minutes (the dotted line). **Left:** its workers, and how long photos wait. **Right:** its price and its longest wait, next to fixed workers: as many as the mean of the uploads needs, and as many as their peak needs.
#
# 1. *As it opens*: does your rule keep its promise? What do fixed workers cost?
# 2. *A worker starts in 600 s*: the promise breaks, though the rule is right. Which number would help the rule?
# 3. *And at least 30 workers*: what does a reserve do, and what does it cost?

# %%
explore_workers(workers_needed)

# %% [markdown]
# ## Exercise E — Poison: dead letters
#
# A broken photo, or a bug, crashes every worker that opens the photo. Your queue delivers it again and again, forever; each time it costs a worker and its restart. After a few tries, put it aside for a human.
#
# `RetryingQueue(visibility_timeout, max_receives)`: `.publish`, `.receive`, `.ack` and `len()` as in A, and `.dead_letters`, a list of `Message`s, empty at first.
#
# - At the next `.receive(now)`, every message that has been received `max_receives` times (a whole number from 1 up), is still not acked, and has passed its timeout (`now ≥ received + visibility_timeout`) moves to the end of `.dead_letters`: the oldest published first. All such messages move, whatever else this `receive` returns, and
#   before it chooses what to deliver.
# - There it stands as `Message(id, body, receives)` with `receives` equal to `max_receives`. It is never delivered again, no longer counts in `len()`, and its `ack` is `False`.
# - Until that `receive` it is a message like any other: it counts, and its `ack` is `True`.
#
# You may use your `MessageQueue`.
#
# <details><summary>Hint 1</summary>
#
# Which messages can be meant at all? Those never received are not among them; so you need not look through the whole backlog.
#
# </details>
# <details><summary>Hint 2</summary>
#
# First move, then deliver. If your `MessageQueue` remembers when each received message may be seen again, and how often it was received, then everything you need to decide is there; forgetting it is what `ack` does already.
#
# </details>


# %% solution="retrying_queue"
class RetryingQueue(MessageQueue):
    """A MessageQueue that puts aside what has been received too often without an ack."""

    def __init__(self, visibility_timeout, max_receives):
        ### BEGIN SOLUTION Exercise E: what else do you need?
        super().__init__(visibility_timeout)
        self.max_receives = max_receives
        self.dead_letters = []
        ### END SOLUTION

    def receive(self, now):
        """Put aside what was received too often; return the next Message as MessageQueue does."""
        ### BEGIN SOLUTION Exercise E: first move, then deliver
        given_up = [
            id
            for id, time in self.visible_at.items()
            if now >= time and self.receives[id] == self.max_receives
        ]
        for id in sorted(given_up):
            self.dead_letters.append(Message(id, self.bodies[id], self.max_receives))
            self.ack(id)
        return super().receive(now)
        ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    tried = RetryingQueue(10, 1)
    tried.publish("a.jpg", 0)
    print(tried.receive(0), tried.receive(10), tried.dead_letters)
except NotImplementedError as stub:
    print(stub)

# %% check="retrying_queue" points=1
queue = RetryingQueue(10, 2)
ids = [queue.publish(body, now=0) for body in ("poison.jpg", "b.jpg")]
seen = {"ids": ids}
for now in (0, 10, 19, 20):
    seen[f"at {now} s"] = fields(queue.receive(now))
seen["dead"] = [fields(message) for message in queue.dead_letters]
seen["ack"], seen["len"] = queue.ack(ids[0]), len(queue)
### JUDGE
poison, b = seen["ids"]
expected = {
    "at 0 s": [poison, "poison.jpg", 1],
    "at 10 s": [poison, "poison.jpg", 2],
    "at 19 s": [b, "b.jpg", 1],
    "at 20 s": None,
}
for moment, message in expected.items():
    assert seen[moment] == message, (
        f"timeout 10 s, max_receives 2, poison.jpg and b.jpg published, no acks; receive at 0, 10, 19, 20 s: {moment} expected {message}, got {seen[moment]}"
    )
assert seen["dead"] == [[poison, "poison.jpg", 2]], (
    f"at 20 s poison.jpg has been received twice without an ack: a dead letter; dead_letters holds {seen['dead']}"
)
assert seen["ack"] is False and seen["len"] == 1, (
    f"a dead letter's ack is False and it does not count: len 1; yours: ack {seen['ack']}, len {seen['len']}"
)

# %% check="retrying_queue_check_2" points=1
queue = RetryingQueue(10, 1)
ids = [queue.publish(body, now=0) for body in ("a.jpg", "b.jpg", "c.jpg")]
for now in (0, 1):
    queue.receive(now)
seen = {"before": len(queue), "ack": queue.ack(ids[0]), "dead at 1 s": len(queue.dead_letters)}
seen["at 11 s"] = (fields(queue.receive(11)) or [None])[1:]
seen["dead"] = [message.body for message in queue.dead_letters]
### JUDGE
assert seen["before"] == 3 and seen["dead at 1 s"] == 0, (
    f"no timeout has passed: all 3 count and none is dead; yours: len {seen['before']}, {seen['dead at 1 s']} dead"
)
assert seen["ack"] is True, f"a.jpg was acked in time: True; yours gave {seen['ack']}"
assert seen["at 11 s"] == ["c.jpg", 1], (
    f"max_receives 1, a acked, b received at 1 s and not acked: at 11 s c is delivered; yours gave {seen['at 11 s']}"
)
assert seen["dead"] == ["b.jpg"], (
    f"b.jpg was received once and not acked, a.jpg was acked: dead_letters holds b.jpg; yours holds {seen['dead']}"
)

# %% check="retrying_queue_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: A message received max_receives times whose timeout has passed becomes a dead letter at the next receive.
### INPUTS
import random
from course.checks import SEED

_runs = []  # [timeout, max_receives, [[kind of call, now, what to publish or how far back to ack], …]]
for _run in range(12):
    _rng = random.Random(SEED + 80 + _run)
    _timeout, _now, _many, _steps = _rng.choice([2, 5]), 0, 0, []
    for _ in range(150 if _run else 600):
        _now += _rng.choice([0, 0, 1, 1, 2, 6])
        _kind, _value = _rng.choice("pprrrrrra"), _rng.randint(1, 5)
        if _kind == "p" or not _many:
            _kind, _value, _many = "p", f"{_rng.randint(1, 9)}.jpg", _many + 1
        _steps.append([_kind, _now, _value])
    _runs.append([_timeout, 1 + _run % 4, _steps])
### OBSERVE
seen = []
for _timeout, _most, _steps in _runs:
    _queue, _ids, _answers = RetryingQueue(_timeout, _most), [], []
    for _kind, _now, _value in _steps:
        if _kind == "p":
            _ids.append(_queue.publish(_value, _now))
            _answers.append(None)
        elif _kind == "r":
            _message = fields(_queue.receive(_now))
            if isinstance(_message, list):
                _message[0] = _ids.index(_message[0]) if _message[0] in _ids else "unknown id"
            _answers.append(_message)
        else:
            _answers.append(_queue.ack(_ids[-min(_value, len(_ids))]))
        _answers.append([len(_queue), len(_queue.dead_letters)])
    _dead = [fields(_message) for _message in _queue.dead_letters]
    seen.append([_answers, [[_ids.index(_row[0]), *_row[1:]] for _row in _dead]])
### JUDGE
assert len(seen) == 12, "not all runs were seen"
for (_timeout, _most, _steps), (_answers, _dead_seen) in zip(_runs, seen, strict=True):
    _told, _log, _dead, _queue = [], [], [], iter(_answers)  # log: [body, deliveries, gone]
    for _kind, _now, _value in _steps:
        _want = None
        if _kind == "p":
            _log.append([_value, [], False])
            _told.append(f"publish → number {len(_log) - 1}")
        elif _kind == "r":
            for _number, _row in enumerate(_log):
                if not _row[2] and all(_t + _timeout <= _now for _t in _row[1]):
                    if len(_row[1]) >= _most:
                        _row[2] = True
                        _dead.append([_number, _row[0], _most])
                    elif _want is None:
                        _want = [_number, _row[0], len(_row[1]) + 1]
            if _want:
                _log[_want[0]][1].append(_now)
            _told.append(f"receive({_now}) → {_want}")
        else:
            _number = len(_log) - min(_value, len(_log))
            _want, _log[_number][2] = not _log[_number][2], True
            _told.append(f"ack of number {_number} → {_want}")
        _sizes = [sum(not _row[2] for _row in _log), len(_dead)]
        _got, _got_sizes = next(_queue), next(_queue)
        _story = f"timeout {_timeout}, max_receives {_most}; messages by number: … {'; '.join(_told[-6:])}"
        assert _got == _want and type(_got) is type(_want), f"{_story}; the last one of yours gave {_got!r}"
        assert _got_sizes == _sizes, f"{_story}; then len and dead letters are {_sizes}, yours {_got_sizes}"
    assert _dead_seen == _dead, f"timeout {_timeout}, max_receives {_most}: dead letters [number, body, receives] should be {_dead}, yours {_dead_seen}"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="retrying_queue_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: All such messages move before receive chooses what to deliver; a dead letter is never delivered, counted or acked again.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 99)
_timeout, _most, _many = _rng.randint(6, 20), _rng.randint(2, 4), _rng.randint(3, 5)
### OBSERVE
_queue = RetryingQueue(_timeout, _most)
_other = RetryingQueue(_timeout, _most)
_ids, _now = [_queue.publish(f"{_number}.jpg", 0) for _number in range(_many)], 0
for _round in range(_most):
    _now = _round * (_timeout + _many)
    for _number in range(_many):
        _queue.receive(_now + _number)
_last = _now + _many - 1
_free = [_queue.publish("free.jpg", _last), _queue.publish("free too.jpg", _last)]
seen = {"alive": [len(_queue), len(_queue.dead_letters)]}
seen["late ack"] = _queue.ack(_ids[1])  # past nothing yet: it may still be acked
seen["delivered"] = (fields(_queue.receive(_last + _timeout)) or [None])[1:]
seen["dead"] = [fields(_message)[1:] for _message in _queue.dead_letters]
seen["acks"] = [_queue.ack(_id) for _id in _ids]
seen["len"] = [len(_queue), len(_other), len(_other.dead_letters)]
seen["later"] = [(fields(_queue.receive(_last + 3 * _timeout)) or [None])[1:] for _ in range(3)]
### JUDGE
_story = f"timeout {_timeout}, max_receives {_most}: {_many} messages received {_most} times each, number 1 acked then, 2 fresh ones behind"
_rest = [[f"{_number}.jpg", _most] for _number in range(_many) if _number != 1]
_expected = {
    "alive": ([_many + 2, 0], "before any timeout all count and none is dead"),
    "late ack": (True, "it is no dead letter yet"),
    "delivered": (["free.jpg", 1], "all that were received too often move first, then the oldest free one is delivered"),
    "dead": (_rest, "all whose timeout has passed move at one receive, the oldest first"),
    "acks": ([False] * _many, "the ack of a dead letter, or of an acked one, is False"),
    "len": ([2, 0, 0], "only the fresh ones are left, and another queue has its own list"),
    "later": ([["free.jpg", 2], ["free too.jpg", 1], []], "dead letters are never delivered again"),
}
for _what, _got in seen.items():
    _want, _why = _expected[_what]
    assert _got == _want, f"{_story}; {_what}: {_why}: expected {_want}, got {_got}"
assert list(seen) == list(_expected), "not everything was seen"
### END HIDDEN TESTS

# %% [markdown]
# **Left:** the dashed line is your queue without a limit. **Right:** what your queue has put aside.
#
# 1. *8 poison photos*: what do they cost without a limit?
# 2. *Max receives 1, other crashes 10 %*: how many of the dead letters are healthy photos, which were unlucky with their worker?
# 3. *Max receives 3*: what is a good number?

# %%
explore_poison(RetryingQueue)

# %% [markdown]
# One poison photo, the red one, and at most two receives. How many workers does it kill on each side? Then set the poison to 0 and the crashes to 30 %: which photos end as dead letters now?

# %%
replay(RetryingQueue, MessageQueue)

# %% [markdown]
# ## Explain
#
# A colleague builds the upload like this: the web server writes the photo's row into the database, commits, and then publishes "crop photo 17" to your `DurableQueue`. Workers use `IdempotentConsumer`.
#
# Give one order of events in which a photo is never cropped although the queue, the workers and the consumer all do as they should. Would it help to publish first and commit afterwards? Then describe a change that closes the gap, and say what it costs. (About 8 sentences.)

# %% [markdown] answer="explain" points=3
# The web server commits the row and is killed before it publishes: the photo is in the database, but no message about it has ever existed. Queue and workers are blameless; there is nothing for them to do, and nobody is told. Publishing first only turns the gap round: if the server dies between publish and commit, or the commit fails, a worker gets a
# message about a photo that does not exist; it may even get it while the commit is still under way. Two systems that commit separately always have such a moment between them. The usual change is an outbox: in the same transaction as the photo's row, the server writes the message into a table of the same database. A separate process reads that table,
# publishes each row to the queue, and deletes it, or marks it as sent, afterwards. If it dies in between it publishes twice, with two ids, so the consumer must recognize the photo by an id from the outbox row, not by the queue's id. It costs more writes on the database, a process more to run and watch, and a short delay before a message is in the queue.
# Another way is to sweep: every few minutes look for photos in the database that have no thumbnail, and publish them again.

# %% [markdown] rubric="explain"
# ### BEGIN MARK SCHEME
# 1 point: a right order of events: commit, then the web server dies (or the queue is unreachable) before publish has returned, so no message ever exists. (A story in which the queue or a worker loses the message is wrong: they do as they should.)
#
# 1 point: publishing first does not help: a crash or a failed commit between them leaves a message about a photo that does not exist (or the worker is quicker than the commit). Half a point for "it only turns the gap round" without an example.
#
# 1 point: a change that works, half a point, and its price, half a point. For example: outbox table in the same transaction with a relay (more writes, a process more, delay, duplicates with other ids: deduplicate by the row's id); reading the database's own log (change data capture: a heavier system, tied to the database); a sweep for photos without thumbnails that
# publishes again (delay, load of the query, duplicates); the queue as a table in the same database (load on the database). "Retry the publish" alone is not enough: the process that would retry is dead.
# ### END MARK SCHEME

# %% [markdown]
# ## In production
#
# - **Amazon SQS** is your exercises A and E: `VisibilityTimeout`, by default 30 s, at most 12 h; `ReceiveMessage`, `DeleteMessage` (your ack, but it names the *latest* delivery: the ack of a worker that came too late does not count, yours does); `maxReceiveCount` in its `RedrivePolicy` names how often, and a second queue takes the dead letters. A slow worker may ask for more time: `ChangeMessageVisibility`.
# - **RabbitMQ**: durable queues, *publisher confirms* (publish has returned) and consumer acks. It delivers again when the worker's connection breaks, or after 30 minutes without an ack by default (`consumer_timeout`; since 4.3 for quorum queues only). Quorum queues take a message out after 20 deliveries by default (`x-delivery-limit`, since 4.0, 2024), into the *dead-letter exchange* if there is one.
# - **Apache Kafka** is a log that is not deleted from: consumers of a *group* share it and commit how far they have read (*offsets*). Its producers wait for all in-sync replicas (`acks=all`, default since 3.0, 2021) rather than for the disk of each. Its *share groups* (KIP-932, ready for production since 4.2) ack each message and count deliveries: the queue of this notebook.
# - **Celery** acks *before* the work by default, at most once; `acks_late=True` makes it yours, for tasks that are idempotent.
# - **PostgreSQL** is a fine queue to start with: `SELECT … FOR UPDATE SKIP LOCKED` (since 9.5, 2016), and the *outbox* in the same transaction. Idempotence is a `UNIQUE` column of message ids, written with the result.
# - **HTTP** has no acks, so a phone that gets no answer sends its request again. Payment services let it send an id of its own along, in an `Idempotency-Key` header, and give the same answer to the second request: your exercise C at the front door.
# - **KEDA** on Kubernetes scales workers by the length of a queue, as in D.
# - **Left out here:** several disks or machines for one queue, order per user, priorities, waiting longer after each failure, ids that a consumer may forget, a log that is compacted, and syncing a new file's folder.

# %% [markdown]
# ## Your guesses
#
# How good have your guesses been so far? Save the notebook first.

# %%
import course

course.guesses()

# %% [markdown]
# ## Hand in
#
# Save first (Ctrl + S, on a Mac: Cmd + S). The button below looks at what is saved, says what is missing, and makes one file of it.

# %%
import course

course.submit()

# %% [markdown]
# ## What breaks next
#
# Uploads are answered in milliseconds, bursts end in a queue, and no photo is lost when a worker dies. The price is silence. When a worker fails, no user sees an error; when poison collects among the dead letters, no light blinks. Balancer, servers, caches, replicas, regions, queues: dozens of machines, and you
# hear of trouble from an angry customer, hours later. You cannot see what happens inside. In notebook 09 you give your system a voice: logs, metrics, and something that acts on them without you.
