"""Every path that a document names in `backticks` exists. Of one with placeholders (<noun>, NNNN, *) there is an example in the tree."""

import re

import tree

CODE = re.compile(r"`([^`\s]+)`")
OURS = re.compile(r"^(?:\.ci|\.deps|bench|cmake|docs|packaging|script|src|tests|tools)/")
PLACEHOLDER = re.compile(r"<[^>]*>|\{[^}]*\}|NNNN|\*+")
MADE_BY_THE_BUILD = (".deps/", "build/")


def exists(root, path):
    return any(root.glob(PLACEHOLDER.sub("*", path.rstrip("/"))))


def problems(root):
    found = []
    documents = [path for path in tree.files(root, ".md", under="docs")] + [p for p in root.glob("*.md")]
    for document in sorted(documents):
        for number, line in enumerate(document.read_text().splitlines(), 1):
            for path in CODE.findall(line):
                if not OURS.match(path) or path.startswith(MADE_BY_THE_BUILD):
                    continue
                if not exists(root, path):
                    found.append(f"{document.relative_to(root)}:{number}: `{path}` does not exist")
    for recipe in tree.files(root, ".md", under="docs/recipes"):
        if recipe.name != "README.md" and "## Files you will touch" not in recipe.read_text():
            found.append(f"{recipe.relative_to(root)}: a recipe opens with '## Files you will touch'")
    return found
