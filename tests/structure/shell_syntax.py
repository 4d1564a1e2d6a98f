"""Every shell script parses, is executable, and stops at the first failure."""

import os
import subprocess

import tree


def problems(root):
    found = []
    for folder in ("script", ".ci"):
        for path in tree.files(root, under=folder):
            if path.suffix == ".txt":
                continue
            name = path.relative_to(root)
            text = path.read_text()
            syntax = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)
            if syntax.returncode != 0:
                found.append(f"{name}: bash cannot parse it: {syntax.stderr.strip().splitlines()[0]}")
            if path.suffix != ".sh" and not os.access(path, os.X_OK):
                found.append(f"{name}: not executable: chmod +x")
            if "set -euo pipefail" not in text and "/lib.sh" not in text:
                found.append(f"{name}: neither sources script/lib.sh nor says set -euo pipefail")
    return found
