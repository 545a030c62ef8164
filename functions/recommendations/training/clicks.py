"""What the lake says of searches: how often each product stood at each place of a query's answers, and was clicked there.

usage: clicks.py --lake URI [--marketplace US] [--days 30]

Writes a line of JSON each, which functions/search/searchrelevance learns judgments from. A page tells of an answer by
view_search_results (the words) and view_item_list (products with their index), and of a click by select_item, all with the answer's
query_id. Words that fewer than LEAST sessions typed are left out: they may name who typed them.
"""

import argparse
import datetime
import json

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import lake

LEAST = 5


def shown(rows, marketplace):
    """(query, product_id, position, shown, clicked)."""
    rows = rows.dropDuplicates(["event_id"]).where((F.col("marketplace") == marketplace) & (F.col("query_id") != ""))
    words = F.lower(F.trim(F.regexp_replace("search_term", r"\s+", " ")))
    asked = (rows.where("action_name = 'view_search_results' and search_term != ''").groupBy("query_id")
             .agg(F.first(words).alias("query"), F.first("session").alias("session")))
    often = asked.groupBy("query").agg(F.countDistinct("session").alias("sessions")).where(F.col("sessions") >= LEAST).select("query")
    listed = (rows.where("action_name = 'view_item_list'").select("query_id", F.explode("items").alias("item")).where("item.index > 0")
              .groupBy("query_id", F.col("item.item_id").alias("product_id")).agg(F.min("item.index").alias("position")))
    clicked = (rows.where("action_name = 'select_item' and object_id_field = 'product_id'")
               .select("query_id", F.col("object_id").alias("product_id"), F.lit(1).alias("clicked")).distinct())
    return (listed.join(asked, "query_id").join(often, "query").join(clicked, ["query_id", "product_id"], "left")
            .groupBy("query", "product_id", "position").agg(F.count("*").alias("shown"), F.sum(F.coalesce("clicked", F.lit(0))).alias("clicked")))


def main():
    p = argparse.ArgumentParser(description="what stood where in answers to searches, and what was clicked")
    p.add_argument("--lake", required=True)
    p.add_argument("--marketplace", default="US")
    p.add_argument("--days", type=int, default=30)
    a = p.parse_args()
    spark = SparkSession.builder.appName("clicks").config("spark.sql.session.timeZone", "UTC").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        rows = lake.rows(spark, a.lake, datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=a.days))
        if rows is not None:
            for r in shown(rows, a.marketplace).orderBy("query", "position", "product_id").toLocalIterator():
                print(json.dumps(r.asDict()), flush=True)
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
