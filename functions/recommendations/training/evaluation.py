"""How well shelves do on what happened after them: times that split, questions with their answers, NDCG."""

import math
import random

import numpy as np

from shelf import Asked

AT = 20
GAINS = {"view": 1, "cart": 2, "bought": 3}  # of which a ranker learns; NDCG counts each product that somebody turned to alike


class Question:
    """A visit that is told to the middle: what was asked, and what was turned to next, product → gain."""

    def __init__(self, asked, gains):
        self.asked, self.gains = asked, gains


def questions(visits, bought):
    """The questions of visits: rows of (visit, subject, known, marketplace, product, kind, time) in any order.

    What was done first, up to a moment that the visit's own name decides, is the session; what is new after it is the answer.
    bought: subject → the products that were bought before, which are no answer to "new for you".
    """
    by_visit = {}
    for row in visits:
        by_visit.setdefault(row[0], []).append(row)
    found = []
    for visit in sorted(by_visit):
        of = sorted(by_visit[visit], key=lambda r: (r[6], r[4]))
        _, subject, known, marketplace, _, kind, at = of[0]
        seen = []
        if kind != "bought":  # an order has no session
            names = list(dict.fromkeys(r[4] for r in of))
            seen = names[:random.Random(visit).randint(1, max(1, len(names) - 1))]
        mine = bought.get(subject, ()) if known else ()
        gains = {}
        for _, _, _, _, product, kind, _ in of:
            if product not in seen and product not in mine:
                gains[product] = max(GAINS[kind], gains.get(product, 0))
        if gains:
            found.append(Question(Asked(marketplace, subject if known else "", seen[::-1], at), gains))
    return found


def ndcg(ranked, gains):
    """NDCG@20 of products, best first, where each one that was turned to counts 1."""
    found = sum(1 / math.log2(i + 2) for i, p in enumerate(ranked[:AT]) if p in gains)
    return found / sum(1 / math.log2(i + 2) for i in range(min(AT, len(gains))))


def top(scores):
    """The products of a dict of scores, best first."""
    return sorted(scores, key=lambda p: (-scores[p], p))[:AT]


def mean(values):
    return float(np.mean(values)) if len(values) else 0.0


def cut(times, share):
    """The time before which a share of sorted times lies."""
    return times[min(len(times) - 1, int(len(times) * share))]
