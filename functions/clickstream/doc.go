// Package clickstream owns what shoppers do: the events that pages and functions of ours send, and the lake of them that
// recommendations and search learn from. README.md describes the lake's files and columns.
//
// POST /api/v1/events goes from API Gateway straight to the Kinesis stream: no function is on the way, and one batch is one
// record. A consumer takes the stream into the lake, raw; a settler brings each hour of each shard into order. What orders,
// carts and payments tell (purchases, carts' changes, refunds) joins by the same stream.
//
// Invariants:
//   - What was answered with 202 is on the stream, and what is on the stream comes to the lake: as rows, as invalid with its
//     reason, or, where consent was refused, as a number. A tally for each part of a shard sums them up.
//   - An event that is none costs no other. What cannot be written, however often Lambda tries, goes to the bucket of
//     failures, whole (make dead, make replay).
//   - What the consumer writes twice, because it was killed in between, is in the lake's events once: a file is named by the part
//     of the shard that it holds, and the settler finds copies by id and payload. A copy never drops what it is a copy of; another
//     payload under the same id is kept as a conflict.
//   - An event belongs to the hour in which it happened, however late it comes; one of more than a week ago, or of the future,
//     is none.
//   - A seller sees of a product that they offer how many visits looked at it, how often, and what of it was bought of them, by day
//     (Audience): counted of what is settled, so of each event once and of no bot; of a day of fewer than 10 visits, only the seller's own
//     orders.
//   - Ids are pseudonyms. A customer's is made under the customer's own key, so that an erasure, which destroys it, makes the
//     lake anonymous without writing a file anew.
//   - Nothing is kept of a browser whose shopper refused, and nobody serves a profile who did not agree to one.
//
// # 500 million events a day, on paper
//
// Fifty to a batch they are 10 million requests: 116 a second, 1,160 at ten times that. A batch has 21 KB, so 2.4 MB a second come
// in, 24 at the peak; a shard takes 1 MB and 1,000 records a second, so 3 shards at rest and 24 at the peak, which the on-demand
// stream grows to (from 4, to twice what it has had in the last 30 days; before an event, by hand). A page's session is its
// key: none is hot.
//
// An invocation of the consumer has 6 MB in base64, 220 batches, and so 46,000 a day run; with a window of a minute each shard has
// one a minute at rest. Each writes one file an hour of its events, mostly one or two, and a tally: some 140,000 objects a day.
// An hour has 21 million events in 3 to 24 shards; at 30 bytes a row that is 600 MB, and 25 to 200 MB a shard, which the settler
// reads whole: rows are 10 times as large in memory, so past 40 million rows an hour and shard it must be given a shard's
// hour in parts, by a hash of the id. It reads no hour that has not changed, lists each day of the last week in each run, and runs
// every 15 minutes: 96 runs of 8 days and 2 folders are some 10,000 pages of a listing a day.
//
// What sellers see is an item for each product, hour and shard, written only if what it counts to has changed: at most one write a look,
// and fewer by as much as looks fall on the same products. An item a day would be fewer still, but wants a job that merges a day's
// shards. It is kept for 100 days.
//
// make bench (clickstreambill) says what a million costs: USD 0.38 at most, at list prices of which some are unconfirmed, 192 a day. Of
// that 0.25 is what sellers see, 0.07 the gateway's, 0.05 Kinesis's, and the rest is compute and storage.
//
// It takes OrderPlaced from orders, CartChanged from carts, PaymentRefunded and PaymentRefundedElsewhere from payments, and publishes no
// events: who wants more than the lake reads the stream, as recommendations do for what sessions click.
package clickstream
