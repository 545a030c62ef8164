"""Measures the recommender beside simple methods on real purchases: make recommend-bench DATA=…, README.md.

usage: bench.py online-retail.parquet | complete-journey | FILE.csv | FILE.parquet

Exit status 1 says that on new items ours is not above the best of the others.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small systems of equations: threads wait for each other longer than they reckon

import sys
import time

import numpy as np
import pandas as pd

import purchases
import ranker
import sources

AT = 20
LEAST_BUYERS, MOST_ITEMS, MOST_CUSTOMERS = 5, 16000, 30000
MOST_TAUGHT, MOST_ASKED = 1200, 6000  # customers of a window to learn from, and of the last one to measure on
RESAMPLES = 2000
began = time.monotonic()


def say(text):
    print(f"{time.monotonic() - began:6.1f}s  {text}", file=sys.stderr, flush=True)


class Split:
    """The last days are the test; the days before them, as many, the validation, with which all is tuned and the ranker ends to learn."""

    def __init__(self, f):
        self.end = f.time.max() + pd.Timedelta(seconds=1)
        self.days = max(1, min(28, (self.end - f.time.min()).days // 8))
        self.test = self.back(1)
        self.validation = self.back(2)
        self.taught = [self.back(2), self.back(2.5), self.back(3), self.back(4)]
        buyers = f[f.time < self.validation].groupby("item").user.nunique()
        self.least = LEAST_BUYERS
        while (buyers >= self.least).sum() > MOST_ITEMS:
            self.least *= 2

    def back(self, windows):
        return self.end - pd.Timedelta(days=windows * self.days)

    def window(self, f, at):
        return ranker.Window(f, at, self.days, self.least)


def some(matrix, most, seed=1):
    """Customers with something to find, a sample of them if there are more."""
    rows = np.flatnonzero(np.diff(matrix.indptr))
    return rows if len(rows) <= most else np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def ndcg(lists, truth, rows):
    """NDCG@20 of each customer's list, gain 1 for what was bought; -1 in a list is no item."""
    gain = np.zeros(lists.shape)
    for at in range(0, len(rows), ranker.BATCH):
        dense = truth[rows[at:at + ranker.BATCH]].toarray()
        part = lists[at:at + ranker.BATCH]
        gain[at:at + ranker.BATCH] = np.where(part >= 0, np.take_along_axis(dense, np.maximum(part, 0), 1), 0)
    discount = 1 / np.log2(np.arange(2, AT + 2))
    ideal = np.cumsum(discount)[np.minimum(np.diff(truth.indptr)[rows], AT) - 1]
    return gain @ discount[:lists.shape[1]] / ideal


def listed(score, w, rows, shelf):
    """The twenty of a source for some customers, of the items of the shelf only."""
    ever, out = w.history.matrix(), []
    for at in range(0, len(rows), ranker.BATCH):
        r = rows[at:at + ranker.BATCH]
        seen = ever[r].toarray() > 0
        s = np.where(seen if shelf == "new" else ~seen, -np.inf, score(r))
        top = sources.best(s, AT)
        out.append(np.where(np.isneginf(np.take_along_axis(s, top, 1)), -1, top))
    return np.concatenate(out)


def ranked(models, x, items, sizes):
    """The twenty that the ranker puts first, for customers in the order of their sizes."""
    score, out, at = ranker.predict(models, x), np.full((len(sizes), AT), -1), 0
    for k, n in enumerate(sizes):
        first = items[at:at + n][np.argsort(-score[at:at + n], kind="stable")[:AT]]
        out[k, :len(first)] = first
        at += n
    return out


def opponents(h):
    """Each simple method by its name and settings."""
    x = h.matrix()
    return {
        "popularity": {(): lambda: sources.popularity(x)},
        "recent popularity": {(d,): lambda d=d: sources.popularity(h.matrix(since=d)) for d in (7, 14, 28)},
        "item-kNN": {(k,): lambda k=k: sources.item_knn(x, shrink=k) for k in (20, 100)},
        "EASE": {(p,): lambda p=p: sources.ease(x, p) for p in (200, 500, 1000)},
        "iALS": {(r, a): lambda r=r, a=a: sources.ials(x, 64, r, a) for r, a in ((0.003, 0.1), (0.001, 0.3), (0.003, 0.3))},
    }


def own_history(h):
    """Simple methods for what was bought before."""
    return {
        "most often bought": {(): lambda: sources.own(h, h.times + 0.001 / (h.last + 1))},
        "last bought": {(): lambda: sources.own(h, 1 / (h.last + 1))},
        "often and of late": {(d,): lambda d=d: sources.own(h, h.fading(d)) for d in (15, 45, 120)},
    }


