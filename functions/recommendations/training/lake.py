"""What the lake says (functions/clickstream/README.md): who did what with which product, and when; and what Spark counts of it.

Everything is asked as it was at a time: what happened at that time or later is in no answer.
"""

from pyspark.errors import AnalysisException
from pyspark.ml.feature import StringIndexer
from pyspark.ml.recommendation import ALS
from pyspark.sql import Window
from pyspark.sql import functions as F

# The lake's columns that are read. Files may be older than a column: then it is null.
SCHEMA = """event_id string, origin string, action_name string, event_time timestamp, marketplace string, session string, client string,
customer string, personalization boolean, query_id string, recommendation_id string, search_term string, object_id string, object_id_field string,
items array<struct<item_id:string,seller_id:string,quantity:bigint,price:bigint,index:bigint,item_list_id:string>>, date date, position bigint"""

# What an action says of the liking, and how much. A click is followed by its view, and a list that was shown says nothing.
KINDS = {"view_item": "view", "add_to_wishlist": "cart", "add_to_cart": "cart", "purchase": "bought"}
WEIGHTS = {"view": 1.0, "cart": 3.0, "bought": 5.0}

MOST_OF_A_GROUP = 50  # products of a visit, a customer or an order that are paired: pairs grow by the square
DIMENSIONS = 64
ROUNDS = 10
BLOCKS = 4  # that ALS cuts customers and products into
LIKED_DAYS = 60.0  # after which a liking counts half
RECENT_DAYS = 7.0  # after which something recent counts half
TRENDING_DAYS = 1.0


def rows(spark, lake, since):
    """The lake's rows from a day on, None where there is no lake."""
    try:
        return spark.read.schema(SCHEMA).parquet(lake).where(F.col("date") >= F.lit(since.date()))
    except AnalysisException as e:
        if "PATH_NOT_FOUND" in str(e):
            return None
        raise


def some(column):
    """A column, null where it says that there is none."""
    return F.when(F.col(column) != "", F.col(column))


def logins(lake):
    """Whose each session is, of those who agreed to a profile: (session, who)."""
    return (lake.where("action_name = 'login' and personalization and session != '' and customer != ''")
            .groupBy("session").agg(F.max_by("customer", "event_time").alias("who")))


def interactions(lake):
    """One row for each product that somebody did something with.

    subject is the customer, who is known; else the browser, or where no profile may be made, the visit alone. A session is a
    customer's by its login. What a cart's function tells is what the browser told, and is left out.
    """
    lake = lake.dropDuplicates(["event_id"])
    login = logins(lake)
    did = (lake.withColumn("kind", F.create_map(*[F.lit(x) for pair in KINDS.items() for x in pair])[F.col("action_name")])
           .where("kind is not null and not (action_name = 'add_to_cart' and origin = 'server')")
           .join(login, "session", "left"))
    named = F.when(F.size("items") > 0, F.col("items.item_id")).otherwise(
        F.array(F.when(F.col("object_id_field") == "product_id", F.col("object_id"))))
    priced = F.when(F.size("items") > 0, F.col("items.price")).otherwise(F.array(F.lit(0).cast("bigint")))
    visit = F.coalesce(some("session"), F.col("event_id"))
    customer = F.when(F.col("personalization"), F.coalesce(some("customer"), F.col("who")))
    browser = F.when(F.col("personalization"), some("client"))
    return (did.withColumn("item", F.explode(F.arrays_zip(named.alias("product"), priced.alias("price"))))
            .select(F.coalesce(customer, browser, visit).alias("subject"), customer.isNotNull().alias("known"), visit.alias("visit"),
                    F.col("item.product").alias("product"), F.col("item.price").alias("price"), "kind", F.col("event_time").alias("time"),
                    "marketplace")
            .where("product != ''"))


def weigh():
    return F.create_map(*[F.lit(x) for pair in WEIGHTS.items() for x in pair])[F.col("kind")]


def before(frame, at):
    return frame.where(F.col("time") < F.lit(at))


def neighbours(groups, shrink, most):
    """Products that are in the same groups: (product, other, score), the best of each.

    The score is the cosine, shrunk where few groups say so.
    """
    newest = Window.partitionBy("group").orderBy(F.desc("time"), "product")
    g = (groups.groupBy("group", "product").agg(F.max("time").alias("time"))
         .withColumn("rank", F.row_number().over(newest)).where(F.col("rank") <= MOST_OF_A_GROUP).select("group", "product").cache())
    n = g.groupBy("product").agg(F.count("*").alias("n"))
    both = (g.alias("a").join(g.alias("b"), "group").where("a.product != b.product")
            .groupBy(F.col("a.product").alias("product"), F.col("b.product").alias("other")).agg(F.count("*").alias("both")))
    scored = (both.join(n, "product").join(n.select(F.col("product").alias("other"), F.col("n").alias("m")), "other")
              .withColumn("score", F.col("both") / F.sqrt(F.col("n") * F.col("m")) * F.col("both") / (F.col("both") + shrink)))
    best = Window.partitionBy("product").orderBy(F.desc("score"), "other")
    return scored.withColumn("rank", F.row_number().over(best)).where(F.col("rank") <= most).select("product", "other", "score", "rank")


