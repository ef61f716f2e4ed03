"""How fast is the engine? The same queue in this engine, in naive SimPy and in Ciw, in one run.

    python benchmarks/simulation.py [--customers 100000] [--repeats 3]

M/M/1 and M/M/4 at 80 % utilization. Each measurement is a process of its own: the time is the best
of the repeats, taken in turn; memory is the most that the simulation itself took (tracemalloc, in a
run of its own, since tracing slows it down). The mean wait stands beside the one of theory.
"""

import argparse
import random
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from course.engine import theory

BUSY, SEED = 0.8, 1


def this_engine(workers, customers):
    """Return the mean wait from this engine's Station."""
    import simpy

    from course.engine import workload
    from course.engine.record import Recorder
    from course.engine.stations import Station, arrivals

    env = simpy.Environment()
    recorder = Recorder(customers)
    station = Station(env, workers, recorder.add)
    times = workload.poisson_arrivals(workload.stream(SEED, "arrivals"), BUSY * workers, customers)
    works = workload.exponential_work(workload.stream(SEED, "work"), 1.0, customers)
    arrivals(env, times, works, station.submit)
    env.run()
    return recorder.result(workers=workers).mean_wait


def naive_simpy(workers, customers):
    """Return the mean wait from a process a request and a Resource, as SimPy's examples do it."""
    import simpy

    rng, env, waits = random.Random(SEED), simpy.Environment(), []
    counter = simpy.Resource(env, workers)

    def customer():
        arrived_at = env.now
        with counter.request() as turn:
            yield turn
            waits.append(env.now - arrived_at)
            yield env.timeout(rng.expovariate(1))

    def source():
        for _ in range(customers):
            yield env.timeout(rng.expovariate(BUSY * workers))
            env.process(customer())

    env.process(source())
    env.run()
    return sum(waits) / len(waits)


def ciw(workers, customers):
    """Return the mean wait from Ciw, the peer library."""
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(BUSY * workers)],
        service_distributions=[ciw.dists.Exponential(1)],
        number_of_servers=[workers],
    )
    ciw.seed(SEED)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers)
    waits = [record.waiting_time for record in simulation.get_all_records()]
    return sum(waits) / len(waits)


ENGINES = {"this engine": this_engine, "naive SimPy": naive_simpy, "Ciw": ciw}


def main():
    """Measure all engines in turn and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--customers", type=int, default=100_000)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--one", nargs=3, metavar=("ENGINE", "WORKERS", "WHAT"), help="internal")
    arguments = options.parse_args()
    if arguments.one:
        engine, workers, what = arguments.one
        print(*one(ENGINES[engine], int(workers), arguments.customers, what))
    else:
        print_table(arguments.customers, arguments.repeats)


def one(engine, workers, customers, what):
    """Return (seconds, or MiB at the peak; mean wait) of one run in this process."""
    engine(workers, 100)  # imports
    if what == "memory":
        tracemalloc.start()
        wait = engine(workers, customers)
        return tracemalloc.get_traced_memory()[1] / 2**20, wait
    started = time.perf_counter()
    wait = engine(workers, customers)
    return time.perf_counter() - started, wait


def measured(engine, workers, customers, what):
    """Return what `one` gives, in a process of its own."""
    command = [sys.executable, __file__, "--customers", str(customers)]
    ran = subprocess.run(
        [*command, "--one", engine, str(workers), what], capture_output=True, text=True, check=True
    )
    value, wait = ran.stdout.split()
    return float(value), float(wait)


def print_table(customers, repeats):
    """Print a Markdown table, a line an engine and queue."""
    print(f"{customers:,} customers, {BUSY:.0%} busy, service time 1 s, best of {repeats}\n")
    print("| queue | engine | requests/s | × naive | MiB | × naive | mean wait s | Erlang C s |")
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    for workers in (1, 4):
        best, waits = {}, {}
        for _ in range(repeats):
            for engine in ENGINES:
                seconds, waits[engine] = measured(engine, workers, customers, "time")
                best[engine] = min(seconds, best.get(engine, seconds))
        peak = {engine: measured(engine, workers, customers, "memory")[0] for engine in ENGINES}
        for engine in ENGINES:
            print(
                f"| M/M/{workers} | {engine} | {customers / best[engine]:,.0f} "
                f"| {best['naive SimPy'] / best[engine]:.2f} | {peak[engine]:.1f} "
                f"| {peak[engine] / peak['naive SimPy']:.2f} | {waits[engine]:.3f} "
                f"| {theory.mean_wait(BUSY * workers, 1, workers):.3f} |"
            )


if __name__ == "__main__":
    main()
