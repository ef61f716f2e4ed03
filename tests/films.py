"""What is true of every film, whatever it shows: for the tests of all labs."""

import numpy as np

OUT = 40  # pixels: how far off the scene an actor may come from, or go to


def check(reel, *, most_actors=3000):
    """Assert what holds of every Reel: a film that breaks it shows what cannot have happened."""
    assert reel.lanes and reel.start < reel.end
    assert (reel.end - reel.start) / reel.rate <= 60, "20 to 40 s is what can be seen twice"
    assert sum(len(lane.actors) for lane in reel.lanes) <= most_actors
    for lane in reel.lanes:
        assert lane.title and lane.actors
        for actor in lane.actors:
            check_actor(actor, lane.scene, len(reel.states))
        for counter in lane.counters:
            assert counter.times == sorted(counter.times), counter.name
            assert len(counter.times) == len(counter.values), counter.name
    every = {id(actor) for lane in reel.lanes for actor in lane.actors}
    for name, time, actor in reel.marks:
        assert id(actor) in every and actor.place(time), f"{name}: is not on the stage then"
    times = [time for time, _ in reel.captions]
    assert times and times == sorted(times) and times[0] <= reel.start
    assert all(words.strip().endswith((".", "?", "!", "…")) for _, words in reel.captions)


def check_actor(actor, scene, states):
    """Assert that an actor is in one place at a time, on the scene, and has a story in order."""
    columns = np.array([actor.times, actor.xs, actor.ys, actor.sizes, actor.rings])
    assert columns.size and np.isfinite(columns).all(), actor.name
    times, xs, ys, sizes, rings = columns
    assert (np.diff(times) >= 0).all(), actor.name
    jumps = (np.diff(times) == 0) & ((np.abs(np.diff(xs)) > 1e-6) | (np.abs(np.diff(ys)) > 1e-6))
    assert not jumps.any(), f"{actor.name} is in two places at {times[1:][jumps]}"
    assert (xs >= -OUT).all() and (xs <= scene.width + OUT).all(), f"{actor.name}: x {xs}"
    assert (ys >= -OUT).all() and (ys <= scene.height + OUT).all(), f"{actor.name}: y {ys}"
    assert (sizes >= 0).all() and (sizes <= 40).all() and (rings >= 0).all() and (rings <= 1).all()
    assert max(actor.states) < states
    told = [time for time, *_ in actor.story]
    assert told == sorted(told), actor.name


def moving(lane, prefix):
    """Return the actors of a lane whose names begin with `prefix`."""
    return [actor for actor in lane.actors if actor.name.startswith(prefix)]
