#!/usr/bin/env python3
"""Runs the checks of the tree. usage: tests/structure/run.py [CHECK...]     no CHECK: all of them; --list names them

A check is a Python module with `problems(root)`: the ones here, and tools/check_*.py and tools/size_report.py.
"""

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "tools")]
sys.dont_write_bytecode = True

CHECKS = [
    "check_coro",
    "check_layers",
    "documented_paths",
    "forbidden_words",
    "formatting",
    "metric_names",
    "migrations",
    "monitoring_files",
    "shell_syntax",
    "size_report",
    "sql_in_files",
]


def main(names):
    if names == ["--list"]:
        print("\n".join(CHECKS))
        return 0
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        sys.exit(f"No check is called {unknown[0]}. There are: {', '.join(CHECKS)}")
    count = 0
    for name in names or CHECKS:
        for problem in importlib.import_module(name).problems(ROOT):
            print(f"{name}: {problem}")
            count += 1
    print(f"{count} problems" if count else "no problems")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
