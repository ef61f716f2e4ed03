"""A student's own site, for real: what they wrote in all notebooks, as processes on loopback.

    course.my_site()  → a link to its page, and buttons; nothing starts before one is pressed

`stack` starts and ends the processes, `page` is what a browser opens. `front` (resolver, edge,
balancer), `web`, `state` (sessions, cache, queue, workers, databases), `metrics` and `users` are
what runs in them; a `box` is what they share, `calls` how they talk. `reader` takes the components
out of saved notebooks, `parts` names them, and `ours` stands in for what is missing.

Everything binds to 127.0.0.1 and wants the stage's token, the page a key in its address. A second
site ends the first, the warden of `course.real` whatever a dead kernel leaves behind.
"""
