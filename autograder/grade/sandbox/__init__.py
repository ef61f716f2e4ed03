"""Student code, run where it can reach nothing: a warm interpreter that forks into namespaces.

README.md says what it protects from, what not, and what not to touch.

client.py     the grader's side: starts a warm parent, has it run cells, reads what they answer
warm.py       imports the course once, and forks warm parents, which fork for each run
isolation.py  the two ways to hold a run: namespaces, or limits alone
jail.py       what a run can see of the machine, and what it may do
calls.py      the calls to Linux that it is refused
system.py     the Linux calls for that
supervise.py  what a warm parent does while a run goes on: the limits that the kernel does not hold
              by itself (memory and processors of all), and an end for all
runner.py     the run itself: cells in order, an answer for each
scratch.py    the grader's temporary folders
wire.py       messages between them
limits.py     how much of what a run may have
"""
