"""Metrics are herald_<noun>_<what>: counters end in _total, latencies in _seconds, gauges in neither. Dashboards depend on it, and on
docs/metrics.md, whose table names exactly those that the sources register, with type and labels."""

import re

import tree

REGISTRATION = re.compile(r'\bmetrics::(counter|gauge|latency)\(\s*"([^"]*)"')
LABEL = re.compile(r'\{"([a-z_]+)",')
ROW = re.compile(r"^\| `(herald_\w+)` \| (\w+) \|([^|]*)\|")
SHAPE = {
    "counter": re.compile(r"herald(?:_[a-z0-9]+){2,}_total"),
    "latency": re.compile(r"herald(?:_[a-z0-9]+){2,}_seconds"),
    "gauge": re.compile(r"herald(?:_[a-z0-9]+){2,}(?<!_total)"),
}
TYPES = {"counter": "counter", "latency": "histogram", "gauge": "gauge"}  # as Prometheus calls them


def call(text, start):
    """The text of the call whose opening bracket is the first from `start`."""
    depth = 0
    for end in range(text.index("(", start), len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            return text[start:end]
    return text[start:]


def documented(root):
    """Of each metric in docs/metrics.md, by name: its type and labels, and its line."""
    path = root / "docs/metrics.md"
    rows = {}
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
        if match := ROW.match(line):
            rows[match[1]] = (match[2], sorted(re.findall(r"`(\w+)`", match[3])), number)
    return rows


def problems(root):
    found = []
    rows = documented(root)
    unseen = set(rows)
    for path in tree.cpp_files(root):
        if tree.is_test(path):
            continue
        text = path.read_text()
        for match in REGISTRATION.finditer(text):
            kind, name = match.groups()
            where = f"{path.relative_to(root)}:{tree.line_of(text, match.start())}"
            if not SHAPE[kind].fullmatch(name):
                found.append(f"{where}: {name}: a {kind} is called {SHAPE[kind].pattern}")
                continue
            is_now = (TYPES[kind], sorted(LABEL.findall(call(text, match.start()))))
            unseen.discard(name)
            if name not in rows:
                found.append(f"{where}: {name} is not in docs/metrics.md")
            elif rows[name][:2] != is_now:
                found.append(f"{where}: {name} is a {is_now[0]} with labels {is_now[1]}, docs/metrics.md says {rows[name][0]}, {rows[name][1]}")
    found += [f"docs/metrics.md:{rows[name][2]}: {name} is registered nowhere" for name in sorted(unseen)]
    return found