def groups(past):
    """Which products belong together, by the kind of neighbours: (group, product, time)."""
    bought = past.where("kind = 'bought'")
    return {
        "bought": bought.where("known").select(F.col("subject").alias("group"), "product", "time"),
        "viewed": past.where("kind != 'bought'").select(F.col("visit").alias("group"), "product", "time"),
        "together": bought.select(F.col("visit").alias("group"), "product", "time"),
    }


def popular(past, at, categories, most):
    """What is popular: (marketplace, category, kind, product, score, rank); category "" is all of them, and a product counts in each
    that it is in.

    recent halves every RECENT_DAYS; trending is how much more there was in the last day than in a day of the week before, in
    standard deviations of a count; all is never served, it is what others are measured by.
    """
    age = (F.lit(at.timestamp()) - F.col("time").cast("double")) / 86400.0
    w = past.withColumn("w", weigh()).withColumn("age", age)
    w = w.withColumn("category", F.lit("")).unionByName(w.join(categories, "product"))
    now = F.sum(F.when(F.col("age") < TRENDING_DAYS, F.col("w")).otherwise(0.0))
    then = F.sum(F.when((F.col("age") >= TRENDING_DAYS) & (F.col("age") < TRENDING_DAYS * 8), F.col("w")).otherwise(0.0)) / 7
    sums = w.groupBy("marketplace", "category", "product").agg(
        F.sum(F.col("w") * F.pow(F.lit(0.5), F.col("age") / RECENT_DAYS)).alias("recent"), F.sum("w").alias("all"),
        ((now - then) / F.sqrt(then + 1)).alias("trending"))
    long = sums.select("marketplace", "category", "product",
                       F.explode(F.map_from_arrays(F.array(*map(F.lit, ("recent", "trending", "all"))),
                                                   F.array("recent", "trending", "all"))).alias("kind", "score"))
    best = Window.partitionBy("marketplace", "category", "kind").orderBy(F.desc("score"), "product")
    return long.where("score > 0").withColumn("rank", F.row_number().over(best)).where(F.col("rank") <= most)


def ratings(past, at):
    """How much each subject liked each product, by the numbers that ALS wants: (subject, product, known, rating, u, i)."""
    age = (F.lit(at.timestamp()) - F.col("time").cast("double")) / 86400.0
    r = (past.groupBy("subject", "product").agg(F.max("known").alias("known"), F.sum(weigh()).alias("sum"), F.min(age).alias("age"))
         .withColumn("rating", F.log1p("sum") * F.pow(F.lit(0.5), F.col("age") / LIKED_DAYS)))
    indexers = StringIndexer(inputCols=["subject", "product"], outputCols=["u", "i"]).fit(r)
    return indexers.transform(r).select("subject", "product", "known", "rating", F.col("u").cast("int"), F.col("i").cast("int")).cache()


def factors(rated, reg, alpha):
    """ALS on what was done, implicit: (vectors of products, vectors of known subjects), each (id, features).

    Spark scales the regularisation by how often a customer or product is there, and weighs what is there 1 + alpha times its
    rating, what is not 1: alpha sets the weight of what was not observed.
    """
    model = ALS(rank=DIMENSIONS, maxIter=ROUNDS, regParam=reg, alpha=alpha, implicitPrefs=True, userCol="u", itemCol="i", ratingCol="rating",
                seed=1, numUserBlocks=BLOCKS, numItemBlocks=BLOCKS).fit(rated)
    items = model.itemFactors.join(rated.select("product", "i").distinct(), F.col("id") == F.col("i")).select("product", "features")
    who = rated.where("known").select("subject", "u").distinct()
    return items, model.userFactors.join(who, F.col("id") == F.col("u")).select("subject", "features")


def bought(past, most):
    """What known customers bought, the newest first: (subject, product, time)."""
    b = past.where("known and kind = 'bought'").groupBy("subject", "product").agg(F.max("time").alias("time"))
    newest = Window.partitionBy("subject").orderBy(F.desc("time"), "product")
    return b.withColumn("rank", F.row_number().over(newest)).where(F.col("rank") <= most)


def prices(past):
    """The last price that each product had, by marketplace."""
    return past.where("price > 0").groupBy("marketplace", "product").agg(F.max_by("price", "time").alias("price"))


def visits(frame, since, until, most):
    """Visits that began within a time, a fair part of them if there are more than most: their rows."""
    began = frame.groupBy("visit").agg(F.min("time").alias("began")).where((F.col("began") >= F.lit(since)) & (F.col("began") < F.lit(until)))
    some_of_them = began.orderBy(F.xxhash64("visit")).limit(most)
    return frame.join(some_of_them, "visit")
