"""Every C++ file is as clang-format 19 leaves it. `script/format` mends it."""

import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tree

STYLE = Path(__file__).resolve().parent.parent.parent / ".clang-format"
BATCH = 20


def check(paths):
    command = ["clang-format-19", f"--style=file:{STYLE}", "--dry-run", "-Werror", *map(str, paths)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    wrong = dict.fromkeys(re.findall(r"^(\S+?):\d+:\d+: error:", answer.stderr, re.MULTILINE))
    if answer.returncode != 0 and not wrong:
        return [answer.stderr.strip()]
    return list(wrong)


def problems(root):
    if not shutil.which("clang-format-19"):
        return ["clang-format-19 is not installed: run script/bootstrap"]
    paths = [path for folder in ("src", "tests", "bench", "cmake") for path in tree.cpp_files(root, folder)]
    batches = [paths[start : start + BATCH] for start in range(0, len(paths), BATCH)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = [problem for found in pool.map(check, batches) for problem in found]
    return [f"{os.path.relpath(path, root)}: not formatted: run script/format" if os.path.exists(path) else path for path in wrong]
