"""What the checkers share: which files belong to the tree, C++ without its comments and literals, and the command line.

A checker is a module with `problems(root) -> list[str]`; each string is `path[:line]: what is wrong, and what to do`.
"""

import re
import sys
from pathlib import Path

# Not ours, or wrong on purpose (the fixtures prove that a checker can fail).
LEFT_OUT = {".git", ".deps", ".cache", "build", "node_modules", "herald-data", "fixtures", "__pycache__"}
TEST_SUFFIXES = ("_test.cpp", "_pgtest.cpp", "_fuzz.cpp")


def files(root, *endings, under="."):
    """Every file of the tree under a folder, sorted; with endings, only those whose name ends so."""
    found = []
    pending = [Path(root) / under]
    while pending:
        folder = pending.pop()
        if not folder.is_dir():
            continue
        for entry in folder.iterdir():
            if entry.name in LEFT_OUT or entry.is_symlink():
                continue
            if entry.is_dir():
                pending.append(entry)
            elif not endings or entry.name.endswith(endings):
                found.append(entry)
    return sorted(found)


def cpp_files(root, under="src"):
    return files(root, ".cpp", ".hpp", under=under)


def is_test(path):
    return path.name.endswith(TEST_SUFFIXES)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


TOKEN = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)


def blank(match):
    """Keeps length, line breaks and the quotes, so that offsets and lines stay true."""
    text = match.group(0)
    hollow = re.sub(r"[^\n]", " ", text)
    if text[0] == "/":
        return hollow
    return text[-1] + hollow[1:-1] + text[-1]


def code_only(text):
    """C++ with comments, the insides of literals and preprocessor lines blanked; every offset stays where it was."""
    text = TOKEN.sub(blank, text)
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.MULTILINE)


def string_literals(text):
    """(offset, contents) of each string literal outside comments."""
    for match in TOKEN.finditer(text):
        literal = match.group(0)
        if literal[0] == '"':
            yield match.start(), literal[1:-1]
        elif literal[0] == "R":
            yield match.start(), literal[literal.index("(") + 1 : literal.rindex(")")]


CLOSERS = {"(": ")", "{": "}", "[": "]"}


def matching(code, opening):
    """Offset of the bracket that closes the one at `opening`, or the end of the text."""
    pair = CLOSERS[code[opening]]
    depth = 0
    for offset in range(opening, len(code)):
        if code[offset] == code[opening]:
            depth += 1
        elif code[offset] == pair:
            depth -= 1
            if depth == 0:
                return offset
    return len(code)


def main(check):
    """Runs one checker on the folder given, or on this tree; ends with 1 when it found something."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = check(root)
    for problem in found:
        print(problem)
    sys.exit(1 if found else 0)
