#!/usr/bin/env python3
"""Every #include "..." under src/ must be allowed by src/layers.txt. usage: tools/check_layers.py [ROOT]"""

import fnmatch
import re

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
# Headers that the build writes (tools/sqlgen.py, tools/embed.py): they are allowed or not like others, but cannot be looked up in the tree.
GENERATED = ("sql/", "embedded/")


def read_rules(text):
    """Two kinds of lines: "folder: entries" and, with a * in it, "pattern: entries". Both map to their entries."""
    folders, patterns = {}, {}
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, _, entries = line.partition(":")
        rules = patterns if "*" in name else folders
        for key in name.split():
            rules.setdefault(key, []).extend(entries.split())
    return folders, patterns


def allowed_for(path, folders, patterns):
    """What a file may include: its own top folder, the entries of every folder that it is in, those of every pattern."""
    allowed = [path.split("/")[0]]
    for folder, entries in folders.items():
        if path.startswith(folder + "/"):
            allowed += entries
    for pattern, entries in patterns.items():
        if fnmatch.fnmatch(path, pattern) or fnmatch.fnmatch(path.split("/")[-1], pattern):
            allowed += entries
    return allowed


def covers(entry, included):
    return included == entry or included.startswith(entry + "/")


def known(root, included):
    return included.startswith(GENERATED) or (root / "src" / included).is_file() or (root / included).is_file()


def problems_of_file(root, path, rules):
    folders, patterns = rules
    text = path.read_text()
    relative = path.relative_to(root / "src").as_posix()
    allowed = allowed_for(relative, folders, patterns)
    for match in INCLUDE.finditer(text):
        included = match.group(1)
        where = f"src/{relative}:{tree.line_of(text, match.start(1))}"
        if not known(root, included):
            yield f'{where}: "{included}" is not a file under src/; write includes as paths from src/'
        elif not any(covers(entry, included) for entry in allowed):
            yield f'{where}: {relative.split("/")[0]} may not include "{included}" (src/layers.txt)'


def problems(root):
    rules = read_rules((root / "src/layers.txt").read_text())
    top_folders = {p.name for p in (root / "src").iterdir() if p.is_dir()}
    found = [f"src/{name}: the folder has no line in src/layers.txt" for name in sorted(top_folders - rules[0].keys())]
    for path in tree.cpp_files(root):
        if path.parent == root / "src":
            found.append(f"src/{path.name}: sources belong into a folder of src/")
            continue
        found += problems_of_file(root, path, rules)
    return found


if __name__ == "__main__":
    tree.main(problems)
