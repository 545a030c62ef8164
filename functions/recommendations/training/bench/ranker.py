"""The ranker: trees over what every source says about a candidate and what is known of the item and the customer.

It is trained on windows before the one that is predicted: the sources are fitted on what was before a window, the
candidates are labelled by what was bought in it. So no feature knows anything of its own label's time.
"""

import numpy as np
import pandas as pd
import xgboost
from scipy import sparse

import sources

BATCH = 128
DEPTH = 240  # how far down a source's list a rank is told
CANDIDATES = 150  # of a customer: those that the sources agree most on


class Window:
    """Some days of purchases after a history: the customers that it knows, and what they bought of the items that it knows."""

    def __init__(self, purchases, at, days, least):
        self.history = h = sources.History(purchases, at, least)
        f = purchases[(purchases.time >= at) & (purchases.time < at + pd.Timedelta(days=days))]
        u, i = h.users.get_indexer(f.user), h.items.get_indexer(f.item)
        known = (u >= 0) & (i >= 0)
        bought = np.unique(u[known].astype(np.int64) * h.shape[1] + i[known])
        again = np.isin(bought, h.pairs)
        self.new, self.again = self.relevant(bought[~again]), self.relevant(bought[again])

    def relevant(self, pairs):
        return sparse.csr_matrix((np.ones(len(pairs), np.float32), np.divmod(pairs, self.history.shape[1])), shape=self.history.shape)


def fit(h, shelf, ease=400, ials=(0.003, 0.1)):
    """The sources of a shelf by name. What a set has no data for is left out."""
    return {k: v for k, v in (new(h, ease, ials) if shelf == "new" else again(h)).items() if v is not None}


def new(h, ease, ials):
    """Sources of what a customer never bought."""
    x = h.matrix()
    of = {k: h.matrix(k) for k in (7, 14, 30, 60, 120)}
    return {
        "popularity": sources.popularity(x),
        "popularity_7": sources.popularity(of[7]),
        "popularity_28": sources.popularity(h.matrix(since=28)),
        "ease": sources.ease(x, ease),
        "ease_late": sources.ease(of[120], 100, of[60]),
        "ease_now": sources.ease(of[60], 50, of[30]),
        "ials": sources.ials(x, 64, *ials),
        "item_knn": sources.item_knn(of[60], of[60], shrink=5),
        "user_knn_7": sources.user_knn(x, of[7]),
        "user_knn_14": sources.user_knn(x, of[14]),
        "user_knn_30": sources.user_knn(of[60], of[30]),
        "transitions": sources.transitions(h),
        "content": sources.content(h),
        "category": sources.share(h, "category", 60),
        "brand": sources.share(h, "brand", 60),
        "cohort": sources.of_cohort(h),
    }


def again(h):
    """Sources of what a customer bought before."""
    gap = (h.first - h.last) / np.maximum(h.days_bought - 1, 1)
    due = np.where(h.days_bought > 1, -np.abs(np.log((h.last + 1) / (gap + 1))), -5)
    return {
        "times": sources.own(h, h.times + 0.001 / (h.last + 1)),
        "times_14": sources.own(h, h.fading(14)),
        "times_45": sources.own(h, h.fading(45)),
        "times_120": sources.own(h, h.fading(120)),
        "last": sources.own(h, 1 / (h.last + 1)),
        "first": sources.own(h, h.first + 1),
        "due": sources.own(h, np.exp(due)),
        "days": sources.own(h, h.days_bought),
        "popularity_7": sources.popularity(h.matrix(7)),
        "user_knn_14": sources.user_knn(h.matrix(120), h.matrix(14)),
    }


def item_features(h):
    """What is known of the items on that day."""
    n = h.shape[1]
    f = {}
    pair_items = h.pairs % n
    for half_life in (3, 7, 14, 28, 90):
        f[f"buyers_{half_life}"] = np.bincount(pair_items, 0.5 ** (h.last / half_life), n)
        f[f"first_{half_life}"] = np.bincount(pair_items, 0.5 ** (h.first / half_life), n)  # who had not bought it before
    f["buyers"] = np.bincount(pair_items, minlength=n)
    for a, b in ((3, 14), (7, 28), (28, 90)):
        f[f"trend_{a}_{b}"] = np.log((f[f"first_{a}"] + 0.5) / (f[f"first_{b}"] + 0.5))
    f["again"] = np.bincount(pair_items, h.times > 1, n) / f["buyers"]
    f["age"] = np.zeros(n)
    np.maximum.at(f["age"], h.i, h.days)
    f["idle"] = np.full(n, np.inf)
    np.minimum.at(f["idle"], h.i, h.days)
    f["year"] = np.bincount(h.i, (h.days > 330) & (h.days < 366), n)  # what sold at this time a year ago
    f["price"] = np.bincount(h.i, np.nan_to_num(h.price), n) / np.maximum(np.bincount(h.i, minlength=n), 1)
    return pd.DataFrame(f, dtype=np.float32)


