"""What experiments come to, by closed forms and by simulation."""

import datetime
import math
import os
import unittest

os.environ["TZ"] = "UTC"

import numpy as np
from pyspark.sql import SparkSession

import comparison
import experiment
import lake
from comparison import Difference, Moments


class Sums(unittest.TestCase):
    def test_a_mean_and_its_interval(self):
        a, b = comparison.mean(Moments.of(y=[1, 2, 3, 4]), "y"), comparison.mean(Moments.of(y=[2, 4, 6, 8]), "y")
        self.assertAlmostEqual(a.value, 2.5)
        self.assertAlmostEqual(a.variance, (5 / 3) / 4)
        d = Difference(b, a)
        self.assertAlmostEqual(d.value, 2.5)
        self.assertAlmostEqual(d.high - d.low, 2 * 1.959963985 * math.sqrt(5 / 12 + 20 / 12), 6)

    def test_a_ratio_by_the_delta_method(self):
        r = comparison.ratio(Moments.of(a=[1, 2, 3], b=[2, 2, 5]), "a", "b")
        self.assertAlmostEqual(r.value, 6 / 9)
        residuals = [1 - 2 * 6 / 9, 2 - 2 * 6 / 9, 3 - 5 * 6 / 9]  # what the linear form of the ratio leaves
        self.assertAlmostEqual(r.variance, sum(x * x for x in residuals) / 2 / 3 / 9)
        exact = comparison.ratio(Moments.of(a=[2, 4, 10], b=[1, 2, 5]), "a", "b")
        self.assertAlmostEqual(exact.value, 2)
        self.assertAlmostEqual(exact.variance, 0)
        self.assertTrue(math.isnan(comparison.ratio(Moments.of(a=[0, 0], b=[0, 0]), "a", "b").value))

    def test_what_was_foretold_is_taken_off(self):
        x = [0.0, 1, 2, 3]
        same = comparison.cuped({"a": Moments.of(x=x, y=[5 + 2 * v for v in x]), "b": Moments.of(x=[v + 1 for v in x], y=[7 + 2 * (v + 1) for v in x])}, "y", "x")
        self.assertAlmostEqual(same["b"].value - same["a"].value, 2)  # 4 apart, of which 2 were there before
        self.assertAlmostEqual(same["a"].variance, 0)
        nothing = comparison.cuped({"a": Moments.of(x=[0, 0], y=[1, 3]), "b": Moments.of(x=[0, 0], y=[1, 3])}, "y", "x")
        self.assertAlmostEqual(nothing["a"].value, 2)
        self.assertAlmostEqual(nothing["a"].variance, 1)

    def test_a_guardrail_is_broken_or_not_or_nobody_can_tell(self):
        of = lambda value, error: comparison.Figure(value, error ** 2)
        control = of(100, 0)
        for variant, verdict in ((of(100, 1), comparison.HOLDS), (of(90, 5), comparison.HOLDS), (of(104, 0.1), comparison.HOLDS),  # as much is tolerated
                                 (of(110, 1), comparison.BROKEN), (of(104, 1), comparison.BROKEN),
                                 (of(104, 3), comparison.UNSETTLED), (of(90, 50), comparison.UNSETTLED), (of(math.nan, math.nan), comparison.UNSETTLED)):
            self.assertEqual(comparison.guardrail(variant, control, 0.05), verdict, variant.value)
        self.assertEqual(comparison.guardrail(of(0, 0), of(0, 0), 0.05), comparison.HOLDS)

    def test_signs(self):
        share, low, high, p = comparison.sign_test(8, 2)
        self.assertEqual(share, 0.8)
        self.assertAlmostEqual(p, 2 * (1 + 10 + 45) / 1024)  # none, one or two of ten, on either side
        self.assertAlmostEqual(low, 0.4439, 4)  # Clopper and Pearson's table
        self.assertAlmostEqual(high, 0.9748, 4)

    def test_shares_that_are_not_by_chance(self):
        self.assertAlmostEqual(comparison.shares_by_chance([50, 50], [5000, 5000]), 1)
        self.assertAlmostEqual(comparison.shares_by_chance([60, 40], [1, 1]), 0.0455, 4)  # chi-squared of 4 with 1 degree of freedom
        self.assertGreater(comparison.shares_by_chance([1010, 2030], [1000, 2000]), comparison.SUSPICIOUS)
        self.assertLess(comparison.shares_by_chance([50_000, 51_000], [1, 1]), 0.002)
        self.assertLess(comparison.shares_by_chance([5000, 5600], [1, 1]), comparison.SUSPICIOUS)


