"""Sources of candidates. Each is fitted on what was bought before a day and then scores every item for some customers."""

import numpy as np
import pandas as pd
from scipy import sparse

DAY = 86400.0
LARGEST = 6000  # customers or items of a system of equations that is solved exactly
MOST_STEPS = 250  # items of a customer between which transitions are counted


class History:
    """What was bought before a day, by customers and items counted from 0.

    Only items of at least `least` buyers exist; later purchases are not in it, so nothing that is fitted on it can know them.
    """

    def __init__(self, purchases, at, least, most=20000):
        f = purchases[purchases.time < at]
        buyers = f.groupby("item").user.nunique()
        buyers = buyers[buyers >= least].sort_values(ascending=False, kind="stable")[:most]
        self.at = at
        self.items = pd.Index(sorted(buyers.index))
        f = f[f.item.isin(self.items)]
        self.users = pd.Index(sorted(f.user.unique()))
        self.shape = (len(self.users), len(self.items))
        self.u = self.users.get_indexer(f.user)
        self.i = self.items.get_indexer(f.item)
        self.days = ((at - f.time).dt.total_seconds() / DAY).to_numpy(np.float32)
        self.basket = pd.factorize(f.basket)[0]
        self.price = f.price.to_numpy(np.float32)
        self.frame = f
        pair = self.u.astype(np.int64) * self.shape[1] + self.i
        self.pairs, inverse = np.unique(pair, return_inverse=True)
        self.last = np.full(len(self.pairs), np.inf, np.float32)
        np.minimum.at(self.last, inverse, self.days)
        self.first = np.zeros(len(self.pairs), np.float32)
        np.maximum.at(self.first, inverse, self.days)
        self.times = np.bincount(inverse).astype(np.float32)
        self.inverse = inverse
        day = np.unique(inverse * 100000 + self.days.astype(np.int64))
        self.days_bought = np.bincount(day // 100000, minlength=len(self.pairs)).astype(np.float32)

    def fading(self, half_life):
        """How often a customer bought an item, each time less by half for every half-life since."""
        return np.bincount(self.inverse, 0.5 ** (self.days / half_life), len(self.pairs)).astype(np.float32)

    def matrix(self, half_life=None, since=None):
        """Customers by items: 1 for one that was bought, less by half for every half-life (days) since; only of the last days with since."""
        w = np.ones(len(self.pairs), np.float32) if half_life is None else (0.5 ** (self.last / half_life)).astype(np.float32)
        keep = slice(None) if since is None else self.last < since
        u, i = np.divmod(self.pairs[keep], self.shape[1])
        return sparse.csr_matrix((w[keep], (u, i)), shape=self.shape)

    def attribute(self, name):
        """Items by values of an attribute, None if nothing has any."""
        values = self.frame.drop_duplicates("item").set_index("item")[name].reindex(self.items)
        codes, names = pd.factorize(values.where(values != ""))
        if len(names) < 2:
            return None
        known = codes >= 0
        return sparse.csr_matrix((np.ones(known.sum(), np.float32), (np.flatnonzero(known), codes[known])), shape=(len(codes), len(names)))


def popularity(x):
    """The same for all: the sum of weights."""
    total = np.asarray(x.sum(0), dtype=np.float32).ravel()
    return lambda rows: np.broadcast_to(total, (len(rows), len(total)))


def ease(x, lam, of=None):
    """EASE (Steck 2019): the ridge regression of items on items with no item on itself; solved for the smaller side of the matrix.

    of: what customers are scored by, x itself if not given.
    """
    of = x if of is None else of
    n, m = x.shape
    if m <= n or n > LARGEST:
        kept = np.sort(np.argsort(-np.asarray(x.sum(0)).ravel(), kind="stable")[:LARGEST])  # of more items only those of the most buyers
        p = np.linalg.inv((x[:, kept].T @ x[:, kept]).toarray().astype(np.float32) + lam * np.eye(len(kept), dtype=np.float32))
        b = -p / np.diag(p)
        np.fill_diagonal(b, 0)

        def by_items(rows):
            s = np.zeros((len(rows), m), np.float32)
            s[:, kept] = of[rows][:, kept] @ b
            return s
        return by_items
    k = np.linalg.inv((x @ x.T).toarray().astype(np.float64) + lam * np.eye(x.shape[0])).astype(np.float32)
    xt = x.T.tocsr()
    inner = np.zeros(m, np.float32)
    for at in range(0, m, 2048):  # the diagonal of x' k x
        part = xt[at:at + 2048]
        inner[at:at + 2048] = np.asarray(part.multiply(part @ k).sum(1)).ravel()
    scale = 1 / (1 - inner)  # of P's diagonal, times lam

    def by_customers(rows):
        y = of[rows].toarray()
        return y - (y - (xt @ np.asarray((of[rows] @ xt) @ k).T).T) * scale
    return by_customers


def ials(x, dim=64, reg=0.003, alpha=0.1, nu=1.0, rounds=10, seed=1):
    """Implicit ALS as it is tuned by Rendle et al. (2021): unobserved pairs weigh alpha, regularisation grows with an item's frequency."""
    rng = np.random.default_rng(seed)
    n, m = x.shape
    u, v = (rng.standard_normal((k, dim)).astype(np.float32) * 0.1 / np.sqrt(dim) for k in (n, m))

    def half(x, other):
        base = alpha * other.T @ other
        out = np.zeros((x.shape[0], dim), np.float32)
        for at in range(0, x.shape[0], 1024):
            rows = range(at, min(at + 1024, x.shape[0]))
            left, right = np.empty((len(rows), dim, dim), np.float32), np.empty((len(rows), dim), np.float32)
            for k, r in enumerate(rows):
                o = other[x.indices[x.indptr[r]:x.indptr[r + 1]]]
                left[k] = base + o.T @ o
                left[k].flat[::dim + 1] += reg * (len(o) + alpha * len(other)) ** nu
                right[k] = o.sum(0) * (1 + alpha)
            out[at:at + len(rows)] = np.linalg.solve(left, right[:, :, None])[:, :, 0]
        return out
    xt = x.T.tocsr()
    for _ in range(rounds):
        u = half(x, v)
        v = half(xt, u)
    return lambda rows: u[rows] @ v.T


def best(scores, k):
    """The positions of the k highest of every row, highest first, and of equals the first."""
    k = min(k, scores.shape[1])
    top = np.sort(np.argpartition(-scores, k - 1, axis=1)[:, :k], axis=1)
    return np.take_along_axis(top, np.argsort(-np.take_along_axis(scores, top, 1), axis=1, kind="stable"), 1)


def strongest(dense, k):
    """Rows as a sparse matrix of only the k highest of each."""
    top = best(dense, k)
    data = np.take_along_axis(dense, top, 1)
    rows = np.repeat(np.arange(len(dense)), top.shape[1])
    m = sparse.csr_matrix((data.ravel(), (rows, top.ravel())), shape=dense.shape)
    m.eliminate_zeros()
    return m


def alike(x, rows, k, shrink):
    """The k rows most like some rows of a matrix, by cosine; the less two have in common, the less."""
    n = np.sqrt(np.asarray(x.multiply(x).sum(1), np.float32).ravel())
    w = (x[rows] @ x.T).toarray() / (n[rows][:, None] * n[None, :] + shrink)
    w[np.arange(len(rows)), rows] = 0
    return strongest(w, k)


def item_knn(x, of=None, k=200, shrink=20):
    """Items that the same customers buy."""
    xt = x.T.tocsr()
    s = sparse.vstack([alike(xt, np.arange(a, min(a + 1024, xt.shape[0])), k, shrink) for a in range(0, xt.shape[0], 1024)])
    s = s.T.tocsr()
    of = x if of is None else of
    return lambda rows: (of[rows] @ s).toarray()


def user_knn(x, recent, k=200, shrink=5):
    """What customers with like purchases bought of late."""
    return lambda rows: (alike(x, rows, k, shrink) @ recent).toarray()


def transitions(h, within=45.0, half_life=60.0, k=200):
    """From what was bought to what was bought for the first time within some days after, by the share of buyers who went that way."""
    order = np.argsort(h.pairs // h.shape[1], kind="stable")
    u, i = (a.astype(np.int32) for a in np.divmod(h.pairs[order], h.shape[1]))
    first = h.first[order]
    starts = np.searchsorted(u, np.arange(h.shape[0] + 1))
    rows, cols, data = [], [], []
    for a, b in zip(starts[:-1], starts[1:]):
        if b - a > MOST_STEPS:  # the newest say most, and pairs grow by the square
            newest = a + np.argsort(first[a:b], kind="stable")[:MOST_STEPS]
        else:
            newest = np.arange(a, b)
        gap = first[newest][:, None] - first[newest][None, :]  # days from the row's to the column's
        r, c = np.nonzero((gap > 0.02) & (gap <= within))
        rows.append(i[newest[r]])
        cols.append(i[newest[c]])
        data.append((0.5 ** (first[newest[c]] / (2 * half_life))).astype(np.float32))
    t = sparse.csr_matrix((np.concatenate(data), (np.concatenate(rows), np.concatenate(cols))), shape=(h.shape[1],) * 2)
    share = 1 / (np.bincount(h.pairs % h.shape[1], minlength=h.shape[1]) + 10)
    t = sparse.diags(share.astype(np.float32)) @ t
    t = sparse.vstack([strongest(t[a:a + 1024].toarray(), k) for a in range(0, t.shape[0], 1024)]).tocsr()
    of = h.matrix(half_life)
    return lambda rows: (of[rows] @ t).toarray()


def content(h, half_life=60.0):
    """Items in words, category and brand like those bought of late."""
    parts = []
    titles = h.frame.drop_duplicates("item").set_index("item").title.reindex(h.items).fillna("")
    words = titles.str.lower().str.findall(r"[a-z]{3,}").map(lambda s: sorted(set(s)))
    at, word = np.repeat(np.arange(len(words)), words.map(len)), [w for s in words for w in s]
    codes, names = pd.factorize(pd.Series(word, dtype=object))
    telling = np.bincount(codes, minlength=1) < 0.1 * len(h.items)
    if len(names) and telling.any():
        keep = telling[codes]
        parts.append(sparse.csr_matrix((np.ones(keep.sum(), np.float32), (at[keep], codes[keep])), shape=(len(h.items), len(names))))
    parts += [a for a in (h.attribute("category"), h.attribute("brand")) if a is not None]
    if not parts:
        return None
    f = sparse.hstack(parts).tocsr()
    df = np.asarray((f > 0).sum(0)).ravel()
    f = f @ sparse.diags(np.log(1 + f.shape[0] / np.maximum(df, 1)).astype(np.float32))
    norm = np.sqrt(np.asarray(f.multiply(f).sum(1)).ravel())
    f = (sparse.diags(1 / np.maximum(norm, 1e-6)) @ f).tocsr().astype(np.float32)
    of = h.matrix(half_life)
    profile = (of @ f).tocsr()
    ft = f.T.tocsr()
    return lambda rows: (profile[rows] @ ft).toarray()


def share(h, name, half_life):
    """Which part of a customer's late purchases was of the item's category, or brand."""
    a = h.attribute(name)
    if a is None:
        return None
    p = (h.matrix(half_life) @ a).tocsr()
    total = np.asarray(p.sum(1)).ravel()
    p = (sparse.diags((1 / np.maximum(total, 1e-6)).astype(np.float32)) @ p).tocsr()
    at = a.T.tocsr()
    return lambda rows: (p[rows] @ at).toarray()


def of_cohort(h, half_life=28):
    """What customers of the same cohort bought of late, by head; None where there are no cohorts, or too many to tell apart."""
    own = h.frame.drop_duplicates("user").set_index("user").cohort.reindex(h.users)
    codes, names = pd.factorize(own)
    if not 2 <= len(names) <= 200:
        return None
    m = sparse.csr_matrix((np.ones(len(codes), np.float32), (codes, np.arange(len(codes)))))
    p = (m @ h.matrix(half_life)).toarray() / np.bincount(codes)[:, None].astype(np.float32)
    return lambda rows: p[codes[rows]]


def own(h, value):
    """A figure of every customer's own purchases of an item, in the order of h.pairs."""
    m = sparse.csr_matrix((np.asarray(value, np.float32), np.divmod(h.pairs, h.shape[1])), shape=h.shape)
    return lambda rows: m[rows].toarray()
