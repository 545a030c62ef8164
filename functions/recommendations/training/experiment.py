"""Reports on an experiment from the lake: functions/recommendations/experiment.go says how it is run.

usage: experiment.py --lake URI --models URI --id EXPERIMENT [--marketplace US] [--before 14]

A unit counts from the moment at which it was first shown its variant, told by experience_impression. Which variant that is is
reckoned from the unit, not believed of the browser that told. Of an interleaved one clicks count for the ranker that chose what was clicked.
"""

import argparse
import datetime
import hashlib
import json
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import comparison
import lake
from files import Folder

BUCKETS = 10_000
AFTER = 24 * 3600  # seconds in which what a session's customer buys is the session's
FIGURES = ("before", "clicks", "converted", "purchases", "refunded", "removed", "revenue", "shelves", "slow", "took")  # sorted
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
PLACES = 20  # of a shelf
SLOW = 50  # milliseconds of our own time that a shelf may take
TOLERATED = 0.05  # the part of the control's figure by which a guardrail may be worse


def bucket(experiment, unit):
    """As experiment.go has it."""
    return int(hashlib.sha256(f"{experiment}\n{unit}".encode()).hexdigest()[:12], 16) % BUCKETS


def variant(experiment, unit):
    """A column: the variant of a column of units, null of who takes no part."""
    place = F.conv(F.substring(F.sha2(F.concat(F.lit(experiment["experiment_id"] + "\n"), unit), 256), 1, 12), 16, 10).cast("bigint") % BUCKETS
    upto, chosen = 0, F
    for v in experiment["variants"]:
        upto += v["share"]
        chosen = chosen.when(place < upto, F.lit(v["variant"]))
    return chosen


def span(experiment):
    """When an experiment began and ended, in seconds."""
    return [datetime.datetime.fromisoformat(t[:19] + "+00:00").timestamp() if t else 4e9 for t in (experiment["from"], experiment.get("to"))]


def number(first, width):
    """A column: what letters of a recommendation's id say, from the first on, as stamp.go writes them."""
    letters = [F.expr(f"instr('{LETTERS}', substring(recommendation_id, {first + n}, 1)) - 1") for n in range(width)]
    return sum(letter.cast("double") * 32 ** (width - 1 - n) for n, letter in enumerate(letters))


def units(rows, experiment, marketplace, before):
    """One row a unit: variant, and FIGURES; and how many exposures told of another variant than the unit's own."""
    rows = rows.dropDuplicates(["event_id"]).where(F.col("marketplace") == marketplace).withColumn("at", F.col("event_time").cast("double"))
    since, until = span(experiment)
    login = lake.logins(rows)
    unit = F.col("session") if experiment["unit"] == "session" else F.col("who")
    told = (rows.where("action_name = 'experience_impression' and session != ''")
            .where(F.col("object_id").startswith(experiment["experiment_id"] + ":")).where(F.col("at").between(since, until))
            .join(login, "session", "left").withColumn("unit", unit).where("unit is not null")
            .withColumn("variant", variant(experiment, F.col("unit"))).cache())
    otherwise = told.where(F.concat(F.lit(experiment["experiment_id"] + ":"), F.coalesce("variant", F.lit(""))) != F.col("object_id")).count()
    exposed = told.where("variant is not null").groupBy("unit").agg(F.first("variant").alias("variant"), F.min("at").alias("shown"),
                                                                    F.max("who").alias("who")).cache()
    last = F.least(F.col("shown") + AFTER, F.lit(until)) if experiment["unit"] == "session" else F.lit(until)
    paid = F.aggregate("items", F.lit(0.0), lambda sum, i: sum + i["price"] * i["quantity"])
    back = rows.where("action_name = 'refund' and object_id_field = 'purchase_id'").select(F.col("object_id").alias("event_id")).distinct()
    bought = (rows.where("action_name = 'purchase' and customer != ''").join(back.withColumn("back", F.lit(1.0)), "event_id", "left")
              .select(F.col("customer").alias("who"), F.col("at").alias("bought"), paid.alias("paid"), F.coalesce("back", F.lit(0.0)).alias("back")))
    bought = (exposed.join(bought, "who").withColumn("after", (F.col("bought") >= F.col("shown")) & (F.col("bought") <= last))
              .withColumn("earlier", F.col("bought").between(F.col("shown") - before * 86400, F.col("shown") - 1e-3)).groupBy("unit").agg(
                  F.sum(F.when(F.col("after"), F.col("paid")).otherwise(0.0)).alias("revenue"),
                  F.max(F.when(F.col("after"), 1.0).otherwise(0.0)).alias("converted"),
                  F.sum(F.when(F.col("after"), 1.0).otherwise(0.0)).alias("purchases"),
                  F.sum(F.when(F.col("after"), F.col("back")).otherwise(0.0)).alias("refunded"),
                  F.sum(F.when(F.col("earlier"), F.col("paid")).otherwise(0.0)).alias("before")))
    did = rows.where("session != '' and origin = 'browser'").join(login, "session", "left").withColumn("unit", unit)
    when = lambda condition: F.sum(F.when(condition, 1.0).otherwise(0.0))
    recommended = F.col("recommendation_id") != ""
    shelf = (F.col("action_name") == "view_item_list") & recommended
    took = F.greatest(number(5, 3), F.lit(0.0))  # behind rcm_; a browser may tell of an id that is none
    did = (did.join(exposed.select("unit", "shown"), "unit").where(F.col("at").between(F.col("shown"), F.lit(until))).groupBy("unit").agg(
        when(shelf).alias("shelves"), when(shelf & (took > SLOW)).alias("slow"), F.sum(F.when(shelf, took).otherwise(0.0)).alias("took"),
        when((F.col("action_name") == "select_item") & recommended).alias("clicks"),
        when(F.col("action_name") == "remove_from_cart").alias("removed")))
    return exposed.join(bought, "unit", "left").join(did, "unit", "left").fillna(0.0, list(FIGURES)), otherwise


