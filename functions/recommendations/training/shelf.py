"""Candidates and their features, as functions/recommendations/doc.go defines them: serving computes the same of the same model."""

import datetime
import math
import statistics

import numpy as np

FEATURES = ["source_bought", "source_viewed", "source_together", "source_als", "source_recent", "source_session", "session_same_category",
            "session_same_brand", "affinity_category", "affinity_brand", "price_ratio", "popularity", "rating", "reviews", "days_since_seen",
            "in_buy_box"]
SEEDS, SESSION, AFFINITY = 20, 10, 50  # of what was bought, of the session, of what was bought
NEAREST = 200
DECAY = 0.85
NAN = math.nan


class Catalog:
    """What products are: product → dict of category, brand, rating, reviews, in_buy_box; and prices, as they were at a time."""

    def __init__(self, products, prices):
        self.products, self.prices = products, prices

    def of(self, product, name, default=""):
        return self.products.get(product, {}).get(name, default)


class Asked:
    """Who is shown a shelf, when: in which marketplace, by which customer, after which products of the session (newest first)."""

    def __init__(self, marketplace, subject, session, at):
        self.marketplace, self.subject, self.session, self.at = marketplace, subject, session, at


def share(values, value):
    """The share of values that are this one, unknown of nothing."""
    return sum(v == value for v in values) / len(values) if values else NAN


def sources(model, asked):
    """What each source says of which products: source → product → score. What was bought or just seen is in none."""
    vector, bought = model.customers.get(asked.subject, (None, []))
    seeds = asked.session[:1] or [p for p, _ in bought[:SEEDS]]
    seen = set(asked.session) | {p for p, _ in bought}
    named = {f"source_{kind}": best(model.near[kind], seeds) for kind in model.near}
    named["source_als"] = nearest(model, vector)
    named["source_recent"] = dict(model.popular.get((asked.marketplace, "", "recent"), ()))
    session = {}
    for i, p in enumerate(asked.session[:SESSION]):
        of_any = {}
        for near in model.near.values():
            for q, s in near.get(p, {}).items():
                of_any[q] = max(s, of_any.get(q, 0.0))
        for q, s in of_any.items():
            session[q] = session.get(q, 0.0) + DECAY ** i * s
    named["source_session"] = session
    return {name: {p: s for p, s in of.items() if p not in seen} for name, of in named.items()}


def best(near, seeds):
    """The best score of each product among the neighbours of the seeds."""
    found = {}
    for seed in seeds:
        for p, s in near.get(seed, {}).items():
            found[p] = max(s, found.get(p, 0.0))
    return found


def nearest(model, vector):
    """The products nearest to a customer's vector."""
    if vector is None or not len(model.products):
        return {}
    dots = model.matrix @ vector
    k = min(NEAREST, len(dots))
    return {model.products[i]: float(dots[i]) for i in np.argpartition(-dots, k - 1)[:k]}


def rows(model, catalog, asked):
    """All candidates and a matrix of their features, in the order of FEATURES."""
    named = sources(model, asked)
    products = sorted(set().union(*named.values()))
    _, bought = model.customers.get(asked.subject, (None, []))
    last = {p: day for p, day in reversed(bought)}
    own = [p for p, _ in bought[:AFFINITY]]
    session = asked.session[:SESSION]
    said = {(group, name): [catalog.of(p, name) for p in of] for group, of in (("session", session), ("own", own)) for name in ("category", "brand")}
    paid = [price for price in (catalog.prices.get((asked.marketplace, p)) for p in own) if price]
    usual = statistics.median(paid) if paid else None
    recent = dict(model.popular.get((asked.marketplace, "", "recent"), ()))
    x = np.full((len(products), len(FEATURES)), NAN, np.float32)
    for r, p in enumerate(products):
        for c, name in enumerate(FEATURES[:6]):
            x[r, c] = named[name].get(p, NAN)
        if not session:
            x[r, 5] = NAN
        for c, (group, name) in enumerate((("session", "category"), ("session", "brand"), ("own", "category"), ("own", "brand")), 6):
            x[r, c] = share(said[group, name], catalog.of(p, name)) if catalog.of(p, name) else NAN
        price = catalog.prices.get((asked.marketplace, p))
        x[r, 10] = price / usual if price and usual else NAN
        x[r, 11] = math.log1p(recent.get(p, 0.0))
        x[r, 12] = catalog.of(p, "rating", 0) or NAN
        x[r, 13] = math.log1p(catalog.of(p, "reviews", 0))
        x[r, 14] = days(last[p], asked.at) if p in last else NAN
        x[r, 15] = 1.0 if catalog.of(p, "in_buy_box", True) else 0.0
    return products, x, named


def days(day, at):
    return max(0, (at.date() - datetime.date.fromisoformat(day)).days)
