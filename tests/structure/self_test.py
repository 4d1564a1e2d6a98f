#!/usr/bin/env python3
"""Proves that each check can fail, and does not fail without a reason.

fixtures/<check>/bad is a small tree with faults, fixtures/<check>/expected.txt the beginnings of the problems it must give, one a line
and no others; fixtures/<check>/good, a tree without faults that looks like one with them, must give none.
"""

import importlib
import unittest

import run

FIXTURES = run.HERE / "fixtures"


class EachCheck(unittest.TestCase):
    def test_has_fixtures(self):
        self.assertEqual(sorted(run.CHECKS), sorted(folder.name for folder in FIXTURES.iterdir()))

    def test_finds_what_is_wrong_and_nothing_else(self):
        for name in run.CHECKS:
            with self.subTest(name):
                found = sorted(importlib.import_module(name).problems(FIXTURES / name / "bad"))
                expected = sorted((FIXTURES / name / "expected.txt").read_text().splitlines())
                self.assertEqual(len(expected), len(found), "\n".join(found))
                for beginning, problem in zip(expected, found):
                    self.assertTrue(problem.startswith(beginning), f"{problem}\n  does not begin with\n{beginning}")

    def test_leaves_a_good_tree_alone(self):
        for name in run.CHECKS:
            with self.subTest(name):
                self.assertEqual([], importlib.import_module(name).problems(FIXTURES / name / "good"))


if __name__ == "__main__":
    unittest.main()
