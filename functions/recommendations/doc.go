// Package recommendations owns what shoppers may like to look at next: the shelves of a page, and the models they come from.
//
// A model is a version that training made of the lake (functions/clickstream): neighbours of products, what is popular, vectors
// of products and customers, and a ranker. Its files lie under models/<version>/ of the context's bucket. The gate lets one serve
// that is whole, is understood, and beats on held-out events the model that serves, recent popularity and each of its own
// sources. It is then loaded, part by part, into the table recommendations and an index of its own, and served from when the
// pointer names it; to go back is to point to the version before.
//
// # A shelf
//
//	candidates: neighbours of the page's product and of what the customer bought, the products nearest to the customer's vector,
//	            what is popular, and what is near to the session's clicks
//	rank:       the model's trees over Features; by Blend where there is no ranker
//	pool:       the best 100 are kept in Redis for 15 minutes, by customer (or for all who are known by a session alone),
//	            marketplace, placement and product, with their features
//	session:    at serving, what the session clicked sets the session's features anew, brings its own neighbours in and ranks
//	            again, so one click changes the next answer while the pool stays
//	rules:      read from the tables at that moment: never what is out of stock, blocked, taken down, just bought and not
//	            replenishable, adult, or there twice, nor as new what the session looked at or carted; on
//	            a home page at most 4 of a brand and 6 of a category, elsewhere 6 of a brand; 20 in all
//
// What falls away, in this order, never with an error: Redis, and there is neither session nor pool, each answer is ranked anew;
// OpenSearch, and candidates are neighbours and what is popular; the ranker, and Blend orders them; the model, and what is best
// rated and in stock is shown, of the session's categories first, as on a first day; the tables, and the shelf is empty. The
// answer says degraded with what was away.
//
// A customer is served from a profile only while they agree to one (clickstream.Consent), under the pseudonym that the lake
// knows them by; a session only while its events say that they may serve it. Who did not agree gets what anybody gets. An erasure
// destroys the key that makes the pseudonym: what is kept under it is nobody's then, and is gone within a month.
//
// # Features
//
// All are float32 and NaN where they are not known; training makes the same of the lake as it was before each event.
//
//	source_bought, source_viewed,  the best score among the neighbours, of that kind, of a seed: the page's product, else the
//	source_together                last 20 that the customer bought
//	source_als                     the dot product of the customer's vector and the product's
//	source_recent                  its score in the marketplace's list of kind recent
//	source_session                 the sum, over the session's last 10 products, the newest first, of 0.85^i times its best score
//	                               among the neighbours of the i-th, of any kind
//	session_same_category,         the share of the session's last 10 products that have its category, and its brand
//	session_same_brand
//	affinity_category,             the share of the last 50 products that the customer bought
//	affinity_brand
//	price_ratio                    its price over the median price of those
//	popularity                     ln(1 + source_recent), 0 of what is not in that list
//	rating                         mean stars, 1 to 5
//	reviews                        ln(1 + how many there are)
//	days_since_seen                days since the customer bought it last; 0 if the session has seen it
//	in_buy_box                     1 if an offer of it can be bought, else 0
//
// # The catalog, for training
//
// Training reads brands, categories, ratings and the vectors of words from a snapshot of three tables (Snapshotter): 350 million
// products of 2 KB, a buy box in one and a half marketplaces each of 400 bytes, and of search's projections 800 bytes a product are
// 1.2 TB. An export to S3 costs USD 0.10 a GB, so 120 each time, and what changed since then would have to be merged by code of ours. A
// scan with stale reads takes half a read unit for 4 KB: 145 million of them, USD 18 at 0.125 a million, and the memory and time
// of functions for it one more. To read products and then look up the rest of each, item by item, would be three further units a
// product, USD 130. So it is scans of whole tables, each row written as a line of its own; Spark joins them, and takes to
// its driver what somebody touched and the newest 200,000 of the others. 32 parts are read side by side, 1 MB in some 40 ms, so 40
// GB a part take half an hour; one snapshot serves for a day. Its 200 GB, zipped, are kept for three days: USD 14 a month.
//
// # Experiments
//
// One experiment at a time compares models, or trees and Blend, between sessions or customers (Experimenter). A unit's variant is
// reckoned from the experiment's id and the unit's pseudonym, so nothing is kept of units, and the report reckons the same from the
// lake. An answer says its variant; who shows it tells so by experience_impression, whose event id is the same throughout a session.
// make experiment ID=… reports from the lake: conversion, revenue a unit, the same less what purchases of before foretold
// (CUPED), clicks a shelf (the delta method), each with its interval, and whether the shares of units can have come by chance. Guardrails
// are what was taken out of carts again, the share of purchases of which something was refunded, our own time a shelf (which an
// answer's id says) and the share of shelves past 50 ms. Of each a variant's verdict is stated: not broken, if the interval shows
// that it is worse by 5 % of the control's at most; broken, if it is worse and that is not shown; or that there are too few units
// to tell. A customer who agreed to no profile takes part in none by customer.
//
// An experiment may instead be interleaved: of two rankers, trees or Blend, each unit sees one shelf that both chose, as two captains
// choose teams (draft), over the candidates and features of the model that serves; each brings in half of the pool. An answer's id says
// whose choice each place is, and a click, which must tell its place, counts for who chose what was clicked. The report says how many
// of the units that told the two apart preferred the second, with an exact interval and a sign test. Limits of brand and category, and
// what may not be shown, are applied to the one list, so a ranker whose choices cannot be bought has fewer places.
//
// # What it costs
//
// make bench (recommendationsbill) says what a million shelves cost: some USD 20 to 35, by what the session looked at, of
// which most is read of the tables, as rules are kept by what they say at that moment. It also plays a made-up day of sessions through
// the service and Redis: of customers' home pages three in ten find their pool, of their product pages, each of which has a pool of its
// own, one in fourteen. Who is known by a session alone shares pools with all others: the more of them there are, the more find one.
//
// # Still thin
//
// A model is loaded whole: of 350 million products with three lists of neighbours each a load writes a billion items, so training
// is to list what is bought and viewed at all. The gate reads each file to its end in the 15 minutes of a function, which is some
// 40 GB. Who is known by a session alone has no vector, and so none of the nearest: theirs are neighbours. Reasons are English; their
// codes and ids are for pages in other languages. What a session did is known a second or so after it did it, by way of the stream.
// No shelf goes out by e-mail: that wants a preference that customers set themselves first, and a batch over those who did.
// A refund counts from when it is given, so one of a return that is under way does not count yet. An export has what a customer bought
// and agreed to, and not the vector that was made of it.
//
// It follows the clickstream's stream for what sessions click and customers buy, and publishes no events.
package recommendations
