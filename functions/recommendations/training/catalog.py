"""What products are: the snapshot of the catalog that recommendations-snapshot took (functions/recommendations/snapshot.go), and
vectors of products that nobody has touched yet, by what their words mean."""

import json

import numpy as np
from pyspark.errors import AnalysisException
from pyspark.sql import functions as F

import model as models

FILES = {
    "products": "product_id string, title string, brand string, category string, category_path array<string>, updated_at timestamp",
    "offers": "product_id string, marketplace string, price bigint, in_buy_box boolean",
    "descriptions": "product_id string, rating bigint, reviews bigint, meaning string",
}
MOST_COLD = 200_000  # products that nobody touched, the newest
LEAST_PAIRS = 50  # products with both vectors, without which no map is learned
RIDGES = (0.1, 1.0, 10.0, 100.0)


def snapshot(spark, folder):
    """The snapshot's frames by name, None where there is none."""
    name = json.loads(folder.read("catalog/snapshot.json") or "{}").get("snapshot")
    try:
        return name and {kind: spark.read.schema(schema).json(f"{folder.uri}/catalog/{name}/{kind}") for kind, schema in FILES.items()}
    except AnalysisException as e:
        if "PATH_NOT_FOUND" in str(e):  # it was too old
            return None
        raise


def categories(spark, frames):
    """(product, category), each product in all categories on its path."""
    if not frames:
        return spark.createDataFrame([], "product string, category string")
    path = F.array_distinct(F.concat(F.coalesce("category_path", F.array()), F.array("category")))
    return (frames["products"].select(F.col("product_id").alias("product"), F.explode(path).alias("category"))
            .where("category != ''").dropDuplicates())


def read(frames, touched):
    """What products are that somebody touched, and the newest of the others that can be bought: product → dict; and what each costs
    that is offered: (marketplace, product) → price. touched: a frame of product."""
    if not frames:
        return {}, {}
    touched = touched.select(F.col("product").alias("product_id")).distinct().cache()
    all_of_them = frames["products"].dropDuplicates(["product_id"])
    bought = frames["offers"].where("in_buy_box").select("product_id").distinct()
    cold = (all_of_them.join(touched, "product_id", "left_anti").join(bought, "product_id", "left_semi")
            .orderBy(F.desc("updated_at"), "product_id").limit(MOST_COLD))
    chosen = all_of_them.join(touched, "product_id", "left_semi").unionByName(cold).cache()
    said = frames["descriptions"].groupBy("product_id").agg(*[F.max(c).alias(c) for c in ("rating", "reviews", "meaning")])
    said = said.withColumn("meaning", F.unbase64("meaning"))
    rows = chosen.join(said, "product_id", "left").select("product_id", "category", "brand", "rating", "reviews", "meaning")
    products = {r["product_id"]: product(r) for r in rows.toLocalIterator()}
    offers = frames["offers"].join(chosen.select("product_id"), "product_id", "left_semi")
    return products, {(r["marketplace"], r["product_id"]): r["price"] for r in offers.toLocalIterator()}


def product(row):
    """What of a product features are made of. in_buy_box is left out: what serves is asked of products that are."""
    said = {"category": row["category"], "brand": row["brand"], "rating": (row["rating"] or 0) / 100, "reviews": row["reviews"] or 0}
    if row["meaning"]:
        v = np.frombuffer(bytes(row["meaning"]), np.int8).astype(np.float32)
        said["meaning"] = v / np.linalg.norm(v)
    return said


def content(model, products):
    """The model with vectors of products that nobody touched: where their words point to, in the space of the others.

    A linear map from the words' vectors (all-MiniLM-L6-v2, as search keeps them) to ALS's, by ridge regression on the products that
    have both, with the ridge that leaves out best: each product is foretold by the others. With few that have both, the cold
    stay without.
    """
    words = {p: a["meaning"] for p, a in products.items() if "meaning" in a}
    both = [p for p in model.products if p in words]
    cold = sorted(set(words) - set(model.vectors))
    if len(both) < LEAST_PAIRS or not cold:
        return model
    w = np.stack([words[p] for p in both])
    m = ridge(w, np.stack([model.vectors[p] for p in both]))
    vectors = dict(model.vectors)
    vectors.update(zip(cold, (np.stack([words[p] for p in cold]) @ m).astype(np.float32)))
    return models.Model(model.neighbours, model.popular, vectors, model.customers)


def ridge(w, v):
    """The map of w to v whose error is least where each row is left out in turn: residuals over 1 - leverage."""
    gram, target, best = w.T @ w, w.T @ v, None
    for strength in RIDGES:
        inverse = np.linalg.inv(gram + strength * np.eye(len(gram), dtype=w.dtype))
        m = inverse @ target
        leverage = np.einsum("ij,jk,ik->i", w, inverse, w, optimize=True)
        error = float(np.mean(((v - w @ m) / (1 - np.minimum(leverage, 0.999))[:, None]) ** 2))
        if best is None or error < best[0]:
            best = (error, m)
    return best[1]


def foretold(model, warm, questions):
    """How well cold products are told apart: of those that somebody turned to, the share of other cold ones that are farther from who
    did. Chance is 0.5. Returns it with how many there were."""
    cold = [p for p in model.products if p not in warm]
    matrix, at, shares = model.matrix[[model.place[p] for p in cold]], {p: i for i, p in enumerate(cold)}, []
    for q in questions:
        vector, _ = model.customers.get(q.asked.subject, (None, []))
        chosen = [p for p in q.gains if p in at]
        if vector is None or not chosen or len(cold) < 2:
            continue
        scores = matrix @ vector
        for p in chosen:
            mine = scores[at[p]]
            shares.append(float(np.sum(scores < mine) + (np.sum(scores == mine) - 1) / 2) / (len(cold) - 1))
    return (float(np.mean(shares)) if shares else 0.5), len(shares)
