"""A model as its files are: what the sources know, by product and by customer. It is written, read and asked in the same form, so
a model that serves is measured as it serves."""

import hashlib
import json

import numpy as np

SCHEMA = 1
KINDS = ("bought", "viewed", "together")
MOST_NEIGHBOURS, MOST_POPULAR, MOST_BOUGHT = 50, 200, 200


class Model:
    """neighbours: kind → product → [(product, score)], best first. popular: (marketplace, category, kind) → the same.
    vectors: product → 64 floats. customers: subject → (64 floats or None, [(product, "2026-11-30")], newest first)."""

    def __init__(self, neighbours, popular, vectors, customers):
        self.neighbours, self.popular, self.vectors, self.customers = neighbours, popular, vectors, customers
        self.products = sorted(vectors)
        self.place = {p: k for k, p in enumerate(self.products)}
        self.matrix = np.array([vectors[p] for p in self.products], np.float32).reshape(len(self.products), -1 if self.products else 64)
        self.near = {kind: {p: dict(items) for p, items in of.items()} for kind, of in neighbours.items()}


def number(x):
    """A number as it is written: short, and as exact as a float32."""
    return float(f"{float(x):.7g}")


def lines(model):
    """The text of each file, by name."""
    def text(objects):
        return "".join(json.dumps(o, separators=(",", ":"), allow_nan=False) + "\n" for o in objects)

    def pairs(items):
        return [[p, number(s)] for p, s in items]

    def vector(v):
        return [number(x) for x in v]
    return {
        "neighbours.jsonl": text({"product_id": p, "kind": kind, "items": pairs(model.neighbours[kind][p])}
                                 for kind in KINDS for p in sorted(model.neighbours[kind])),
        "popular.jsonl": text({"marketplace": m, "category": c, "kind": kind, "items": pairs(items)}
                              for (m, c, kind), items in sorted(model.popular.items()) if kind != "all"),
        "vectors.jsonl": text({"product_id": p, "vector": vector(model.vectors[p])} for p in model.products),
        "customers.jsonl": text({"subject": s, "vector": vector(v), "bought": [list(b) for b in bought]}
                                for s, (v, bought) in sorted(model.customers.items()) if v is not None),
    }


def parse(files):
    """A model of the text of its files."""
    def objects(name):
        return (json.loads(line) for line in files[name].splitlines())

    def pairs(items):
        return [(p, s) for p, s in items]
    neighbours = {kind: {} for kind in KINDS}
    for o in objects("neighbours.jsonl"):
        neighbours[o["kind"]][o["product_id"]] = pairs(o["items"])
    return Model(neighbours, {(o["marketplace"], o["category"], o["kind"]): pairs(o["items"]) for o in objects("popular.jsonl")},
                 {o["product_id"]: np.array(o["vector"], np.float32) for o in objects("vectors.jsonl")},
                 {o["subject"]: (np.array(o["vector"], np.float32), pairs(o["bought"])) for o in objects("customers.jsonl")})


def described(files):
    """What a manifest says of files: name → checksum, size and, where a line is a row, rows."""
    said = {}
    for name, text in files.items():
        raw = text.encode()
        said[name] = {"sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)}
        if name.endswith(".jsonl"):
            said[name]["rows"] = text.count("\n")
    return said