def duels(rows, experiment, marketplace):
    """Of an interleaved experiment: units that clicked more of what the first ranker chose (first), more of the second's (second) or as much
    of both (both), the clicks of each (firsts, seconds), and how many clicks told of no place. An answer's id says who chose what stands where."""
    since, until = span(experiment)
    teams, place = number(8, 5), F.col("position").cast("double")  # behind rcm_ and what it took
    clicks = (rows.dropDuplicates(["event_id"]).where((F.col("marketplace") == marketplace) & F.col("event_time").cast("double").between(since, until))
              .where("action_name = 'select_item' and origin = 'browser' and session != '' and startswith(recommendation_id, 'rcm_')")
              .withColumn("teams", teams).where(F.floor(F.col("teams") / 2 ** PLACES) == 1)
              .join(lake.logins(rows), "session", "left").withColumn("unit", F.col("session") if experiment["unit"] == "session" else F.col("who"))
              .where("unit is not null").where(variant(experiment, F.col("unit")).isNotNull()).cache())
    told = clicks.where(place.between(1, PLACES)).dropDuplicates(["unit", "recommendation_id", "position"])
    seconds = F.sum(F.floor(F.col("teams") / F.pow(F.lit(2.0), place - 1)) % 2)
    of = told.groupBy("unit").agg(seconds.alias("seconds"), (F.count("*") - seconds).alias("firsts"))
    when = lambda condition: F.coalesce(F.sum(F.when(condition, 1).otherwise(0)), F.lit(0))
    first, second = F.col("firsts"), F.col("seconds")
    found = of.agg(when(first > second).alias("first"), when(first < second).alias("second"), when(first == second).alias("both"),
                   F.coalesce(F.sum(first), F.lit(0)).alias("firsts"), F.coalesce(F.sum(second), F.lit(0)).alias("seconds")).first()
    return {**found.asDict(), "nowhere": clicks.where("position is null or not position between 1 and " + str(PLACES)).count()}


def preferred(experiment, of):
    """Lines of text on an interleaved experiment."""
    first, second = [v["variant"] for v in experiment["variants"]]
    yield f"experiment {experiment['experiment_id']}, interleaved by {experiment['unit']}, from {experiment['from']} to {experiment.get('to') or 'now'}"
    yield f"clicks: {of['firsts']} of what {first} chose, {of['seconds']} of {second}'s; {of['nowhere']} told of no place, and count for neither"
    yield f"units: {of['first']} clicked more of {first}'s, {of['second']} more of {second}'s, {of['both']} as much of both"
    if of["first"] + of["second"] == 0:
        yield "nobody told the two apart"
        return
    share, low, high, p = comparison.sign_test(of["second"], of["first"])
    yield f"of those who told the two apart {share:.1%} preferred {second} ({low:.1%} to {high:.1%}, p = {p:.3g} by the sign test)"


