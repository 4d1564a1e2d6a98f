"""Metrics are herald_<noun>_<what>: counters end in _total, latencies in _seconds, gauges in neither. Dashboards depend on it."""

import re

import tree

REGISTRATION = re.compile(r'\bmetrics::(counter|gauge|latency)\(\s*"([^"]*)"')
SHAPE = {
    "counter": re.compile(r"herald(?:_[a-z0-9]+){2,}_total"),
    "latency": re.compile(r"herald(?:_[a-z0-9]+){2,}_seconds"),
    "gauge": re.compile(r"herald(?:_[a-z0-9]+){2,}(?<!_total)"),
}


def problems(root):
    found = []
    for path in tree.cpp_files(root):
        if tree.is_test(path):
            continue
        text = path.read_text()
        for match in REGISTRATION.finditer(text):
            kind, name = match.groups()
            if not SHAPE[kind].fullmatch(name):
                where = f"{path.relative_to(root)}:{tree.line_of(text, match.start())}"
                found.append(f"{where}: {name}: a {kind} is called {SHAPE[kind].pattern}")
    return found