class Simulated(unittest.TestCase):
    """Skewed revenue of which a part was there before, and clicks on shelves that units see in unlike numbers."""

    def variants(self, dice, lift=0.0):
        found = {}
        for name, effect in (("control", 0.0), ("variant", lift)):
            n = 400
            taste = dice.exponential(10, n)
            shelves = 1 + dice.poisson(3, n)
            likes = dice.beta(2, 8, n)
            found[name] = Moments.of(before=taste + dice.normal(0, 3, n), revenue=taste + dice.normal(0, 3, n) + effect, shelves=shelves,
                                     clicks=dice.binomial(shelves, np.minimum(1, likes * (1 + effect / 10))))
        return found

    def differences(self, found):
        adjusted = comparison.cuped(found, "revenue", "before")
        return {"mean": Difference(*[comparison.mean(found[v], "revenue") for v in ("variant", "control")]),
                "cuped": Difference(adjusted["variant"], adjusted["control"]),
                "ratio": Difference(*[comparison.ratio(found[v], "clicks", "shelves") for v in ("variant", "control")])}

    def test_of_nothing_95_in_100_intervals_hold_it(self):
        dice, tries = np.random.default_rng(7), 600
        held = dict.fromkeys(("mean", "cuped", "ratio"), 0)
        for _ in range(tries):
            for name, d in self.differences(self.variants(dice)).items():
                held[name] += d.low <= 0 <= d.high
        for name, n in held.items():  # 3 standard deviations of a count of 600
            self.assertLess(abs(n / tries - 0.95), 3 * math.sqrt(0.95 * 0.05 / tries), name)

    def test_of_two_alike_95_in_100_intervals_hold_a_half(self):
        dice, tries = np.random.default_rng(9), 600
        held = 0
        for _ in range(tries):
            signs = np.sign(dice.poisson(0.5, 200) - dice.poisson(0.5, 200))  # clicks of each team, by unit
            _, low, high, p = comparison.sign_test(int((signs > 0).sum()), int((signs < 0).sum()))
            held += low <= 0.5 <= high
            self.assertEqual(low <= 0.5 <= high, p >= 0.05)
        self.assertGreater(held / tries, 0.95 - 3 * math.sqrt(0.95 * 0.05 / tries))  # the exact one is wide rather than narrow
        self.assertLess(held / tries, 0.99)

    def test_what_is_there_is_found_and_sooner_with_what_was_foretold(self):
        dice, tries = np.random.default_rng(8), 100
        found, held = dict.fromkeys(("mean", "cuped", "ratio"), 0), 0
        for _ in range(tries):
            of = self.differences(self.variants(dice, lift=1.5))
            for name, d in of.items():
                found[name] += d.low > 0
            held += of["cuped"].low <= 1.5 <= of["cuped"].high
        self.assertGreater(found["cuped"], 95)
        self.assertGreater(found["cuped"], found["mean"] + 20)
        self.assertGreaterEqual(held, 88)


class Assignment(unittest.TestCase):
    def test_as_serving_assigns(self):  # TestVariantsAreStable
        self.assertEqual([experiment.bucket("ranker", u) for u in ("a", "0123456789abcdef0123456789abcdef")], [4466, 6657])


