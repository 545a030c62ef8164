"""Makes ranker.json.gz and margins.f32.gz: a small model of XGBoost, and what XGBoost itself says of 10,000 rows.

    pip install xgboost-cpu==3.2.0 numpy && python ranker.py

The rows are made of the integers of SplitMix64, by the same rule as in trees_test.go: a tenth is missing, a tenth stands exactly
on a split of the model.
"""
import gzip, json
import numpy as np, xgboost as xgb

NAMES = ("source_bought source_viewed source_together source_als source_recent source_session session_same_category "
         "session_same_brand affinity_category affinity_brand price_ratio popularity rating reviews days_since_seen in_buy_box").split()
MASK = (1 << 64) - 1


def split_mix(seed):
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def rows(n, seed, splits):
    numbers, out = split_mix(seed), np.empty((n, len(NAMES)), np.float32)
    for i in range(n):
        for k in range(len(NAMES)):
            u = next(numbers)
            v = np.float32((u >> 44) / 2**18 - 2)  # -2 to 2, exact in float32
            if u % 10 == 0:
                v = np.float32("nan")
            elif u % 10 == 1 and splits[k]:
                v = splits[k][(u >> 8) % len(splits[k])]
            out[i, k] = v
    return out


X = rows(6000, 1, [[]] * len(NAMES))
f = np.nan_to_num(X)
score = f[:, 0] + f[:, 5] * f[:, 6] + .5 * f[:, 11] + .3 * f[:, 12] ** 2
y = np.clip(np.digitize(score, [-.5, .5, 1.5, 2.5]), 0, 4)
d = xgb.DMatrix(X, label=y, qid=np.repeat(np.arange(150), 40), feature_names=NAMES)
b = xgb.train(dict(objective="rank:ndcg", max_depth=5, eta=.1, tree_method="hist", nthread=1, seed=7), d, 60)
b.save_model("ranker.json")
text = open("ranker.json", "rb").read()
splits = [[] for _ in NAMES]
for t in json.loads(text)["learner"]["gradient_booster"]["model"]["trees"]:
    for left, feature, cond in zip(t["left_children"], t["split_indices"], t["split_conditions"]):
        if left != -1:
            splits[feature].append(np.float32(cond))
R = rows(10_000, 2, splits)
R[0] = np.nan
margins = b.predict(xgb.DMatrix(R, feature_names=NAMES), output_margin=True).astype(np.float32)
for name, content in (("ranker.json.gz", text), ("margins.f32.gz", margins.tobytes())):
    with open(name, "wb") as out:
        out.write(gzip.compress(content, 9, mtime=0))
print(xgb.__version__, len(text), len(np.unique(margins)), "margins of their own")