def tuned(w, methods, shelf):
    """The setting of each method that is best in the validation."""
    truth = getattr(w, shelf)
    rows = some(truth, MOST_TAUGHT)
    if len(rows) == 0:
        raise SystemExit(f"in the validation nobody bought anything for the shelf {shelf!r}: there is nothing to learn from")
    best = {}
    for name, settings in methods(w.history).items():
        score = {s: np.mean(ndcg(listed(make(), w, rows, shelf), truth, rows)) if len(settings) > 1 else 0 for s, make in settings.items()}
        best[name] = max(score, key=score.get)
        if best[name]:
            say(f"tuned {name}: " + ", ".join(f"{'/'.join(map(str, s))} {v:.4f}" for s, v in score.items()))
    return best


def measure(f, split, shelf):
    """NDCG@20 by customer of every method on a shelf: (new or again alone, all that was bought) by name, and how many were asked."""
    methods = opponents if shelf == "new" else own_history
    settings = tuned(split.window(f, split.validation), methods, shelf)
    more = dict(ease=settings["EASE"][0], ials=settings["iALS"]) if shelf == "new" else {}
    learned = []
    for at in split.taught:
        w = split.window(f, at)
        rows = some(getattr(w, shelf), MOST_TAUGHT)
        if len(rows):
            x, _, y, _, sizes = ranker.examples(w, ranker.fit(w.history, shelf, **more), rows, shelf)
            learned.append((x, y, sizes))
        say(f"{shelf}: candidates of {len(rows)} customers as of {at:%Y-%m-%d}")
    models = ranker.train(*(np.concatenate(p) for p in zip(*learned)))
    say(f"{shelf}: trained {len(models)} rankers on {sum(len(y) for _, y, _ in learned)} candidates")
    w = split.window(f, split.test)
    truth = getattr(w, shelf)
    rows = some(truth, MOST_ASKED)
    if len(rows) == 0:
        raise SystemExit(f"in the test nobody bought anything for the shelf {shelf!r}: there is nothing to measure")
    lists = {name: listed(make[settings[name]](), w, rows, shelf) for name, make in methods(w.history).items()}
    x, _, _, items, sizes = ranker.examples(w, ranker.fit(w.history, shelf, **more), rows, shelf)
    lists["ours"] = ranked(models, x, items, sizes)
    say(f"{shelf}: asked {len(rows)} customers as of {split.test:%Y-%m-%d}")
    everything = w.new + w.again
    return {name: (ndcg(top, truth, rows), ndcg(top, everything, rows)) for name, top in lists.items()}


def interval(values, seed=1):
    """95% of the means of customers drawn again, with replacement."""
    draws = np.random.default_rng(seed).integers(0, len(values), (RESAMPLES, len(values)))
    return np.quantile(values[draws].mean(1), (0.025, 0.975))


def line(name, values, form="{:8.4f}"):
    low, high = interval(values)
    return f"  {name:<20}" + form.format(values.mean()) + "   " + form.format(low).strip() + " to " + form.format(high).strip()


def table(title, found, column):
    """Prints every method with its interval and how much ours is above the best of the others, customer by customer; returns that."""
    values = {name: v[column] for name, v in found.items()}
    print(f"\n{title}, {len(values['ours'])} customers\n  {'':<20} NDCG@{AT}   95% interval, by customer")
    for name, v in values.items():
        print(line(name, v))
    best = max((n for n in values if n != "ours"), key=lambda n: values[n].mean())
    ahead = values["ours"] - values[best]
    print(line("ours over " + best, ahead, "{:+8.4f}"), flush=True)
    return ahead.mean()


def main(data):
    f = purchases.load(data)
    people = np.sort(f.user.unique())
    if len(people) > MOST_CUSTOMERS:
        f = f[f.user.isin(np.random.default_rng(1).choice(people, MOST_CUSTOMERS, replace=False))]
    split = Split(f)
    print(f"{len(f)} lines of {f.user.nunique()} customers, {f.time.min():%Y-%m-%d} to {f.time.max():%Y-%m-%d}; items of {split.least} "
          f"buyers or more\nvalidation: {split.days} days from {split.validation:%Y-%m-%d %H:%M:%S}, test: {split.days} days "
          f"from {split.test:%Y-%m-%d %H:%M:%S}", flush=True)
    ahead = table("NEW FOR YOU: items that the customer never bought before", measure(f, split, "new"), 0)
    found = measure(f, split, "again")
    table("BUY AGAIN: items that the customer bought before; what counts is what was bought again", found, 0)
    table("BUY AGAIN, repeats allowed: the same lists; all that was bought counts", found, 1)
    if ahead <= 0:
        raise SystemExit("on new items ours is not above the best of the others")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1]:
        raise SystemExit(__doc__)
    main(sys.argv[1])
