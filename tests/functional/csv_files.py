"""Writes CSV files with Python's csv module and says what the same module reads from them.

usage: csv_files.py SEED COUNT

One JSON document on standard output: a list of {"name", "bytes" (base64), "rows"}. Each file is a recipient list with a column
"phone number" and others that mean nothing, so that only the reading is compared. The same seed gives the same files.
"""

import base64
import csv
import io
import json
import random
import sys

PLAIN = "abcXYZ0189 .:!?@#'=+-_()/"
AWKWARD = ',;\t|""\n\r  '
LATIN = "éÿñÜß"  # in Windows-1252 no two of them can be taken for UTF-8
WIDE = "жИ日本😀\u00a0\u200b" + LATIN

# name, codec, mark, letters beyond ASCII
ENCODINGS = [
    ("utf8", "utf-8", b"", WIDE),
    ("utf8-mark", "utf-8-sig", b"", WIDE),
    ("utf16-le-mark", "utf-16-le", b"\xff\xfe", WIDE),
    ("utf16-be-mark", "utf-16-be", b"\xfe\xff", WIDE),
    ("utf16-le", "utf-16-le", b"", WIDE),
    ("utf16-be", "utf-16-be", b"", WIDE),
    ("windows-1252", "cp1252", b"", LATIN),
    ("ascii", "ascii", b"", ""),
]


def cell(dice, letters):
    kind = dice.random()
    if kind < 0.15:
        return ""
    alphabet = PLAIN * 3 + letters * 2 + (AWKWARD * 2 if kind > 0.6 else "")
    longest = 3000 if kind > 0.995 else 12
    return "".join(dice.choices(alphabet, k=dice.randint(1, longest)))


def record(dice, letters, columns):
    if dice.random() < 0.05:
        return [""] * dice.randint(0, columns)  # blank
    if dice.random() < 0.1:
        columns = dice.randint(1, columns + 2)  # ragged
    return [cell(dice, letters) for _ in range(columns)]


def make_file(dice, number):
    name, codec, mark, letters = dice.choice(ENCODINGS)
    header = ["phone number"] + ["column %d" % i for i in range(dice.randint(1, 5))]
    dice.shuffle(header)
    dialect = {
        "delimiter": dice.choice(",;\t|"),
        "lineterminator": dice.choice(["\r\n", "\n"]),
        "quoting": dice.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    }
    text = io.StringIO(newline="")
    writer = csv.writer(text, **dialect)
    writer.writerow(header)
    for _ in range(dice.randint(1, 30)):
        writer.writerow(record(dice, letters, len(header)))
    if dice.random() < 0.3:
        text = io.StringIO(text.getvalue().rstrip("\r\n"), newline="")  # no line end at the end of the file
    text.seek(0)
    rows = list(csv.reader(text, delimiter=dialect["delimiter"], skipinitialspace=True))
    return {
        "name": "%d %s %r" % (number, name, dialect),
        "bytes": base64.b64encode(mark + text.getvalue().encode(codec)).decode(),
        "rows": rows,
    }


def main():
    dice = random.Random(int(sys.argv[1]))
    json.dump([make_file(dice, number) for number in range(int(sys.argv[2]))], sys.stdout)


main()
