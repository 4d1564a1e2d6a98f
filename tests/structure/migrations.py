"""Migrations are numbered 0001, 0002, ... without a gap: the number is the order, and two branches that add one collide visibly."""

import re

import tree

FOLDER = "src/storage/migrations"


def problems(root):
    found = []
    expected = 1
    for path in tree.files(root, under=FOLDER):
        name = re.fullmatch(r"(\d{4})_[a-z0-9_]+\.sql", path.name)
        if not name:
            found.append(f"{FOLDER}/{path.name}: a migration is called NNNN_what_it_does.sql")
            continue
        if int(name.group(1)) != expected:
            found.append(f"{FOLDER}/{path.name}: expected number {expected:04}")
        expected = int(name.group(1)) + 1
    return found
