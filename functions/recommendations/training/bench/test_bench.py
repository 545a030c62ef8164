"""python -m unittest, with the Python that `localstack path train-python` names."""

import unittest

import numpy as np
import pandas as pd
from scipy import sparse

import bench
import purchases
import ranker
import sources


def log(lines):
    """Purchases of (customer, item, day)."""
    u, i, d = zip(*lines)
    return purchases.tidy(pd.DataFrame(dict(user=u, item=i, time=pd.Timestamp("2026-01-01") + pd.to_timedelta(d, "D"))))


class Sources(unittest.TestCase):
    def setUp(self):
        rng = np.random.default_rng(1)
        self.x = sparse.csr_matrix((rng.random((9, 14)) < 0.4).astype(np.float32))

    def test_ease_is_the_same_by_items_and_by_customers(self):
        x, lam, rows = self.x, 3.0, np.arange(9)
        p = np.linalg.inv((x.T @ x).toarray() + lam * np.eye(14))
        b = -p / np.diag(p)
        np.fill_diagonal(b, 0)
        want = x @ b
        np.testing.assert_allclose(sources.ease(x, lam)(rows), want, atol=1e-4)  # 9 customers, 14 items
        twice = sparse.vstack([x, x]).tocsr()  # 18 customers: by items
        p = np.linalg.inv((twice.T @ twice).toarray() + lam * np.eye(14))
        b = -p / np.diag(p)
        np.fill_diagonal(b, 0)
        np.testing.assert_allclose(sources.ease(twice, lam)(rows), x @ b, atol=1e-4)

    def test_the_best_are_in_order_and_equals_as_they_come(self):
        top = sources.best(np.array([[1, 3, 3, 2, 0.5]], np.float32), 3)
        self.assertEqual(top.tolist(), [[1, 2, 3]])

    def test_neighbours_leave_the_row_itself_out(self):
        s = sources.alike(self.x, np.arange(9), 8, 0).toarray()
        self.assertEqual(np.diag(s).tolist(), [0] * 9)


class Windows(unittest.TestCase):
    def setUp(self):
        self.f = log([("a", "x", 1), ("b", "x", 2), ("a", "y", 3), ("b", "y", 4), ("a", "x", 12), ("b", "z", 13), ("c", "x", 14)])

    def test_a_history_knows_nothing_of_later(self):
        h = sources.History(self.f, pd.Timestamp("2026-01-11"), 2)
        self.assertEqual((list(h.users), list(h.items)), (["a", "b"], ["x", "y"]))
        self.assertEqual(h.matrix().toarray().tolist(), [[1, 1], [1, 1]])

    def test_what_was_bought_before_is_not_new(self):
        w = ranker.Window(self.f, pd.Timestamp("2026-01-04 12:00"), 28, 1)
        self.assertEqual(w.new.toarray().tolist(), [[0, 0], [0, 1]])  # b buys y; z is not known yet
        self.assertEqual(w.again.toarray().tolist(), [[1, 0], [0, 0]])  # a buys x again


class Measure(unittest.TestCase):
    def test_ndcg(self):
        truth = sparse.csr_matrix(np.array([[0, 1, 0, 1], [1, 0, 0, 0]], np.float32))
        got = bench.ndcg(np.array([[1, 0, 3], [2, 3, -1]]), truth, np.array([0, 1]))
        np.testing.assert_allclose(got, [(1 + 1 / 2) / (1 + 1 / np.log2(3)), 0])

    def test_the_split_is_in_time(self):
        s = bench.Split(log([("a", "x", d) for d in range(365)]))
        self.assertEqual((s.days, (s.end - s.test).days, (s.test - s.validation).days), (28, 28, 28))
        self.assertTrue(all(at + pd.Timedelta(days=s.days) <= s.test for at in s.taught))


class Reading(unittest.TestCase):
    def test_lines_without_a_customer_item_or_time_are_none(self):
        f = pd.DataFrame(dict(user=["a", None, "b"], item=["x", "y", "z"], time=[1_700_000_000, 1_700_000_001, np.nan]))
        got = purchases.tidy(f)
        self.assertEqual((list(got.user), got.time[0].year), (["a"], 2023))

    def test_a_missing_column_is_named(self):
        with self.assertRaisesRegex(SystemExit, "no column item"):
            purchases.tidy(pd.DataFrame(dict(user=["a"], time=["2026-01-01"])))


if __name__ == "__main__":
    unittest.main()
