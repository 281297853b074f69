"""Counts in DuckDB what a responder counts, over one gzipped NDJSON file of CloudTrail records; reports its cost on file descriptor 3."""

import json
import os
import resource
import sys

import duckdb

COLUMNS = {
    "eventID": "VARCHAR",
    "eventTime": "TIMESTAMP",
    "eventSource": "VARCHAR",
    "eventName": "VARCHAR",
    "awsRegion": "VARCHAR",
    "sourceIPAddress": "VARCHAR",
    "userAgent": "VARCHAR",
    "errorCode": "VARCHAR",
    "readOnly": "BOOLEAN",
    "recipientAccountId": "VARCHAR",
    "userIdentity": "STRUCT(type VARCHAR, arn VARCHAR, accountId VARCHAR, accessKeyId VARCHAR)",
}

# Twelve counts of the fold and of the detectors: each a table of keys with how often, since when or how many different.
COUNTS = [
    "SELECT userIdentity.arn, count(*), min(eventTime), max(eventTime) FROM records GROUP BY 1",
    "SELECT userIdentity.arn, date_trunc('hour', eventTime), count(*) FROM records GROUP BY 1, 2",
    "SELECT userIdentity.arn, eventSource, eventName, count(*) FROM records GROUP BY 1, 2, 3",
    "SELECT userIdentity.arn, awsRegion, count(*) FROM records GROUP BY 1, 2",
    "SELECT userIdentity.arn, sourceIPAddress, count(*), min(eventTime) FROM records GROUP BY 1, 2",
    "SELECT userIdentity.arn, userAgent, count(*) FROM records GROUP BY 1, 2",
    "SELECT userIdentity.arn, errorCode, count(*) FROM records WHERE errorCode IS NOT NULL GROUP BY 1, 2",
    "SELECT userIdentity.accessKeyId, count(DISTINCT sourceIPAddress), count(DISTINCT awsRegion) FROM records GROUP BY 1",
    "SELECT userIdentity.accessKeyId, time_bucket(INTERVAL 10 MINUTE, eventTime), count(DISTINCT eventName) FROM records"
    " WHERE errorCode IS NOT NULL GROUP BY 1, 2",
    "SELECT userIdentity.arn, extract('hour' FROM eventTime), count(*) FROM records GROUP BY 1, 2",
    "SELECT userIdentity.arn, readOnly, count(DISTINCT eventName) FROM records GROUP BY 1, 2",
    "SELECT recipientAccountId, eventSource, date_trunc('day', eventTime), count(*) FROM records GROUP BY 1, 2, 3",
]

database = duckdb.connect()
FILE = sys.argv[1].replace("'", "''")
LIKE = json.dumps(COLUMNS).replace('"', "'")
database.execute(
    f"CREATE TABLE records AS SELECT * FROM read_json('{FILE}', format = 'newline_delimited', compression = 'gzip', columns = {LIKE})"
)
for count in COUNTS:
    if not database.execute(count).fetchall():
        raise SystemExit(f"this counted nothing: {count}")
print(database.execute("SELECT count(*) FROM records").fetchone()[0])

usage = resource.getrusage(resource.RUSAGE_SELF)
unit = 1 if sys.platform == "darwin" else 1024
os.write(3, json.dumps({"cpuSeconds": usage.ru_utime + usage.ru_stime, "peakBytes": usage.ru_maxrss * unit}).encode())
