#!/usr/bin/env python3
"""Rules about coroutines that a compiler does not enforce. usage: tools/check_coro.py [ROOT]

1. co_spawn appears in src/runtime/ only: everything else goes through a TaskScope, which stop() drains.
2. No aggregate and no value-capturing lambda is built inside a full expression with a co_await: g++ 12 destroys such temporaries
   twice. Name them on the line before, then std::move them.
3. A capturing lambda is not a coroutine that outlives its statement: `auto task = [x]() -> Task<> {...}();` dangles.

It reads text, not syntax trees: rule 2 takes every `Type{...}` and `({...` for an aggregate, except the types in HARMLESS. A bare `{}` as an
argument passes: in this tree it is an empty string_view or optional, and its type cannot be read off the call.
"""

import re

import tree

# Trivially destructible, or with a constructor: destroying them is harmless, and they read well where they stand.
HARMLESS = re.compile(
    r"(?:\b(?:milliseconds|seconds|minutes|hours|microseconds|nanoseconds|duration|time_point|Deadline|Instant|LocalDate"
    r"|string_view|span|int|bool|double|size_t|u?int(?:8|16|32|64)_t|string)|\b(?:Uuid|\w+Id))\s*$"
)
AWAIT = re.compile(r"\bco_await\b")
BLOCK_WORD = re.compile(r"(?:\b(?:else|do|try|mutable|noexcept|const|override|final)|\)|->\s*[\w:<>,\s*&]+)\s*$")
CAPTURE = re.compile(r"(?<![\w\])>])\[(?!\[)([^\[\]]*)\]\s*(?:\(|\{|mutable|<|->)")


def opens_block(code, brace):
    """Whether the brace opens statements or declarations, not a value."""
    before = code[:brace].rstrip()
    if not before or before[-1] in ";{}:":
        return True
    if BLOCK_WORD.search(before[-200:]):
        return True
    return re.search(r"\b(?:namespace|class|struct|union|enum)\b[^;{}()]*$", before[-200:]) is not None


def controls_statement(code, parenthesis):
    return re.search(r"\b(?:if|while|for|switch|constexpr)\s*$", code[max(0, parenthesis - 20) : parenthesis]) is not None


def statement_start(code, offset):
    """Where the full expression around `offset` begins."""
    depth = 0
    for position in range(offset - 1, -1, -1):
        character = code[position]
        if character in ")]}":
            if depth == 0 and character == "}" and ends_block(code, position):
                return position + 1
            depth += 1
        elif character in "([{":
            if depth > 0:
                depth -= 1
            elif character == "{" and opens_block(code, position):
                return position + 1
            elif character == "(" and controls_statement(code, position):
                return position + 1
        elif character == ";" and depth == 0:
            return position + 1
    return 0


def ends_block(code, closing):
    depth = 0
    for position in range(closing, -1, -1):
        if code[position] == "}":
            depth += 1
        elif code[position] == "{":
            depth -= 1
            if depth == 0:
                return opens_block(code, position) and not is_lambda_body(code, position)
    return True


def is_lambda_body(code, brace):
    head = code[max(0, brace - 300) : brace]
    return re.search(r"\[[^\[\]]*\]\s*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\s*(?:mutable|noexcept|\s)*(?:->[^;{}()]*)?$", head) is not None


def statement_end(code, start):
    depth = 0
    for position in range(start, len(code)):
        if code[position] in "([{":
            depth += 1
        elif code[position] in ")]}":
            depth -= 1
            if depth < 0:
                return position
        elif code[position] == ";" and depth == 0:
            return position
    return len(code)


def captures_value(capture):
    for item in filter(None, (part.strip() for part in capture.split(","))):
        if item not in ("this", "&") and not item.startswith("&"):
            return True
    return False


def hide_lambda_bodies(code, start, end):
    """The text of a statement with the bodies of its lambdas blanked: they are statements of their own."""
    text = code[start:end]
    for match in CAPTURE.finditer(text):
        brace = text.find("{", match.end() - 1)
        if brace >= 0:
            close = tree.matching(text, brace)
            text = text[:brace] + "{" + " " * (close - brace - 1) + text[close:]
    return text


def temporaries(statement):
    """(offset in the statement, what) of each temporary that rule 2 forbids."""
    for match in CAPTURE.finditer(statement):
        if captures_value(match.group(1)):
            yield match.start(), "a lambda that captures by value"
    for match in re.finditer(r"\{", statement):
        before = statement[: match.start()].rstrip()
        if is_lambda_body(statement, match.start()) or HARMLESS.search(before[-60:]):
            continue
        if re.search(r"[\w>]$", before) and not BLOCK_WORD.search(before[-200:]):
            if not re.search(r"\b(?:auto|const)?\s*[\w:<>&*]+\s+\w+$", before) or re.search(r"\bco_(?:await|return)\s+[\w:]+$", before):
                yield match.start(), "an aggregate"
        elif re.search(r"[(,]$", before) and not re.match(r"\{\s*\}", statement[match.start() :]):
            yield match.start(), "a braced list"


def await_problems(code):
    seen = set()
    for match in AWAIT.finditer(code):
        start = statement_start(code, match.start())
        statement = hide_lambda_bodies(code, start, statement_end(code, start))
        if not AWAIT.search(statement):
            continue
        for offset, what in temporaries(statement):
            seen.add((start + offset, what))
    return sorted(seen)


def kept_coroutines(code):
    """Offsets of capturing coroutine lambdas that are called where they stand without being awaited there."""
    for match in CAPTURE.finditer(code):
        brace = code.find("{", match.end() - 1)
        if not match.group(1).strip() or brace < 0:
            continue
        close = tree.matching(code, brace)
        awaited = re.search(r"\bco_await\s*$", code[: match.start()]) is not None
        if re.match(r"\}\s*\(", code[close : close + 20]) and re.search(r"\bco_(?:await|return|yield)\b", code[brace:close]) and not awaited:
            yield match.start()


def problems_of_file(root, path):
    relative = path.relative_to(root).as_posix()
    code = tree.code_only(path.read_text())
    if not relative.startswith("src/runtime/"):
        for match in re.finditer(r"\bco_spawn\b", code):
            yield f"{relative}:{tree.line_of(code, match.start())}: co_spawn belongs to src/runtime/: spawn in a TaskScope"
    for offset, what in await_problems(code):
        yield f"{relative}:{tree.line_of(code, offset)}: {what} inside a co_await expression: name it on the line before"
    for offset in kept_coroutines(code):
        yield f"{relative}:{tree.line_of(code, offset)}: a capturing lambda is kept as a coroutine and dangles: make it a function"


def problems(root):
    return [problem for path in tree.cpp_files(root) for problem in problems_of_file(root, path)]


if __name__ == "__main__":
    tree.main(problems)
