"""Words that must not be committed: notes to do something later, switched-off tests, paths of one machine, waiting by the clock in a test."""

import re

import tree

TEXT = (".cpp", ".hpp", ".sql", ".py", ".sh", ".md", ".txt", ".cmake", ".toml", ".yaml", ".json", ".js", ".mjs", ".html", ".css", ".service")
SCRIPTS = ("script", ".ci")
# Written in pieces so that this file does not find itself.
RULES = [
    (re.compile(r"\b(?:TO" r"DO|FIX" r"ME|HA" r"CK)\b"), "finish it or take it out"),
    # A pair of tests, one for root and one for everybody else, is the exception: one of them runs.
    (re.compile(r"^(?!.*getuid\(\)).*\b(GTEST_" r"SKIP|DISABLED" r"_\w+)"), "a test that does not run is not a test"),
    (re.compile(r"(?<![\w.$}~-])/(?:work|home|root|Users)/\w"), "a path of one machine"),
]
RULES_FOR_TESTS = [
    (re.compile(r"this_thread::sleep" r"_|\busleep" r"\("), "a test waits for an event, never for the clock"),
]


def problems(root):
    found = []
    paths = tree.files(root, *TEXT) + [path for folder in SCRIPTS for path in tree.files(root, under=folder)]
    for path in sorted(set(paths)):
        rules = RULES + (RULES_FOR_TESTS if tree.is_test(path) else [])
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for pattern, advice in rules:
                word = pattern.search(line)
                if word:
                    found.append(f"{path.relative_to(root)}:{number}: '{word.group(word.lastindex or 0)}': {advice}")
    return found