class OfTheLake(unittest.TestCase):
    def test_figures_by_unit(self):
        spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "1")
                 .config("spark.sql.session.timeZone", "UTC").config("spark.driver.host", "127.0.0.1").getOrCreate())
        spark.sparkContext.setLogLevel("ERROR")
        self.addCleanup(spark.stop)
        noon = datetime.datetime(2026, 11, 27, 12)
        e = {"experiment_id": "ranker", "unit": "customer", "from": "2026-11-27T12:00:00Z",
             "variants": [{"variant": "trees", "share": 5000}, {"variant": "blend", "share": 5000}]}
        half = lambda u: "trees" if experiment.bucket("ranker", u) < 5000 else "blend"

        def row(i, action, minute, session="", customer="", object_id="", recommendation="", price=0, field="", position=0):
            items = [("p", "sel", 2, price, 1, "")] if price else []
            return (str(i), "server" if customer else "browser", action, noon + datetime.timedelta(minutes=minute), "US", session, "", customer, True,
                    "", recommendation, "", object_id, field, items, noon.date(), position)
        refund = lambda i, of: row(i, "refund", 60, customer="k1", object_id=of, field="purchase_id")
        told = lambda i, minute, session, variant: row(i, "experience_impression", minute, session, object_id="ranker:" + variant)
        rows = spark.createDataFrame([
            row(1, "login", 0, "s1", "k1"), row(2, "login", 0, "s2", "k1"), row(3, "login", 0, "s3", "k2"),
            told(4, 10, "s1", half("k1")), told(5, 20, "s2", half("k1")), told(6, 10, "s3", "made-up"),
            told(7, 10, "s4", "trees"),  # of nobody
            told(8, -10, "s1", half("k1")),  # before it began
            row(9, "purchase", 5, customer="k1", price=100), row(10, "purchase", 15, customer="k1", price=300), row(10, "purchase", 15, customer="k1", price=300),
            row(11, "purchase", 30, customer="k1", price=50), row(12, "purchase", 30, customer="k3", price=900),
            row(13, "view_item_list", 11, "s1", recommendation="rcm_abfaaaaa"), row(14, "view_item_list", 21, "s2", recommendation="rcm_bgsaaaaa"),
            row(15, "view_item_list", 21, "s2"), row(16, "select_item", 22, "s2", recommendation="rcm_bgsaaaaa"), row(17, "select_item", 9, "s2", recommendation="rcm_bgsaaaaa"),
            row(18, "remove_from_cart", 23, "s2"),
            # Of the purchase of 300 something came back, twice; of the one before the exposure, too, and of one that the lake does not have.
            refund(19, "10"), refund(20, "10"), refund(21, "9"), refund(22, "elsewhere"),
        ], lake.SCHEMA)
        of, otherwise = experiment.units(rows, e, "US", 14)
        got = {r["unit"]: (r["variant"], r["revenue"], r["converted"], r["before"], r["shelves"], r["clicks"], r["removed"],
                           r["purchases"], r["refunded"], r["took"], r["slow"]) for r in of.collect()}
        self.assertEqual(got, {"k1": (half("k1"), 700, 1, 200, 2, 1, 1, 2, 1, 37 + 1234, 1), "k2": (half("k2"),) + (0,) * 10})
        self.assertEqual(otherwise, 1)
        found = experiment.moments(of)
        self.assertEqual((found[half("k1")].n, found[half("k1")].sums["revenue"] >= 700), (2 if half("k1") == half("k2") else 1, True))
        self.assertIn("too few units", " ".join(experiment.report(e, found, otherwise)))
        m = Moments.of(**{a: [1.0, 2.0, 3.0] for a in experiment.FIGURES})
        self.interleaved(spark, row)
        said = "\n".join(experiment.report(e, {"trees": m, "blend": m}, 0))
        self.assertIn("blend: 2, a difference of +0 (", said)
        self.assertIn("not settled", said)
        self.assertTrue(said.endswith("guardrails broken: none"), said)
        slower = Moments.of(**{a: [9.0, 10.0, 11.0] if a == "took" else [1.0, 2.0, 3.0] if a != "shelves" else [1.0, 1.0, 1.0] for a in experiment.FIGURES})
        m = Moments.of(**{a: [1.0, 2.0, 3.0] if a != "shelves" else [1.0, 1.0, 1.0] for a in experiment.FIGURES})
        said = "\n".join(experiment.report(e, {"trees": m, "blend": slower}, 0))
        self.assertIn("blend: 10, a difference of +8 (", said)
        self.assertTrue(said.endswith("guardrails broken: milliseconds a shelf by blend"), said)

    def interleaved(self, spark, row):
        """The ids are stamp_test.go's: the second chose nothing, the item at 2, and both."""
        e = {"experiment_id": "rankers", "unit": "session", "from": "2026-11-27T12:00:00Z", "to": "2026-11-27T13:00:00Z", "interleaved": True,
             "variants": [{"variant": "trees", "share": 5000}, {"variant": "blend", "share": 5000}]}
        click = lambda i, session, stamp, position, minute=5: row(i, "select_item", minute, session, recommendation="rcm_" + stamp + "x", position=position)
        rows = spark.createDataFrame([
            click(1, "a", "aaabaaac", 2), click(2, "a", "aaabaaac", 2),  # twice the same
            click(3, "b", "aaabaaac", 1), click(4, "b", "abfbaaad", 2), click(5, "b", "777baaad", 1),
            click(6, "c", "aaabaaac", 1), click(7, "c", "aaabaaac", 2),
            click(8, "d", "aaabaaaa", 20), click(9, "d", "aaabaaac", 0), click(10, "d", "aaabaaac", 21),
            click(11, "e", "aaaaaaac", 2), click(12, "e", "aaabaaac", 2, minute=61),  # not interleaved; afterwards
        ], lake.SCHEMA)
        of = experiment.duels(rows, e, "US")
        self.assertEqual(of, {"first": 1, "second": 2, "both": 1, "firsts": 3, "seconds": 4, "nowhere": 2})
        self.assertIn("of those who told the two apart 66.7% preferred blend (9.4% to 99.2%, p = 1 by", "\n".join(experiment.preferred(e, of)))
        nothing = experiment.duels(rows.where("false"), e, "US")
        self.assertIn("nobody told the two apart", "\n".join(experiment.preferred(e, nothing)))


if __name__ == "__main__":
    unittest.main()
