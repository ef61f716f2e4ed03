"""Find the answers of hidden checks in the process that runs their first halves, if they are there.

The process reads a notebook as the grader sends it to a student's process: the texts of cells and
of first halves, never a second half. For each hidden check it forks children:

1. In the first, the worked solution runs, and what each call of it gives is recorded.
2. In the second, components that compute nothing take its place. At each call, everything that can
   be reached from the callers' frames, from modules' globals and from the garbage collector's
   objects is compared with the recorded answer. A *path* to a value is kept as long as the value
   there is the right answer.
3. In the others, components answer from such paths and know nothing else. What a check sees of
   them is judged elsewhere: they must not pass.

A path that gives more right answers than chance explains is a leak by itself: the check may also
look at what a component does, such as how often it calls what it was given.

state.py       what a child knows
values.py      when two values are the same answer
paths.py       where values can be found, and how to find them again
components.py  what takes the place of a solution: it records, learns or answers
process.py     the process, its children, and what they report
"""
