"""For real: the same classes on real processes, on loopback only, ended with the notebook.

    stage = Stage()                          processes, a folder, a token; one stage at a time
    stage.start("web-1", web_server, …)      run a coroutine function `run(link, …)` in a process
    stage.ready(process)                     its first message, such as {"port": 43115}
    measure(stage, port, [calibrate.load(), Load(times, works)], names=…)
                                             send planned traffic; yields what was measured so far

`processes` starts and ends them (`child` is their side, `forker` has them there at once, `warden`
is the last to go), `server` and `proxy` are web servers, `clock` runs a SimPy process in real time,
`load` sends the traffic (`generator` is its process), `crowd` follows users of a lab's own and what
happens meanwhile, `calibrate` measures what the machine adds, `clocks` and `counts` compare
formula, simulation and machine in a picture.

A lab's own part is `course/<lab>/real.py`, imported when a measurement starts: the HTTP library
takes a fifth of a second. What a lab defines, and what the student wrote, is sent to a process by
value; results come back as messages that JSON can hold. A server started here binds to 127.0.0.1
only and refuses requests without the stage's token.
"""
