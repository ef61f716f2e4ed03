"""Student code, run where it can reach nothing: a warm interpreter that forks into namespaces.

client.py     the grader's side: gets a warm parent, has it run cells, reads what they answer
zygote.py     the grader's side of the process that all warm parents are forks of
warm.py       that process, which imports the course once, and the warm parents, which fork for runs
jail.py       what the run can see of the machine, and what it may do
calls.py      the calls to Linux that it is refused
system.py     the Linux calls for that
supervise.py  what a warm parent does while a run goes on: the limits that the kernel does not hold
              by itself (memory and processors of all), and an end for all
runner.py     the run itself: cells in order, an answer for each
wire.py       messages between them
limits.py     how much of what a run may have
"""
