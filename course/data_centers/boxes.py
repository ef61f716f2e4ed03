"""A real DNS: the student's GeoDNS and CachingResolver, each a server that speaks DNS over UDP.

Who asks is told as on the Internet: by the option Client Subnet (RFC 7871), a part of the user's
address. Each city has a network of its own here, each center an address for documentation.
Questions and answers are signed (TSIG, RFC 8945), so no one else on this computer can ask.
"""

import asyncio
import base64
import time
from contextlib import suppress

import aiohttp
from dns import asyncquery, edns, message, query, rcode, rrset, tsigkeyring
from dns.exception import DNSException, Timeout

from course.data_centers.world import NoHealthyCenter
from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    wrong_return,
)
from course.real.crowd import tell_until_over
from course.real.server import TOKEN

NAME = "photos.example."
TIMEOUT = 0.5  # s for an answer
PROBE_EVERY = 0.25  # s between two health checks of a center


def subnet(city):
    """Return the network of a city (its number)."""
    return f"10.{city}.0.0"


def address(center):
    """Return the public address of a center (its number), out of those for documentation."""
    return f"203.0.113.{center + 1}"


def question(city, token):
    """Return a signed DNS message that asks, for someone in `city`, where the site is."""
    option = edns.ECSOption(subnet(city), 16)
    asked = message.make_query(NAME, "A", use_edns=0, options=[option])
    asked.use_tsig(_keys(token))
    return asked


def answered_center(answer):
    """Return the number of the center in a DNS answer, or None."""
    found = [record.address for each in answer.answer for record in each]
    return int(found[0].rpartition(".")[2]) - 1 if found else None


class Server(asyncio.DatagramProtocol):
    """Answers DNS questions. answer: called with the number of a city; returns (center, TTL).

    NoHealthyCenter, or no answer of another server in time, is the answer SERVFAIL.
    """

    def __init__(self, link, answer):
        self.link, self.answer, self.keys = link, answer, _keys(link.token)

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, sender):
        try:
            asked = message.from_wire(data, keyring=self.keys)
        except DNSException:
            return
        if not asked.had_tsig:
            return
        reply = message.make_response(asked)
        try:
            subnets = (each for each in asked.options if isinstance(each, edns.ECSOption))
            city = int(next(subnets).address.split(".")[1])
            center, ttl = self.answer(city)
            name = asked.question[0].name
            reply.answer.append(rrset.from_text(name, ttl, "IN", "A", address(center)))
        except (NoHealthyCenter, Timeout):
            reply.set_rcode(rcode.SERVFAIL)
        except (ComponentError, NotImplementedError) as error:
            self.link.tell(error=str(error))
            return
        self.transport.sendto(reply.to_wire(), sender)


async def dns_box(link, geo_dns, centers, locations, ttl):
    """Run the student's GeoDNS as a DNS server until the process ends.

    The stage sends the centers' ports by name, {"ports": …}. Each center is asked for its health
    every PROBE_EVERY s; changes are told, {"healthy": bool, "center": name}, and each question.
    """
    ports = (await link.hear())["ports"]
    geo = make(geo_dns, centers=list(centers))
    (resolve,) = methods(geo, "resolve(location)")
    numbers = {id(center): number for number, center in enumerate(centers)}

    def answer(city):
        link.tell(asked=city)
        call = f"{name_of(geo)}.resolve({locations[city]})"
        with sentences(call, (NoHealthyCenter,)):
            center = resolve(locations[city])
        if id(center) not in numbers:
            raise ComponentError(wrong_return(call, center, "one of the centers it was made with"))
        return numbers[id(center)], ttl

    async def probe(center, session):
        url, healthy = f"http://127.0.0.1:{ports[center.name]}/health", False
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with session.get(url) as got:
                healthy = got.status == 200
        if healthy != center.healthy:
            link.tell(center=center.name, healthy=healthy)
        center.healthy = healthy

    timeout = aiohttp.ClientTimeout(total=PROBE_EVERY)
    async with aiohttp.ClientSession(headers={TOKEN: link.token}, timeout=timeout) as session:
        await _serve(link, answer)
        while True:
            await asyncio.gather(*(probe(center, session) for center in centers))
            await asyncio.sleep(PROBE_EVERY)


async def resolver_box(link, caching_resolver, centers, locations, ttl):
    """Run the student's CachingResolver as a DNS server; the stage sends the DNS's, {"dns": …}.

    It asks that one over UDP. Its users are told to keep nothing (TTL 0).
    """
    port = (await link.hear())["dns"]
    cities = {location: city for city, location in enumerate(locations)}
    numbers = {id(center): number for number, center in enumerate(centers)}
    began = time.monotonic()

    class OverUDP:
        def resolve(self, location):
            asked = question(cities[location], link.token)
            got = query.udp(asked, "127.0.0.1", timeout=TIMEOUT, port=port)
            center = answered_center(got)
            if center is None:
                raise NoHealthyCenter
            return centers[center]

    resolver = make(caching_resolver, dns=OverUDP(), ttl=ttl)
    (resolve,) = methods(resolver, "resolve(location, now)")
    passing = (NoHealthyCenter, Timeout)

    def answer(city):
        now = time.monotonic() - began
        call = f"{name_of(resolver)}.resolve({locations[city]}, {now:.3f})"
        with sentences(call, passing):
            center = resolve(locations[city], now)
        if id(center) not in numbers:
            raise ComponentError(wrong_return(call, center, "a center that the DNS returned"))
        return numbers[id(center)], 0

    await _serve(link, answer)
    await asyncio.Event().wait()


async def users_box(link, times, cities):
    """Run in a process: at each of `times` (s), someone in one of `cities` asks, then connects.

    The stage sends {"resolver": port, "centers": [port, …]}: what stands behind each address. Rows
    [number of the request, center or -1, failed] are told while they come in.
    """
    told = await link.hear()
    began, rows = time.monotonic() - min(0.0, times[0]), []
    link.tell(begins=began)

    async def one(row, session):
        await asyncio.sleep(times[row] + began - time.monotonic())
        place, failed = -1, True
        with suppress(DNSException, OSError):
            asked = question(cities[row], link.token)
            got = await asyncquery.udp(
                asked, "127.0.0.1", timeout=2 * TIMEOUT, port=told["resolver"]
            )
            center = answered_center(got)
            place = -1 if center is None else center
        if place >= 0:
            with suppress(aiohttp.ClientError, TimeoutError, OSError):
                url = f"http://127.0.0.1:{told['centers'][place]}/work"
                async with session.get(url) as page:
                    failed = page.status != 200
        rows.append([row, place, failed])

    timeout = aiohttp.ClientTimeout(total=2 * TIMEOUT)
    async with aiohttp.ClientSession(headers={TOKEN: link.token}, timeout=timeout) as session:
        tasks = [asyncio.ensure_future(one(row, session)) for row in range(len(times))]
        await tell_until_over(link, tasks, rows)


async def _serve(link, answer):
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Server(link, answer), local_addr=("127.0.0.1", 0)
    )
    link.tell(port=transport.get_extra_info("sockname")[1])


def _keys(token):
    return tsigkeyring.from_text({"course.": base64.b64encode(token.encode()).decode()})
