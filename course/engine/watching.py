"""What a student's component was asked, what it answered, and which line of its code said so.

    watched, calls = watching(RoundRobin, pick=lambda servers: [s.active for s in servers])
    simulate(watched, seed=1)
    calls[0] → Call(method="pick", saw=[0, 0, 0, 0], returned=ServerView(…), line=7, …)

The simulation gets `watched` in place of the component and notices nothing. A call costs several
times what it costs otherwise, so this is for films, with some hundred calls.
"""

import copy
import functools
import inspect
import sys
from dataclasses import dataclass, field
from types import GeneratorType
from typing import Any


@dataclass
class Call:
    """One call of a component.

    saw: what the lab's function made of the arguments, before the call. returned: the object that
    came back, None for a process that is not over and for a call that raised `error`.
    code: the code object that was called, None if it is not written in Python; line: the number, in
    its file, of the line that returned, raised or, in a process, yielded last; stood: of all lines
    at which a process has stood still, in their order.
    """

    method: str
    saw: Any = None
    returned: Any = None
    error: BaseException | None = None
    code: Any = None
    line: int = 0
    stood: list = field(default_factory=list)


@dataclass
class Calls:
    """The Calls of all instances of a component, in the order in which they began.

    What the component calls of itself is a part of the call that it is in, and has no entry.
    """

    seen: list = field(default_factory=list)
    inside: bool = False

    def __len__(self):
        return len(self.seen)

    def __getitem__(self, place):
        return self.seen[place]

    def of(self, method):
        """Return the Calls of one method, in their order."""
        return [call for call in self.seen if call.method == method]


def watching(component, **methods):
    """Return (watched, calls): what to use in place of `component`, and the record of its calls.

    component: a class, an instance, or a function. methods: for each method to record, a function
    of its arguments (without self) that returns what is worth keeping of them; a function is
    recorded under its own name.
    """
    calls = Calls()
    if inspect.isclass(component):
        own = {
            name: _watched(getattr(component, name, None), name, see, calls, bound=False)
            for name, see in methods.items()
        }
        own = {name: function for name, function in own.items() if function}
        body = {
            **own,
            "__slots__": (),  # so that an instance may change between the two classes
            "__module__": component.__module__,
            "__qualname__": component.__qualname__,
            "__doc__": component.__doc__,
        }
        return type(component.__name__, (component,), body), calls
    if inspect.isroutine(component):
        ((name, see),) = methods.items()
        return _watched(component, name, see, calls, bound=True), calls
    watched = copy.copy(component)
    for name, see in methods.items():
        function = _watched(getattr(component, name, None), name, see, calls, bound=True)
        if function:
            setattr(watched, name, function)
    return watched, calls


def repeating(calls, **answers):
    """Return a component that answers as it is recorded in `calls`, but for the last, which failed.

    answers: for each method, a function of (call, *arguments) that returns the answer. `call` is
    the recorded Call of this turn; None from the one on that failed.
    """
    body = {name: _repeated(calls.of(name), calls[-1], each) for name, each in answers.items()}
    return type("Repeated", (), body)()


def _repeated(recorded, failed, answer):
    left = iter([call for call in recorded if call is not failed])
    return lambda self, *arguments: answer(next(left, None), *arguments)


def _watched(function, name, see, calls, *, bound):
    """Return `function` so that each of its calls is recorded; None if there is none."""
    if not callable(function):
        return None
    inner = inspect.unwrap(getattr(function, "__func__", function))
    code = getattr(inner, "__code__", None)
    first = code.co_firstlineno if code else 0
    is_process = inspect.isgeneratorfunction(inner)

    @functools.wraps(function)
    def recorded(*arguments, **options):
        if calls.inside:
            return function(*arguments, **options)
        call = Call(name, code=code, line=first)
        call.saw = see(*(arguments if bound else arguments[1:]), **options)
        calls.seen.append(call)
        if is_process:
            return _process(function(*arguments, **options), call, calls)
        with _noting_lines(call, calls):
            call.returned = function(*arguments, **options)
        if isinstance(call.returned, GeneratorType):
            generator, call.returned = call.returned, None
            return _process(generator, call, calls)
        return call.returned

    return recorded


def _process(generator, call, calls):
    """Run a generator as it would run itself, and note its lines and what it returns."""
    send, value = generator.send, None
    while True:
        try:
            with _noting_lines(call, calls):
                event = send(value)
        except StopIteration as end:
            call.error, call.returned = None, end.value
            return end.value
        call.stood.append(call.line)
        try:
            send, value = generator.send, (yield event)
        except GeneratorExit:
            generator.close()
            raise
        except BaseException as error:
            send, value = generator.throw, error


class _noting_lines:
    """Within it, `call.line` becomes the line on which the call's own code returns or yields."""

    def __init__(self, call, calls):
        self.call, self.calls = call, calls

    def __enter__(self):
        self.before, self.calls.inside = sys.getprofile(), True
        sys.setprofile(self._note)

    def _note(self, frame, event, argument):
        if event == "return" and frame.f_code is self.call.code:
            self.call.line = frame.f_lineno

    def __exit__(self, kind, error, trace):
        sys.setprofile(self.before)
        self.calls.inside = False
        if error is not None and not isinstance(error, StopIteration):
            self.call.error = error
