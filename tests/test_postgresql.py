"""The real run of notebook 03 on a real PostgreSQL server, and what it says without one."""

import socket
import time

import pytest

from course.database_replication import measure, simulate
from course.database_replication.real.stores import POSTGRESQL, SQLITE, kinds
from course.engine.component import ComponentError
from course.engine.database import DatabaseUnavailable
from tests import postgresql
from tests.course_scripts import solved

SOLVED = solved("03_database_replication")
ROUTER, REPLICA = SOLVED["Router"], SOLVED["Replica"]
FEW = {"requests": 60, "database": POSTGRESQL, "lag": 0.01}


@pytest.fixture(scope="module")
def url():
    if postgresql.missing():
        pytest.skip(postgresql.missing())
    with postgresql.server() as address:
        yield address


@pytest.fixture
def servers(url, monkeypatch):
    """Name the server as the primary's and the second replica's; the first is on the primary's."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATABASE_URL_2", url)
    return url


def schemas(url):
    import psycopg

    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace").fetchall()
    return [name for (name,) in rows if name.startswith("zero_to_millions")]


def test_measured_on_postgresql_is_what_is_simulated(servers):
    """The same statements and lags: only the moments differ, by milliseconds of 100.

    600 reads: a share of 0.17 has a standard error of 1.5 %, but most draws are shared. Four of it.
    """
    chosen = {"lag": 0.1, "replicas": 2, "seed": 3, "requests": 800, "arrival_rate": 400.0}
    measured = measure(ROUTER, REPLICA, database=POSTGRESQL, **chosen)
    simulated = simulate(ROUTER, service_time=0.0005, **chosen)
    assert abs(measured.stale_share - simulated.stale_share) < 0.06
    assert measured.stale_share > 0.05 and measured.refused == measured.diverged == 0
    assert schemas(servers) == []


def test_the_schemas_go_also_when_the_students_code_raises(servers):
    class Raises(ROUTER):
        def route(self, sql):
            raise KeyError("photos")

    with pytest.raises(ComponentError, match=r"Raises\.route"):
        measure(Raises, REPLICA, **FEW)
    assert schemas(servers) == []


def test_a_wrong_password_is_one_sentence_without_it(servers, monkeypatch):
    wrong = servers.replace("postgresql://app:", "postgresql://app:secret")
    monkeypatch.setenv("DATABASE_URL_2", wrong)
    with pytest.raises(DatabaseUnavailable) as error:
        measure(ROUTER, REPLICA, **FEW)
    assert str(error.value).startswith("PostgreSQL, DATABASE_URL_2: ")
    assert "password authentication failed" in str(error.value) and "\n" not in str(error.value)
    assert "secret" not in str(error.value)
    assert schemas(servers) == []


def test_a_server_that_goes_away_is_one_sentence():
    if postgresql.missing():
        pytest.skip(postgresql.missing())
    with pytest.MonkeyPatch.context() as patch:
        with postgresql.server() as address:
            patch.setenv("DATABASE_URL", address)
            assert measure(ROUTER, REPLICA, **FEW).refused == 0
        with pytest.raises(DatabaseUnavailable, match=r"^PostgreSQL, DATABASE_URL: "):
            measure(ROUTER, REPLICA, **FEW)


@pytest.mark.parametrize(
    "address",
    ["postgresql://app:hunter2@127.0.0.1:{port}/db", "postgresql://app:hunter2@[::1", "hunter2"],
)
def test_an_address_that_leads_nowhere_is_one_sentence(address, monkeypatch):
    pytest.importorskip("psycopg")
    with socket.socket() as taken:  # bound, not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("DATABASE_URL", address.replace("{port}", str(taken.getsockname()[1])))
        started = time.monotonic()
        with pytest.raises(DatabaseUnavailable) as error:
            measure(ROUTER, REPLICA, **FEW)
    assert time.monotonic() - started < 10
    assert str(error.value).startswith("PostgreSQL, DATABASE_URL: ")
    assert "hunter2" not in str(error.value) and "\n" not in str(error.value)


def test_postgresql_is_offered_where_it_is_named(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert kinds() == [SQLITE]
    with pytest.raises(DatabaseUnavailable, match="DATABASE_URL names no PostgreSQL server"):
        measure(ROUTER, REPLICA, **FEW)
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost")
    assert kinds() == [SQLITE, POSTGRESQL]
