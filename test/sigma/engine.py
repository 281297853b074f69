"""Evaluates rules of Sigma on records by an engine that is not ours: pySigma makes SQL of them, and SQLite runs it.

The first line of the input is a list of rules, as the text of their YAML; each further line is a record, as JSON. A line of the output answers for each rule: the
numbers of the records that it matches, or a text where the engine does not take the rule.

A record is a row. Its columns are the fields that rules name: text and numbers as they are, truth values as text, objects and lists as JSON text. Text is compared
without regard to case (NOCASE), as the backend expects.
"""
import functools
import json
import re
import sqlite3
import sys

from sigma.backends.sqlite.sqlite import sqliteBackend
from sigma.collection import SigmaCollection


def value_at(record, field):
    at = record
    for name in field.split("."):
        if not isinstance(at, dict) or name not in at:
            return None
        at = at[name]
    if isinstance(at, bool):
        return "true" if at else "false"
    if isinstance(at, (dict, list)):
        return json.dumps(at, separators=(",", ":"), ensure_ascii=False)
    return at


@functools.cache
def expression(pattern):
    return re.compile(pattern)


def matches(pattern, text):
    return text is not None and expression(pattern).search(str(text)) is not None


def main():
    rules = json.loads(sys.stdin.readline())
    records = [json.loads(line) for line in sys.stdin]
    backend = sqliteBackend()
    queries, fields = [], set()
    for text in rules:
        try:
            collection = SigmaCollection.from_yaml(text)
            found = backend.convert(collection)
            for rule in collection.rules:
                fields.update(backend.required_fields(rule))
            queries.append(found)
        except Exception as error:  # The engine has many kinds of errors, and all say that it does not take the rule.
            queries.append(f"{type(error).__name__}: {error}")
    columns = sorted(fields)
    database = sqlite3.connect(":memory:")
    database.create_function("REGEXP", 2, matches, deterministic=True)
    # SQLite does not tell columns apart by case, and CloudTrail has none that differ by it alone.
    quoted = ", ".join(f"`{name}` COLLATE NOCASE" for name in columns)
    database.execute(f"CREATE TABLE logs ({quoted})")
    marks = ", ".join("?" for _ in columns)
    database.executemany(f"INSERT INTO logs VALUES ({marks})", ([value_at(record, name) for name in columns] for record in records))
    for found in queries:
        if isinstance(found, str):
            print(json.dumps(found))
            continue
        rows = set()
        for query in found:
            rows.update(row for (row,) in database.execute(query.replace("SELECT *", "SELECT rowid", 1)))
        print(json.dumps(sorted(row - 1 for row in rows)))


main()
