"""Learns to order what a search finds, from rows that the search itself made (functions/search, Features).

usage: search_ranker.py ROWS MODELS

ROWS is CSV with a header: query, part, gain, and the features; an empty one is unknown. A query's rows stand together, and its part,
0 to 4, is by its hash. Of each part k a model is written, MODELS/k.json, that has not seen it: trees are grown on three of the other
parts, and how many, how deep and how large their leaves are is what is best by the fourth, part k+1. So each query is held out once.
Trees may go no way against what each feature means (a hit that has more of the words is not worse for it), as judgments are few.
"""

import csv
import itertools
import os
import sys

import numpy as np
import xgboost

PARTS = 5
# Whether more of a feature can only be better (1) or worse (-1). The others are free.
BETTER = {"place": -1, "words": 1, "near": 1, "fused": 1, "in_title": 1, "in_category": 1, "in_attributes": 1, "in_brand": 1, "in_text": 1,
          "run": 1, "of_title": 1, "kind": 1, "in_stock": 1, "price": 1, "seller": 1, "delivery": 1, "stars": 1, "reviews": 1}
GRID = list(itertools.product((2, 3, 5), (1, 5, 20)))  # depth, and the least weight of a leaf
MOST, PATIENCE = 200, 20


def read(file):
    """Features' names, and of each part the rows: features, gains, and the sizes of queries."""
    with open(file, newline="") as f:
        rows = csv.reader(f)
        names = next(rows)[3:]
        parts = [([], [], []) for _ in range(PARTS)]
        last = None
        for query, part, gain, *features in rows:
            x, y, groups = parts[int(part)]
            if query != last:
                groups.append(0)
                last = query
            x.append([float(v) if v else np.nan for v in features])
            y.append(float(gain))
            groups[-1] += 1
    return names, parts


def matrix(names, parts):
    x, y, groups = (sum((list(p[i]) for p in parts), []) for i in range(3))
    d = xgboost.DMatrix(np.array(x, np.float32), np.array(y, np.float32), feature_names=names, missing=np.nan)
    d.set_group(groups)
    return d


def learn(names, parts, held):
    """The best of the grid by the part after the one held out, and what it is."""
    after = (held + 1) % PARTS
    if not parts[after][0] or not all(any(p[1]) for k, p in enumerate(parts) if k != held):
        sys.exit("too few queries are judged: each of five parts needs some that have something relevant")
    train, check = matrix(names, [p for k, p in enumerate(parts) if k not in (held, after)]), matrix(names, [parts[after]])
    best = None
    for depth, least in GRID:
        settings = {"objective": "rank:ndcg", "ndcg_exp_gain": False, "eval_metric": "ndcg@10-", "max_depth": depth, "min_child_weight": least,
                    "eta": 0.1, "tree_method": "hist", "seed": 1, "nthread": 1,
                    "monotone_constraints": "(" + ",".join(str(BETTER.get(n, 0)) for n in names) + ")"}
        b = xgboost.train(settings, train, MOST, evals=[(check, "check")], early_stopping_rounds=PATIENCE, verbose_eval=False)
        if best is None or b.best_score > best[0]:
            best = b.best_score, b[:b.best_iteration + 1], f"{b.best_iteration + 1} trees of depth {depth}, leaves of {least}"
    return best


def main():
    rows, models = sys.argv[1:]
    names, parts = read(rows)
    for held in range(PARTS):
        score, booster, what = learn(names, parts, held)
        booster.save_model(os.path.join(models, f"{held}.json"))
        print(f"part {held} is ranked by {what}, which have {score:.3f} on part {(held + 1) % PARTS}")


if __name__ == "__main__":
    main()
