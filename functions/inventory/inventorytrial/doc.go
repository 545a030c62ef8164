// Package inventorytrial explores schedules of the inventory. It holds tests only: they run the real rules and store
// over a fake DynamoDB, or a real one, under the scheduler of laboratory/schedule, on virtual time.
//
// A trial is one schedule: shoppers that hold, commit, cancel or walk away, each order's timer, the shipper, the
// seller's receipts and returns, booked at once or up to a day later, each in processes of their own that lose answers,
// are refused, stall and crash where the seed says, and begin again with the same ids. Some transactions are seen half
// done, as DynamoDB shows them to plain reads. Checkers look after every effect and at the end; each has a name
// that a failure prints as "checker: <name>", and a failing seed is shrunk to a short trace and a command that
// replays it.
//
// The checkers:
//
//	stock-equation   per shard, received + returned + adjusted + moved = available + held + committed + shipped - debt,
//	                 and out, shipped and moved agree with the holds and with each other
//	oversold         fewer than 0 available, or more held, sold and gone than ever came in
//	receipt-twice    a ledger that differs from the changes that were booked
//	shelf            more available, held and committed than lie on the shelf, or left it and are not booked: by the last
//	                 count, as of its moment, and by when units really came and left since, whatever is booked of that
//	count            a ledger that differs from the last count and what is booked of after it, by its second
//	debt             a shard that sells while it owes
//	layout           bounds that go back, or a closed shard with units
//	half-order       an order without all of its holds sold, or holds sold without it
//	one-hold-a-line  more units held for a line than it wants
//	illegal-step     a hold that changes in another way than holds do
//	hold-extended    a hold whose expiry changes
//	sold-expired     a hold committed when it had expired
//	false-sold-out   a line told sold out that was never short while it was asked for
//	answer           an answer that no schedule may bring about
//	linearizability  answers that no order of the operations explains (porcupine)
//	stranded         units or shards that stay taken when everything has ended
//	stuck            a trial that does not end, or an operation that never gets through
//	panic, store     what its name says
//
// make prove runs N trials; go test runs a fixed few thousand.
package inventorytrial
