"""packaging/grafana and packaging/prometheus speak of metrics that there are (docs/metrics.md), and each alert names a paragraph of docs/operating.md."""

import json
import re

import metric_names

ALERTS = "packaging/prometheus/alerts.yml"
DASHBOARD = "packaging/grafana/herald.json"
METRIC = re.compile(r"\bherald_[a-z0-9_]+")
SERIES = ("_bucket", "_sum", "_count")


def anchors(markdown):
    """The headings, as a browser jumps to them."""
    words = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in words}


def is_known(name, rows):
    if name in rows:
        return rows[name][0] != "histogram"
    return any(name.endswith(end) and rows.get(name.removesuffix(end), [""])[0] == "histogram" for end in SERIES)


def problems(root):
    found = []
    rows = metric_names.documented(root)
    for file in (ALERTS, DASHBOARD):
        path = root / file
        if not path.exists():
            continue
        text = path.read_text()
        for name in sorted(set(METRIC.findall(text))):
            if not is_known(name, rows):
                found.append(f"{file}: {name} is no metric of docs/metrics.md, or no series of one")
    if (root / DASHBOARD).exists():
        try:
            json.loads((root / DASHBOARD).read_text())
        except ValueError as failure:
            found.append(f"{DASHBOARD}: {failure}")
    if (root / ALERTS).exists():
        text = (root / ALERTS).read_text()
        handbook = root / "docs/operating.md"
        known = anchors(handbook.read_text()) if handbook.exists() else set()
        runbooks = re.findall(r"runbook: docs/operating\.md#(\S+)", text)
        alerts = re.findall(r"- alert: (\w+)", text)
        if len(runbooks) != len(alerts):
            found.append(f"{ALERTS}: {len(alerts)} alerts, {len(runbooks)} runbooks: each alert says what to do")
        found += [f"{ALERTS}: docs/operating.md has no paragraph #{each}" for each in runbooks if each not in known]
    return found
