"""The rules of training by hand: python -m unittest, in the venv of make test-train."""

import base64
import datetime
import gzip
import json
import math
import os
import tempfile
import unittest
import unittest.mock

os.environ["TZ"] = "UTC"

import numpy as np
from pyspark.sql import SparkSession

import catalog
import clicks
import evaluation
import lake
import model as models
import shelf
from files import Folder

NOON = datetime.datetime(2026, 11, 27, 12)


def at(minutes):
    return NOON + datetime.timedelta(minutes=minutes)


class Questions(unittest.TestCase):
    def ask(self, *rows, bought=None):
        return evaluation.questions(rows, bought or {})

    def test_what_comes_later_is_the_answer(self):
        rows = [("v", "s", False, "US", p, "view", at(i)) for i, p in enumerate("abcd")]
        q, = self.ask(*reversed(rows))
        self.assertEqual(q.asked.at, at(0))
        session = q.asked.session
        self.assertEqual(session, list("abcd"[:len(session)])[::-1])  # newest first
        self.assertTrue(1 <= len(session) <= 3)
        self.assertEqual(q.gains, {p: 1 for p in "abcd"[len(session):]})
        self.assertEqual(q.asked.subject, "")  # of whom nothing is known

    def test_an_order_is_asked_without_a_session_and_the_strongest_counts(self):
        rows = [("o", "c", True, "US", "a", "bought", at(0)), ("o", "c", True, "US", "b", "bought", at(0))]
        q, = self.ask(*rows, bought={"c": {"b"}})
        self.assertEqual((q.asked.session, q.gains, q.asked.subject), ([], {"a": 3}, "c"))

    def test_what_was_bought_before_is_no_answer(self):
        self.assertEqual(self.ask(("o", "c", True, "US", "a", "bought", at(0)), bought={"c": {"a"}}), [])

    def test_a_visit_to_one_product_asks_nothing(self):
        self.assertEqual(self.ask(*[("v", "s", False, "US", "a", k, at(i)) for i, k in enumerate(("view", "cart"))]), [])


class Measures(unittest.TestCase):
    def test_ndcg(self):
        self.assertEqual(evaluation.ndcg(["a", "x"], {"a": 3}), 1)
        self.assertAlmostEqual(evaluation.ndcg(["x", "a"], {"a": 1}), 1 / math.log2(3))
        self.assertAlmostEqual(evaluation.ndcg(["a", "x", "b"], {"a": 1, "b": 2}), (1 + 0.5) / (1 + 1 / math.log2(3)))
        self.assertEqual(evaluation.ndcg([], {"a": 1}), 0)
        self.assertEqual(evaluation.ndcg(["x"] * 20 + ["a"], {"a": 1}), 0)

    def test_the_best_come_first_and_ties_by_name(self):
        self.assertEqual(evaluation.top({"b": 1.0, "a": 1.0, "c": 2.0}), ["c", "a", "b"])

    def test_cut(self):
        self.assertEqual(evaluation.cut(list(range(10)), 0.8), 8)
        self.assertEqual(evaluation.cut([5], 0.8), 5)


def small():
    near = {"bought": {"a": [("b", 0.5), ("c", 0.25)]}, "viewed": {"a": [("d", 0.75)], "x": [("d", 0.5), ("b", 1.0)]}, "together": {}}
    popular = {("US", "", "recent"): [("c", 3.0), ("a", 1.0)], ("US", "", "all"): [("a", 9.0)]}
    vector = np.zeros(64, np.float32)
    vector[0] = 2
    return models.Model(near, popular, {"b": vector, "e": vector * 2}, {"cus": (vector, [("a", "2026-11-20")])})


