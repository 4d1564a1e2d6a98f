"""SQL lives in src/storage/queries/<noun>/<verb>_<noun>.sql, where its name is its metric, its log key and its test. Not in C++."""

import re

import tree

STATEMENT = re.compile(
    r"^\s*(?:SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s|TRUNCATE\s"
    r"|(?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX|UNIQUE|ROLE|FUNCTION|SCHEMA|DATABASE|VIEW|TYPE)\b)"
)
HOME = "src/storage/pg/"


def problems(root):
    found = []
    for path in tree.cpp_files(root):
        relative = path.relative_to(root).as_posix()
        if tree.is_test(path) or relative.startswith(HOME):
            continue
        text = path.read_text()
        for offset, literal in tree.string_literals(text):
            if STATEMENT.match(literal):
                found.append(f"{relative}:{tree.line_of(text, offset)}: SQL in C++: move it to src/storage/queries/")
    for path in tree.files(root, ".sql", under="src/storage/queries"):
        if not re.fullmatch(r"[a-z0-9]+(?:_[a-z0-9]+)+\.sql", path.name):
            found.append(f"{path.relative_to(root)}: a query is called verb_noun.sql")
    return found
