"""Trains a model of recommendations from the lake and writes it where the gate finds it: functions/recommendations/training/README.md.

usage: train.py --lake URI --models URI [--version NAME] [--days 90] [--questions 3000]

--lake is the folder of the lake's events, --models the bucket that has catalog/ and models/. The same script runs in Spark's local
mode and on EMR Serverless. Exit status 3 says that there was too little to learn from, and that nothing was written.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import sys
import time
import zipfile

sys.path.insert(0, "packages")  # where Spark unpacks them on EMR; it is not there locally

import numpy as np
import xgboost
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import catalog
import evaluation
import lake
import model as models
import shelf
from files import Folder

UTC = datetime.timezone.utc
NEVER = datetime.datetime(2999, 1, 1)
LEAST = 30  # questions without which neither a ranker nor a comparison says anything
FRESH = 200  # questions after a serving model's time with which it can be compared as a whole
GRID = [(0.05, 10.0), (0.2, 10.0), (0.2, 40.0)]  # ALS: regularisation and alpha
MOST_CANDIDATES = 200  # of a question in training, beside its answers
NEW_ONES = 300  # questions of which it is counted how many shelves have something new
SHRINK = 5.0
SOURCES = ("bought", "viewed", "together", "als", "recent", "session")
MODULES = ("catalog.py", "evaluation.py", "files.py", "lake.py", "model.py", "shelf.py", "train.py")

os.environ["TZ"] = "UTC"  # times come and go without a zone
time.tzset()
began = time.monotonic()


def say(text):
    print(f"{time.monotonic() - began:6.1f}s  {text}", flush=True)


class TooLittle(Exception):
    """There is too little to learn from."""


class Shop:
    """The catalog as all models look at it: products by id, what they cost now, and a frame of (product, category)."""

    def __init__(self, products, prices, categories):
        self.products, self.prices, self.categories = products, prices, categories


def fit(spark_frame, at, shop, setting):
    """The model of what was known at a time, the catalog beside it, and the products that somebody had touched by then."""
    past = lake.before(spark_frame, at).cache()
    near = {}
    for kind, groups in lake.groups(past).items():
        of = near[kind] = {}
        for r in lake.neighbours(groups, SHRINK, models.MOST_NEIGHBOURS).orderBy("product", "rank").toLocalIterator():
            of.setdefault(r["product"], []).append((r["other"], r["score"]))
    popular = {}
    for r in lake.popular(past, at, shop.categories, models.MOST_POPULAR).orderBy("rank").toLocalIterator():
        popular.setdefault((r["marketplace"], r["category"], r["kind"]), []).append((r["product"], r["score"]))
    items, users = lake.factors(lake.ratings(past, at), *setting)
    vectors = {r["product"]: np.array(r["features"], np.float32) for r in items.toLocalIterator()}
    bought = {}
    for r in lake.bought(past, models.MOST_BOUGHT).orderBy("subject", "rank").toLocalIterator():
        bought.setdefault(r["subject"], []).append((r["product"], r["time"].date().isoformat()))
    customers = {r["subject"]: (np.array(r["features"], np.float32), bought.get(r["subject"], [])) for r in users.toLocalIterator()}
    prices = {(r["marketplace"], r["product"]): r["price"] for r in lake.prices(past).toLocalIterator()}
    past.unpersist()
    model = catalog.content(models.Model(near, popular, vectors, customers), shop.products)
    return model, shelf.Catalog(shop.products, shop.prices | prices), set(vectors)


def asked(frame, model, since, until, most):
    """The questions that visits within a time pose to a model."""
    columns = ("visit", "subject", "known", "marketplace", "product", "kind", "time")
    rows = [tuple(r) for r in lake.visits(frame, since, until, most).select(*columns).toLocalIterator()]
    return evaluation.questions(rows, {s: {p for p, _ in bought} for s, (_, bought) in model.customers.items()})


def learn(model, known, questions):
    """A ranker of the questions' candidates; the last fifth of them in time says when it has learned enough."""
    questions = sorted(questions, key=lambda q: q.asked.at)
    parts = []
    for of in (questions[:len(questions) * 4 // 5], questions[len(questions) * 4 // 5:]):
        x, y, groups = [], [], []
        for n, q in enumerate(of):
            products, rows, _ = shelf.rows(model, known, q.asked)
            gains = np.array([q.gains.get(p, 0) for p in products], np.float32)
            others = np.flatnonzero(gains == 0)
            keep = np.sort(np.concatenate([np.flatnonzero(gains), np.random.default_rng(n).permutation(others)[:MOST_CANDIDATES]]))
            if gains.any():
                x.append(rows[keep])
                y.append(gains[keep])
                groups.append(len(keep))
        if not groups:
            raise TooLittle("no source named anything that somebody turned to next")
        d = xgboost.DMatrix(np.concatenate(x), np.concatenate(y), feature_names=shelf.FEATURES, missing=np.nan)
        d.set_group(groups)
        parts.append(d)
    settings = {"objective": "rank:ndcg", "eval_metric": f"ndcg@{evaluation.AT}", "max_depth": 6, "eta": 0.1, "min_child_weight": 5,
                "subsample": 0.8, "colsample_bytree": 0.8, "tree_method": "hist", "seed": 1}
    booster = xgboost.train(settings, parts[0], 200, evals=[(parts[1], "later")], early_stopping_rounds=20, verbose_eval=False)
    return booster[:booster.best_iteration + 1]


def rank(booster, products, x):
    if not products or booster is None:
        return []
    of = booster.feature_names or shelf.FEATURES  # a ranker of before may look at fewer
    columns = x[:, [shelf.FEATURES.index(name) for name in of]]
    scores = booster.predict(xgboost.DMatrix(columns, feature_names=of, missing=np.nan), output_margin=True)
    return [products[i] for i in np.argsort(-scores, kind="stable")[:evaluation.AT]]


def measure(model, known, booster, questions, serving):
    """NDCG@20 of the ranker, of each source alone, of what is popular, and of the model that serves, all on the same questions."""
    found = {name: [] for name in ("ranker", "popular", *SOURCES, *(["serving"] if serving else []))}
    for q in questions:
        products, x, named = shelf.rows(model, known, q.asked)
        found["ranker"].append(evaluation.ndcg(rank(booster, products, x), q.gains))
        for s in SOURCES:
            found[s].append(evaluation.ndcg(evaluation.top(named["source_" + s]), q.gains))
        seen = set(q.asked.session) | {p for p, _ in model.customers.get(q.asked.subject, (None, []))[1]}
        ever = [p for p, _ in model.popular.get((q.asked.marketplace, "", "all"), []) if p not in seen]
        found["popular"].append(evaluation.ndcg(ever, q.gains))
        if serving:
            if serving.model:
                products, x, _ = shelf.rows(serving.model, known, q.asked)
            found["serving"].append(evaluation.ndcg(rank(serving.booster, products, x), q.gains))
    return {name: {f"ndcg@{evaluation.AT}": round(evaluation.mean(v), 6)} for name, v in found.items()}


def new_ones(model, known, warm, booster, questions):
    """What becomes of products that nobody had touched when the sources learned, of some of the questions."""
    nearer, n = catalog.foretold(model, warm, questions)
    of = questions[:NEW_ONES]
    on = sum(any(p not in warm for p in rank(booster, *shelf.rows(model, known, q.asked)[:2])) for q in of)
    return {"candidates": len(set(model.vectors) - warm), "shelves": round(on / len(of), 4), "turned_to": n, "nearer": round(nearer, 4)}


class Serving:
    """The model that serves now. model is None where it is compared by its ranker alone."""

    def __init__(self, folder, version):
        self.version = version
        text = {name: folder.read(f"models/{version}/{name}")
                for name in ("manifest.json", "ranker.json", "neighbours.jsonl", "popular.jsonl", "vectors.jsonl", "customers.jsonl")}
        missing = [name for name, t in text.items() if t is None]
        if missing:
            raise SystemExit(f"the model {version} that serves lacks {', '.join(missing)}: nothing can be compared with it")
        manifest = json.loads(text["manifest.json"])
        if not set(manifest["features"]) <= set(shelf.FEATURES):
            raise SystemExit(f"the model {version} that serves looks at what nothing knows any more: it cannot be compared")
        until = manifest.get("window", {}).get("to") or manifest["created_at"]
        self.until = datetime.datetime.fromisoformat(until[:19] + "+00:00")
        self.model = models.parse(text)
        try:
            self.booster = xgboost.Booster(model_file=bytearray(text["ranker.json"].encode()))
        except xgboost.core.XGBoostError:
            say(f"XGBoost cannot read the ranker of {version}, which serves: it counts as one that ranks nothing")
            self.booster = None


def splits(frame, serving, most):
    """Two times: up to the first the sources learn, up to the second the ranker does, and what comes after it is held out.

    A model that serves knows nothing of what came after its own time. If that is enough it is held out, and the two are compared
    as they would serve. Else a fifth is held out, and of the one that serves, which has seen some of it, the trees alone are compared.
    """
    times = sorted(r["time"] for r in frame.select("time").sample(fraction=min(1.0, 200_000 / max(1, frame.count())), seed=1).toLocalIterator())
    last = evaluation.cut(times, 0.8)
    if serving:
        at = serving.until.astimezone(UTC).replace(tzinfo=None)
        fresh = asked(frame, serving.model, at, NEVER, most)
        if len(fresh) >= FRESH:
            last = at
        else:
            serving.model = None
    return evaluation.cut([t for t in times if t < last] or times, 0.75), last


def code():
    """The checksum of what trains: these modules, wherever they lie."""
    h = hashlib.sha256()
    here = pathlib.Path(__file__).parent
    for name in MODULES:
        if (here / name).exists():
            h.update((here / name).read_bytes())
            continue
        archive = next(p for p in sys.path if zipfile.is_zipfile(p) and name in zipfile.ZipFile(p).namelist())
        h.update(zipfile.ZipFile(archive).read(name))
    return "sha256:" + h.hexdigest()


def tune(frame, first, last, most):
    """The setting of ALS with which it alone answers best what was asked after the sources' time; what is held out is not looked at."""
    best = None
    past = lake.before(frame, first).cache()
    bought = {}
    for r in lake.bought(past, models.MOST_BOUGHT).toLocalIterator():
        bought.setdefault(r["subject"], []).append((r["product"], ""))
    rows, rated = None, lake.ratings(past, first)
    for setting in GRID:
        items, users = lake.factors(rated, *setting)
        m = models.Model({}, {}, {r["product"]: np.array(r["features"], np.float32) for r in items.toLocalIterator()},
                         {r["subject"]: (np.array(r["features"], np.float32), bought.get(r["subject"], [])) for r in users.toLocalIterator()})
        if rows is None:
            rows = [q for q in asked(frame, m, first, last, most) if q.asked.subject in m.customers]
        score = evaluation.mean([evaluation.ndcg(evaluation.top(shelf.sources(m, q.asked)["source_als"]), q.gains) for q in rows])
        if best is None or score > best[0]:
            best = (score, setting)
    past.unpersist()
    return best[1]


def rfc3339(t):
    return t.replace(tzinfo=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def train(spark, a):
    now = datetime.datetime.now(UTC)
    version = a.version or now.strftime("%Y%m%dT%H%M%SZ-") + code()[7:15]
    folder = Folder(spark, a.models)
    rows = lake.rows(spark, a.lake, now - datetime.timedelta(days=a.days))
    frame = None if rows is None else lake.interactions(rows).cache()
    n = 0 if frame is None else frame.count()
    if n == 0:
        raise TooLittle("the lake has no event of anybody who did something with a product")
    span = frame.agg(F.min("time"), F.max("time")).first()
    say(f"{n} times somebody viewed, carted or bought something, from {rfc3339(span[0])} to {rfc3339(span[1])}")
    pointer = json.loads(folder.read("models/serving.json") or "{}")
    serving = Serving(folder, pointer["version"]) if pointer.get("version") else None
    first, last = splits(frame, serving, a.questions)
    if lake.before(frame, first).isEmpty():
        raise TooLittle("all of it happened at one time: nothing is before what the ranker would learn from")
    frames = catalog.snapshot(spark, folder)
    shop = Shop(*catalog.read(frames, frame), catalog.categories(spark, frames))
    say(f"sources learn up to {rfc3339(first)}, the ranker up to {rfc3339(last)}; the catalog tells of {len(shop.products)} products")
    setting = tune(frame, first, last, a.questions)
    say(f"ALS is best with regularisation {setting[0]} and alpha {setting[1]}")
    early, known, _ = fit(frame, first, shop, setting)
    learnable = asked(frame, early, first, last, a.questions)
    if len(learnable) < LEAST:
        raise TooLittle(f"{len(learnable)} visits can be learned from, {LEAST} are needed")
    booster = learn(early, known, learnable)
    say(f"the ranker learned of {len(learnable)} visits: {booster.num_boosted_rounds()} trees")
    late, known, warm = fit(frame, last, shop, setting)
    held = asked(frame, late, last, NEVER, a.questions)
    if len(held) < LEAST:
        raise TooLittle(f"{len(held)} visits are left to measure on, {LEAST} are needed")
    metrics = measure(late, known, booster, held, serving)
    say(f"measured on {len(held)} visits after that")
    cold = new_ones(late, known, warm, booster, held)
    say(f"of {cold['candidates']} products that nobody had touched, one or more stand on {cold['shelves']:.0%} of the shelves; "
        f"{cold['turned_to']} times somebody turned to one, which was nearer than {cold['nearer']:.0%} of the others")
    final, _, touched = fit(frame, span[1] + datetime.timedelta(milliseconds=1), shop, setting)
    cold["products"] = len(final.vectors) - len(touched)
    files = models.lines(final)
    files["ranker.json"] = bytes(booster.save_raw("json")).decode()
    manifest = {"schema": models.SCHEMA, "version": version, "created_at": rfc3339(now.replace(tzinfo=None)),
                "window": {"from": rfc3339(span[0]), "to": rfc3339(span[1])}, "code": code(),
                "lake": {"rows": n, "files": len(rows.inputFiles())}, "features": shelf.FEATURES, "metrics": metrics, "events": len(held),
                "files": models.described(files), "split": {"sources": rfc3339(first), "ranker": rfc3339(last)},
                "als": {"regularisation": setting[0], "alpha": setting[1], "rounds": lake.ROUNDS},
                "serving_compared": "" if not serving else "model" if serving.model else "ranker", "cold": cold}
    for name, text in files.items():
        folder.write(f"models/{version}/{name}", text)
    folder.write(f"models/{version}/manifest.json", json.dumps(manifest, indent=1) + "\n")  # last: with it the model is whole
    say(f"wrote models/{version}: {len(final.vectors)} products, {cold['products']} of them cold, {len(final.customers)} customers")
    print("version " + version, flush=True)


def main():
    p = argparse.ArgumentParser(description="train a model of recommendations from the lake")
    p.add_argument("--lake", required=True)
    p.add_argument("--models", required=True)
    p.add_argument("--version", default="")
    p.add_argument("--days", type=int, default=90)
    p.add_argument("--questions", type=int, default=3000)
    a = p.parse_args()
    spark = (SparkSession.builder.appName("recommendations").config("spark.sql.session.timeZone", "UTC").getOrCreate())
    spark.sparkContext.setLogLevel("ERROR")
    try:
        train(spark, a)
    except TooLittle as e:
        print(f"nothing was trained, and nothing is changed: {e}", file=sys.stderr, flush=True)
        sys.exit(3)
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