class Features(unittest.TestCase):
    catalog = shelf.Catalog({"a": {"category": "boots", "brand": "q"}, "b": {"category": "boots", "brand": "r", "rating": 4.5, "reviews": 3},
                             "x": {"category": "tents", "brand": "r", "in_buy_box": False}}, {("US", "a"): 1000, ("US", "b"): 1500})

    def of(self, asked):
        products, x, _ = shelf.rows(small(), self.catalog, asked)
        return {p: dict(zip(shelf.FEATURES, map(float, x[i]))) for i, p in enumerate(products)}

    def same(self, got, **want):
        for name, value in want.items():
            if value is None:
                self.assertTrue(math.isnan(got[name]), f"{name} is {got[name]}, and not known")
            else:
                self.assertAlmostEqual(got[name], value, 5, name)

    def test_a_customer_without_a_session(self):
        rows = self.of(shelf.Asked("US", "cus", [], at(0)))
        self.assertEqual(sorted(rows), ["b", "c", "d", "e"])  # a was bought
        self.same(rows["b"], source_bought=0.5, source_viewed=None, source_als=4, source_recent=None, source_session=None,
                  session_same_category=None, affinity_category=1, affinity_brand=0, price_ratio=1.5, popularity=0, rating=4.5,
                  reviews=math.log(4), days_since_seen=None, in_buy_box=1)
        self.same(rows["c"], source_bought=0.25, source_als=None, source_recent=3, popularity=math.log(4), affinity_category=None, rating=None)

    def test_a_session_of_nobody(self):
        rows = self.of(shelf.Asked("US", "", ["a", "x"], at(0)))
        self.assertEqual(sorted(rows), ["b", "c", "d"])
        self.same(rows["b"], source_bought=0.5, source_session=0.5 + 0.85, session_same_category=0.5, session_same_brand=0.5, source_als=None,
                  affinity_category=None, price_ratio=None)
        self.same(rows["d"], source_viewed=0.75, source_session=0.75 + 0.85 * 0.5, session_same_category=None)

    def test_another_marketplace_knows_other_things(self):
        self.assertNotIn("source_recent", self.of(shelf.Asked("DE", "", [], at(0))))
        self.assertEqual(self.of(shelf.Asked("DE", "", [], at(0))), {})


class Files(unittest.TestCase):
    def test_a_model_comes_back(self):
        files = models.lines(small())
        back = models.parse(files)
        self.assertEqual(models.lines(back), files)
        self.assertNotIn('"all"', files["popular.jsonl"])
        self.assertEqual(json.loads(files["customers.jsonl"])["bought"], [["a", "2026-11-20"]])
        said = models.described(files)["neighbours.jsonl"]
        self.assertEqual((said["rows"], said["bytes"]), (3, len(files["neighbours.jsonl"])))

    def test_what_is_no_number_is_not_written(self):
        m = small()
        m.vectors["b"][3] = math.nan
        with self.assertRaises(ValueError):
            models.lines(m)


class Content(unittest.TestCase):
    """Products with words of eight numbers, whose place among the others is a map of them."""

    def setUp(self):
        dice = np.random.default_rng(1)
        self.map = dice.normal(size=(8, 64)).astype(np.float32)
        words = dice.normal(size=(200, 8)).astype(np.float32)
        self.products = {f"p{i:03}": {"meaning": w / np.linalg.norm(w)} for i, w in enumerate(words)}
        self.exact = {p: a["meaning"] @ self.map for p, a in self.products.items()}

    def model(self, n):
        return models.Model({}, {}, {p: self.exact[p] for p in sorted(self.exact)[:n]}, {})

    def test_the_cold_stand_where_their_words_point(self):
        self.products["nothing"] = {}
        got = catalog.content(self.model(150), self.products)
        self.assertEqual(sorted(set(got.vectors)), sorted(self.exact))
        for p in sorted(self.exact)[:150]:  # what was touched stays as it was
            np.testing.assert_array_equal(got.vectors[p], self.exact[p])
        for p in sorted(self.exact)[150:]:
            np.testing.assert_allclose(got.vectors[p], self.exact[p], atol=0.05)
        self.assertEqual(list(catalog.content(self.model(catalog.LEAST_PAIRS - 1), self.products).vectors), sorted(self.exact)[:catalog.LEAST_PAIRS - 1])

    def test_noise_wants_the_stronger_ridge(self):
        w = np.stack([a["meaning"] for a in self.products.values()])
        noise = np.random.default_rng(2).normal(size=(200, 64)).astype(np.float32)
        norm = lambda m: float(np.linalg.norm(m))
        self.assertLess(norm(catalog.ridge(w, noise)), norm(np.linalg.solve(w.T @ w + 1.0 * np.eye(8), w.T @ noise)))
        self.assertAlmostEqual(norm(catalog.ridge(w, w @ self.map)) / norm(self.map), 1, 1)

    def test_how_well_the_cold_are_told_apart(self):
        model = models.Model({}, {}, {"warm": np.ones(64), "a": np.full(64, 0.3), "b": np.full(64, 0.2), "c": np.full(64, 0.2)}, {"cus": (np.ones(64), [])})
        def q(*gains, subject="cus"):
            return evaluation.Question(shelf.Asked("US", subject, [], at(0)), dict.fromkeys(gains, 1))
        self.assertEqual(catalog.foretold(model, {"warm"}, [q("a", "warm")]), (1, 1))
        self.assertEqual(catalog.foretold(model, {"warm"}, [q("b")]), (0.25, 1))  # one is nearer, one as near
        self.assertEqual(catalog.foretold(model, {"warm"}, [q("warm"), q("a", subject=""), q("unheard")]), (0.5, 0))


