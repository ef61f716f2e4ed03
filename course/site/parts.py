"""Which of the student's components the site runs, and how a process gets them.

A role is what a component does in the site. Where the student's is missing or wrong, `ours` has a
baseline for the role. Components travel as text: the process that read the notebook pickled them,
and only the processes of the site make objects of it again.
"""

import base64
from dataclasses import dataclass
from types import SimpleNamespace

import cloudpickle

from course.site.ours import OURS


@dataclass(frozen=True)
class Part:
    """A component of the site.

    role: what it is for. name: what the student calls it. notebook, exercise: where it is written.
    box: the kind of process that runs it. also: names of the notebook that are used with it.
    """

    role: str
    name: str
    notebook: str
    exercise: str
    box: str
    also: tuple[str, ...] = ()


PARTS = (  # of one role, the first that is right is used
    Part("dns", "GeoDNS", "07_data_centers", "geo_dns", "resolver", ("NoHealthyCenter",)),
    Part("resolver", "CachingResolver", "07_data_centers", "caching_resolver", "resolver"),
    Part("edge_cache", "EdgeCache", "05_cdn", "edge_cache", "edge", ("OriginDown",)),
    Part("balancer", "LeastConnections", "02_load_balancer", "least_connections", "balancer"),
    Part("balancer", "PowerOfTwoChoices", "02_load_balancer", "power_of_two_choices", "balancer"),
    Part("balancer", "RoundRobin", "02_load_balancer", "round_robin", "balancer"),
    Part("checker", "HealthChecker", "02_load_balancer", "health_checker", "balancer"),
    Part("read_through", "ReadThrough", "04_cache", "read_through", "web"),
    Part("router", "Router", "03_database_replication", "is_write", "web", ("PrimaryDown",)),
    Part("sessions", "SessionStore", "06_stateless_tier", "session_store", "sessions"),
    Part("cache", "TTLCache", "04_cache", "ttl_cache", "cache"),
    Part("replica", "Replica", "03_database_replication", "replica", "replica"),
    Part("queue", "DurableQueue", "08_message_queue", "durable_queue", "queue"),
    Part("consumer", "IdempotentConsumer", "08_message_queue", "idempotent_consumer", "worker"),
    Part("parse_line", "parse_line", "09_logging_metrics_automation", "parse_line", "metrics"),
    Part("histogram", "Histogram", "09_logging_metrics_automation", "histogram", "metrics"),
    Part("alert", "Alert", "09_logging_metrics_automation", "alert", "metrics"),
)
ROLES = tuple(dict.fromkeys(part.role for part in PARTS))


def packed(names, part):
    """Return the component of a part, and what is used with it, as text. names: of the notebook."""
    held = {"it": names[part.name]} | {name: names[name] for name in part.also}
    return base64.b64encode(cloudpickle.dumps(held)).decode()


def unpacked(kit):
    """Return an object with an attribute for each role: its component, the student's or ours.

    kit: {role: text of `packed`}; roles without a text are ours.
    """
    roles = {}
    for role, baseline in OURS.items():
        held = cloudpickle.loads(base64.b64decode(kit[role])) if kit.get(role) else baseline
        roles |= {role if name == "it" else name: value for name, value in held.items()}
    return SimpleNamespace(**roles)