def moments(of):
    """Sums by variant: all that the driver is told of units."""
    pairs = [(a, b) for a in FIGURES for b in FIGURES if a <= b]
    sums = of.groupBy("variant").agg(F.count("*").alias("n"), *[F.sum(a).alias(a) for a in FIGURES],
                                     *[F.sum(F.col(a) * F.col(b)).alias(f"{a}*{b}") for a, b in pairs])
    return {r["variant"]: comparison.Moments(r["n"], {a: r[a] for a in FIGURES}, {(a, b): r[f"{a}*{b}"] for a, b in pairs}) for r in sums.collect()}


def report(experiment, found, otherwise):
    """Lines of text."""
    named = [v["variant"] for v in experiment["variants"]]
    counts = [found[name].n if name in found else 0 for name in named]
    yield f"experiment {experiment['experiment_id']}, by {experiment['unit']}, from {experiment['from']} to {experiment.get('to') or 'now'}"
    if min(counts) < 2:
        yield "too few units were shown it: " + ", ".join(f"{n} of {name}" for name, n in zip(named, counts))
        return
    p = comparison.shares_by_chance(counts, [v["share"] for v in experiment["variants"]])
    yield "units: " + ", ".join(f"{n} of {name}" for name, n in zip(named, counts)) + f"; shares like these come by chance with p = {p:.3g}"
    if p < comparison.SUSPICIOUS:
        yield "THE SHARES ARE NOT WHAT THEY SHOULD BE: something decides who is counted, and nothing below can be believed"
    if otherwise:
        yield f"{otherwise} exposures told of a variant that is not the unit's; the unit's own counts"
    for title, figure in {
            "conversion": lambda m: comparison.mean(m, "converted"), "revenue a unit": lambda m: comparison.mean(m, "revenue"),
            "the same, less what was foretold": None, "clicks a shelf": lambda m: comparison.ratio(m, "clicks", "shelves")}.items():
        figures = {k: figure(m) for k, m in found.items()} if figure else comparison.cuped(found, "revenue", "before")
        yield from compared(title, named, figures)
    control, broken = named[0], []
    for title, figure in {
            "taken out of carts, a unit": lambda m: comparison.mean(m, "removed"), "purchases refunded": lambda m: comparison.ratio(m, "refunded", "purchases"),
            "milliseconds a shelf": lambda m: comparison.ratio(m, "took", "shelves"),
            f"shelves past {SLOW} ms": lambda m: comparison.ratio(m, "slow", "shelves")}.items():
        figures = {k: figure(m) for k, m in found.items()}
        verdicts = {name: comparison.guardrail(figures[name], figures[control], TOLERATED) for name in named[1:]}
        yield from compared("guardrail: " + title, named, figures, verdicts)
        broken += [f"{title} by {name}" for name, verdict in verdicts.items() if verdict == comparison.BROKEN]
    yield "guardrails broken: " + ("; ".join(broken) or "none")


def compared(title, named, figures, verdicts=None):
    """Lines of text: a figure of each variant, beside the control's."""
    control = figures[named[0]]
    yield f"{title}: {control.value:.6g} of {named[0]}"
    for name in named[1:]:
        d = comparison.Difference(figures[name], control)
        verdict = f": {verdicts[name]}" if verdicts else ""
        yield f"  {name}: {figures[name].value:.6g}, a difference of {d.value:+.6g} ({d.low:+.6g} to {d.high:+.6g}, p = {d.p:.3g}){verdict}"


def main():
    p = argparse.ArgumentParser(description="report on an experiment")
    p.add_argument("--lake", required=True)
    p.add_argument("--models", required=True)
    p.add_argument("--id", required=True)
    p.add_argument("--marketplace", default="US")
    p.add_argument("--before", type=int, default=14, help="days whose purchases foretell")
    a = p.parse_args()
    spark = SparkSession.builder.appName("experiment").config("spark.sql.session.timeZone", "UTC").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        text = Folder(spark, a.models).read(f"experiments/{a.id}.json")
        if text is None:
            sys.exit(f"there was no experiment {a.id}")
        experiment = json.loads(text)
        since = datetime.datetime.fromisoformat(experiment["from"][:19] + "+00:00") - datetime.timedelta(days=a.before)
        rows = lake.rows(spark, a.lake, since)
        if rows is None:
            sys.exit("the lake is empty")
        if experiment.get("interleaved"):
            lines = preferred(experiment, duels(rows, experiment, a.marketplace))
        else:
            of, otherwise = units(rows, experiment, a.marketplace, a.before)
            lines = report(experiment, moments(of), otherwise)
        for line in lines:
            print(line, flush=True)
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