class Lake(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "1")
                     .config("spark.sql.session.timeZone", "UTC").config("spark.driver.host", "127.0.0.1").getOrCreate())
        cls.spark.sparkContext.setLogLevel("ERROR")

    @classmethod
    def tearDownClass(cls):
        cls.spark.stop()

    def rows(self, *rows):
        def row(i, action, minute, origin="browser", session="", client="", customer="", personalization=True, products=(), object_id="", query="", term=""):
            items = [(p, "sel", 1, 100, n, "") for n, p in enumerate(products, 1)]
            return (i, origin, action, at(minute), "US", session, client, customer, personalization, query, "", term, object_id, "product_id" if object_id else "",
                    items, NOON.date(), 0)
        return self.spark.createDataFrame([row(*r[:3], **r[3]) for r in rows], lake.SCHEMA)

    def test_who_did_what(self):
        got = {tuple(r) for r in lake.interactions(self.rows(
            ("1", "view_item", 0, dict(session="s1", client="c1", object_id="a")),
            ("1", "view_item", 0, dict(session="s1", client="c1", object_id="a")),  # a copy over two shards
            ("2", "login", 1, dict(session="s1", customer="k1", origin="server")),
            ("3", "view_item", 0, dict(session="s2", client="c1", object_id="b")),
            ("4", "add_to_cart", 2, dict(session="s3", client="c3", products=["a", "b"], personalization=False)),
            ("5", "add_to_cart", 2, dict(customer="k1", origin="server", products=["a"])),  # the browser's again
            ("6", "purchase", 3, dict(customer="k1", origin="server", products=["a"])),
            ("7", "view_item_list", 3, dict(session="s1", client="c1", products=["z"])),
        )).select("subject", "known", "visit", "product", "kind").collect()}
        self.assertEqual(got, {("k1", True, "s1", "a", "view"), ("c1", False, "s2", "b", "view"), ("s3", False, "s3", "a", "cart"),
                               ("s3", False, "s3", "b", "cart"), ("k1", True, "6", "a", "bought")})

    def test_what_stood_where_and_was_clicked(self):
        events = [("x", "select_item", 1, dict(session="s", query="q0", object_id="b")), ("y", "select_item", 2, dict(session="s", query="q0", object_id="b"))]
        for n in range(clicks.LEAST):
            events += [(f"w{n}", "view_search_results", 0, dict(session=f"s{n}", query=f"q{n}", term=" Red  Boots" if n else "red boots")),
                       (f"l{n}", "view_item_list", 0, dict(session=f"s{n}", query=f"q{n}", products=["a", "b", "a"]))]
        for n in range(clicks.LEAST):  # all of one session
            events += [(f"v{n}", "view_search_results", 0, dict(session="s", query=f"p{n}", term="my name")),
                       (f"m{n}", "view_item_list", 0, dict(session="s", query=f"p{n}", products=["c"]))]
        got = sorted(tuple(r) for r in clicks.shown(self.rows(*events), "US").collect())
        self.assertEqual(got, [("red boots", "a", 1, clicks.LEAST, 0), ("red boots", "b", 2, clicks.LEAST, 1)])

    def test_nothing_later_is_known(self):
        frame = lake.interactions(self.rows(*[(str(i), "view_item", i, dict(session="s", object_id="a")) for i in range(3)]))
        self.assertEqual(lake.before(frame, at(1)).count(), 1)
        self.assertEqual(lake.before(frame, at(1)).agg({"time": "max"}).first()[0], at(0))

    def test_neighbours_are_shrunk_cosines(self):
        groups = self.spark.createDataFrame([(g, p, NOON) for g, ps in (("1", "ab"), ("2", "ab"), ("3", "ac")) for p in ps],
                                            "group string, product string, time timestamp")
        got = {(r["product"], r["other"]): r["score"] for r in lake.neighbours(groups, 5.0, 50).collect()}
        self.assertAlmostEqual(got["a", "b"], 2 / math.sqrt(6) * 2 / 7)
        self.assertAlmostEqual(got["c", "a"], 1 / math.sqrt(3) * 1 / 6)
        self.assertNotIn(("b", "c"), got)
        self.assertEqual(len(lake.neighbours(groups, 5.0, 1).where("product = 'a'").collect()), 1)

    def test_popular(self):
        day = 24 * 60
        frame = lake.interactions(self.rows(
            ("1", "view_item", -7 * day, dict(session="s", object_id="old")), ("2", "purchase", 0, dict(customer="k", products=["new"]))))
        categories = self.spark.createDataFrame([("new", "boots"), ("new", "shoes")], "product string, category string")
        got = {(r["category"], r["kind"], r["product"]): r["score"] for r in lake.popular(frame, NOON, categories, 200).collect()}
        self.assertAlmostEqual(got["", "recent", "old"], 0.5)
        self.assertAlmostEqual(got["", "recent", "new"], 5)
        self.assertAlmostEqual(got["boots", "trending", "new"], 5)
        self.assertAlmostEqual(got["shoes", "recent", "new"], 5)
        self.assertNotIn(("", "trending", "old"), got)  # there is less of it than there was
        self.assertEqual(got["", "all", "old"], 1)

    def test_the_catalog_is_what_was_touched_and_the_newest_that_can_be_bought(self):
        lines = {
            "products": [{"product_id": p, "brand": "q", "category": "boots", "category_path": ["shoes", "boots"],
                          "updated_at": f"2026-11-{day}T00:00:00.123456789Z"} for p, day in (("seen", 10), ("old", 11), ("new", 12), ("gone", 13))],
            "offers": [{"product_id": p, "marketplace": "US", "price": 100, "in_buy_box": p != "gone"} for p in ("seen", "old", "new", "gone")],
            "descriptions": [{"product_id": "seen", "rating": 450, "reviews": 2},
                             {"product_id": "seen", "meaning": base64.b64encode(np.array([3, -4], np.int8).tobytes()).decode()}],
        }
        with tempfile.TemporaryDirectory() as here:
            folder = Folder(self.spark, "file://" + here)
            self.assertIsNone(catalog.snapshot(self.spark, folder) or None)
            os.makedirs(here + "/catalog")
            with open(here + "/catalog/snapshot.json", "w", encoding="utf-8") as f:
                json.dump({"snapshot": "20261130T120000Z"}, f)
            self.assertIsNone(catalog.snapshot(self.spark, folder))  # its files are gone
            for kind, of in lines.items():
                for n, line in enumerate(of):
                    path = f"{here}/catalog/20261130T120000Z/{kind}/{n:04}-000000.jsonl.gz"
                    os.makedirs(os.path.dirname(path), exist_ok=True)
                    with gzip.open(path, "wt") as f:
                        f.write(json.dumps(line) + "\n")
            frames = catalog.snapshot(self.spark, folder)
            with unittest.mock.patch.object(catalog, "MOST_COLD", 1):
                products, prices = catalog.read(frames, self.spark.createDataFrame([("seen",), ("unheard",)], "product string"))
            paths = {tuple(r) for r in catalog.categories(self.spark, frames).where("product = 'seen'").collect()}
        self.assertEqual(sorted(products), ["new", "seen"])
        self.assertEqual((products["seen"]["rating"], products["seen"]["reviews"], products["new"]["rating"]), (4.5, 2, 0))
        np.testing.assert_allclose(products["seen"]["meaning"], [0.6, -0.8], rtol=1e-6)
        self.assertNotIn("meaning", products["new"])
        self.assertEqual(prices, {("US", "new"): 100, ("US", "seen"): 100})
        self.assertEqual(paths, {("seen", "shoes"), ("seen", "boots")})


if __name__ == "__main__":
    unittest.main()