def user_features(h):
    """What is known of the customers on that day."""
    n = h.shape[0]
    owners = h.pairs // h.shape[1]
    f = {"items": np.bincount(owners, minlength=n)}
    f["lines"] = np.bincount(h.u, minlength=n)
    baskets = pd.DataFrame(dict(u=h.u, b=h.basket, d=h.days)).drop_duplicates("b")
    f["baskets"] = np.bincount(baskets.u, minlength=n)
    f["quiet"] = np.full(n, np.inf)
    np.minimum.at(f["quiet"], h.u, h.days)
    f["tenure"] = np.zeros(n)
    np.maximum.at(f["tenure"], h.u, h.days)
    f["new_28"] = np.bincount(owners, h.first < 28, n)
    f["lines_28"] = np.bincount(h.u, h.days < 28, n)
    f["spend"] = np.bincount(h.u, np.nan_to_num(h.price), n) / np.maximum(f["lines"], 1)
    return pd.DataFrame(f, dtype=np.float32)


def examples(w, fitted, rows, shelf):
    """The candidates of some customers: (features, their names, labels, items, how many of each customer)."""
    h = w.history
    items, users = item_features(h), user_features(h)
    ever, label = h.matrix(), getattr(w, shelf)
    names = [f"{k}{s}" for k in fitted for s in ("", "_rank", "_share")] + list(items) + [f"user_{c}" for c in users] + ["price_ratio", "votes"]
    items, users, price, spend = items.to_numpy(), users.to_numpy(), items["price"].to_numpy(), users["spend"].to_numpy()
    out, sizes = [], []
    for at in range(0, len(rows), BATCH):
        r = rows[at:at + BATCH]
        seen = ever[r].toarray() > 0
        barred = seen if shelf == "new" else ~seen
        told, votes = [], np.zeros(seen.shape, np.float32)
        for f in fitted.values():
            s = np.where(barred, -np.inf, f(r)).astype(np.float32)
            order = sources.best(s, DEPTH)
            rank = np.full(s.shape, DEPTH, np.uint8)
            np.put_along_axis(rank, order, np.arange(order.shape[1], dtype=np.uint8)[None, :], 1)
            votes += (1 / (np.arange(DEPTH + 1, dtype=np.float32) + 20))[rank]
            told.append((s, rank, np.take_along_axis(s, order[:, :1], 1)))
        chosen = sources.best(np.where(barred, -np.inf, votes), CANDIDATES)
        k, c = np.nonzero(~np.take_along_axis(barred, chosen, 1))
        i = chosen[k, c]
        columns = []
        for s, rank, top in told:
            columns += [s[k, i], np.log1p(rank[k, i].astype(np.float32)), s[k, i] / np.maximum(top[k, 0], 1e-9)]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log(price[i] / spend[r][k])
        ratio[~np.isfinite(ratio)] = np.nan
        out.append((np.column_stack(columns + [items[i], users[r][k], ratio, votes[k, i]]).astype(np.float32), label[r].toarray()[k, i], i))
        sizes.append(np.bincount(k, minlength=len(r)))
    x, y, i = (np.concatenate(p) for p in zip(*out))
    return x, names, y, i, np.concatenate(sizes)


PARAMETERS = dict(objective="rank:ndcg", lambdarank_pair_method="topk", lambdarank_num_pair_per_sample=20, ndcg_exp_gain=False,
                  tree_method="hist", max_depth=5, eta=0.05, subsample=0.7, colsample_bytree=0.4, min_child_weight=2, reg_lambda=5,
                  nthread=1)


def train(x, y, sizes, seeds=3, rounds=200, **more):
    """Rankers that differ only by seed. Customers without a positive among their candidates teach nothing."""
    owner = np.repeat(np.arange(len(sizes)), sizes)
    useful = np.bincount(owner, y, len(sizes)) > 0
    keep = useful[owner]
    d = xgboost.QuantileDMatrix(x[keep], y[keep], group=sizes[useful], nthread=1)
    return [xgboost.train(PARAMETERS | more | {"seed": s}, d, rounds) for s in range(seeds)]


def predict(models, x):
    return np.mean([m.inplace_predict(x) for m in models], axis=0)
