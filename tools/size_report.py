#!/usr/bin/env python3
"""Lengths of files and functions against the budgets of CONTRIBUTING.md.

usage: tools/size_report.py [ROOT]          prints the distribution and the longest ones, then what is over a budget
Exceptions live in tools/size_allow.txt: `path limit reason` for a file, `path:function limit reason` for a function.
"""

import re
import sys
from pathlib import Path

import tree

FILE_HARD, FILE_P95, TEST_FILE_HARD = 500, 300, 800
FUNCTION_HARD, FUNCTION_P95 = 80, 45
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^()=;]*$")
INITIALISER = re.compile(r"[:,]\s*[\w:]+(<[^<>]*>)?\s*$")
NAME = re.compile(r"((?:[\w~]+(?:<[^<>]*>)?::)*(?:operator\s*[^\s\w(]+|operator\(\)|operator\s+[\w:<>*&]+|[\w~]+))\s*\(")


def head_is_function(head):
    """Whether what stands before a brace, outside of any function, is a function's signature."""
    plain = re.sub(r"operator\s*[^\s\w(]+", "operator", re.sub(r"\[\[[^\]]*\]\]", "", head))
    plain = re.sub(r"template\s*<[^{};]*?>\s*(?=[\w\[])", "", plain)
    outside = re.sub(r"\([^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*\)", "()", plain)
    return "(" in outside and "=" not in outside


def functions(code):
    """(name, first line, last line) of each function with a body, lambdas counted into the function around them."""
    start = position = 0
    while position < len(code):
        character = code[position]
        if character in ";}":
            start = position + 1
        elif character == "{":
            head = code[start:position]
            if SCOPE.search(head) and not re.search(r"\benum\b", head):
                start = position + 1  # look inside
            else:
                end = tree.matching(code, position)
                brace_initialiser = ")" in head and INITIALISER.search(head)
                if head_is_function(head) and not brace_initialiser:
                    name = NAME.search(head)
                    first = start + len(head) - len(head.lstrip())
                    yield (name.group(1) if name else "?", tree.line_of(code, first), tree.line_of(code, min(end, len(code) - 1)))
                    start = end + 1
                position = end
        position += 1


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0


def read_allowances(root):
    path = root / "tools/size_allow.txt"
    allowed = {}
    for line in path.read_text().splitlines() if path.is_file() else []:
        if line.strip() and not line.startswith("#"):
            key, limit, _reason = line.split(None, 2)
            allowed[key] = int(limit)
    return allowed


def measure(root):
    """Lines of each file, and (lines, path:function) of each function."""
    file_lines, function_lines = {}, []
    for path in tree.files(root, ".cpp", ".hpp", ".sql", ".py", ".sh", ".js", ".mjs", ".ts"):
        relative = path.relative_to(root).as_posix()
        text = path.read_text()
        file_lines[relative] = text.count("\n")
        if path.suffix in (".cpp", ".hpp"):
            for name, first, last in functions(tree.code_only(text)):
                function_lines.append((last - first + 1, f"{relative}:{name}"))
    return file_lines, function_lines


def is_test_file(relative):
    return relative.endswith(tree.TEST_SUFFIXES) or relative.startswith("tests/")


def over_hard_limits(file_lines, function_lines, allowed):
    for path, lines in file_lines.items():
        limit = allowed.get(path, TEST_FILE_HARD if is_test_file(path) else FILE_HARD)
        if lines > limit:
            yield f"{path}: {lines} lines, the limit is {limit}: is it two things?"
    for lines, function in function_lines:
        limit = allowed.get(function, FUNCTION_HARD)
        # A test's body is a story told once; its file has a limit of its own.
        if lines > limit and not is_test_file(function.split(":")[0]):
            yield f"{function}: {lines} lines, the limit is {limit}: name a part of it"


def problems(root):
    allowed = read_allowances(root)
    file_lines, function_lines = measure(root)
    found = list(over_hard_limits(file_lines, function_lines, allowed))
    keys = set(file_lines) | {function for _, function in function_lines}
    found += [f"tools/size_allow.txt: {key} does not exist any more: remove its line" for key in allowed if key not in keys]
    product_files = [lines for path, lines in file_lines.items() if not is_test_file(path)]
    product_functions = [lines for lines, function in function_lines if not is_test_file(function.split(":")[0])]
    if percentile(product_files, 0.95) > FILE_P95:
        found.append(f"src: the 95th percentile of file lengths is {percentile(product_files, 0.95)}, the budget is {FILE_P95}")
    if percentile(product_functions, 0.95) > FUNCTION_P95:
        found.append(f"src: the 95th percentile of function lengths is {percentile(product_functions, 0.95)}, the budget is {FUNCTION_P95}")
    return found


def report(root):
    file_lines, function_lines = measure(root)
    for title, rows in (("files", [(n, p) for p, n in file_lines.items()]), ("functions", function_lines)):
        lengths = [lines for lines, _ in rows]
        print(f"{title}: {len(rows)}, p50 {percentile(lengths, 0.5)}, p95 {percentile(lengths, 0.95)}, max {max(lengths, default=0)}")
        for lines, name in sorted(rows, reverse=True)[:10]:
            print(f"  {lines:5} {name}")


if __name__ == "__main__":
    report(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    tree.main(problems)
