"""The data sheet: what one machine of each kind can do, what fails for how long, what it costs.

Times in seconds. Round numbers that we made up. The prices are near the list prices of large clouds
(2026; a machine like our web server, m7g.large, cost 0.0816 dollars an hour in Virginia in June
2026, a gigabyte to the internet 0.09 dollars at first and 0.05 at high volume).
"""

# what one request needs
PAGE_SECONDS = 0.020  # of a web server: every page, whether it reads, writes or takes an upload
FILE_SECONDS = 0.002  # of a web server: a static file
CACHE_SECONDS = 0.001  # of the cache: a look-up
QUERY_SECONDS = 0.020  # of a database node: a read that the cache did not answer
WRITE_SECONDS = 0.010  # of the primary: a write of the users of its own data center
APPLY_SECONDS = 0.002  # of every other copy of the shard, in every data center: the same write
JOB_SECONDS = 0.5  # of a queue worker: the photo of one upload; without workers, of a web server
DATABASE_WORKERS = 4  # queries that one database node works on at the same time
MOST_BUSY = 0.95  # a tier that would be busier refuses requests until it is not

# the way there and back
ROUND_TRIPS = 2  # trips to the data center and back for one page or file
NEARBY = 0.030  # a round trip to a data center in the user's own region
EDGE_ROUND_TRIP = 0.015  # a round trip to the CDN's edge: there is one near every user
EDGE_HITS = 0.95  # share of the files that the edge has; the others come from a data center
FILE_KB, PAGE_KB = 40, 10  # size of a file, and of a page

# autoscaling
START_UP = 180.0  # from the need for one more web server to its first request
SCALE_TARGET = 0.6  # how busy the autoscaler wants the web servers to be
SCALE_MOST = 4  # it runs at least web_servers, and at most so many times as many
SCALE_COOLDOWN = 900.0  # how long a server stays at least

# what fails, and for how long
CACHE_NODE_GB = 13  # memory of one cache node
SERVER_GONE = 600.0  # a dead web server, and a cache node that is empty again
NODE_GONE = 1800.0  # a dead database node; a dead data center
UNNOTICED = 3.0  # until the health check has taken a web server out
PROMOTION = 30.0  # until a replica is the new primary; no writes to that shard until then
DNS_TTL = 60.0  # until the users of a dead data center are sent elsewhere
LAG_NEAR = 1.0  # how far all replicas in the same data center are behind their primary
LAG_FAR = 5.0  # and how far all other data centers are behind
BACKUP_EVERY = 3600.0  # with no copy to go on with, what came after the last backup is lost:
# an hour of writes; a site that ships its log away all the time loses minutes instead
LATE = 600.0  # a photo that waits longer for its worker counts as a failed request

# dollars
WEB_SERVER = 60.0  # per month
DATABASE_NODE = 400.0  # per month
CACHE_GB = 12.0  # per GB and month
QUEUE_WORKER = 60.0  # per month
DATA_CENTER = 1_000.0  # per month: balancers, network, the people on call
EDGE_GB = 0.02  # per GB that leaves the CDN
ORIGIN_GB = 0.05  # per GB that leaves a data center
DAYS = 30.4  # of a month
