// Package inventorytrial explores schedules of the inventory. It holds tests only: they run the real rules and store
// over a fake DynamoDB, or a real one, under the scheduler of internal/schedule, on virtual time.
//
// A trial is one schedule: shoppers that hold, commit, cancel or walk away, each order's timer, the shipper, the
// seller's receipts and returns, each in processes of their own that lose answers, are refused, stall and crash where
// the seed says, and begin again with the same ids. Checkers look after every effect and at the end; each has a name
// that a failure prints as "checker: <name>", and a failing seed is shrunk to a short trace and a command that
// replays it.
//
// make prove runs N trials; go test runs a fixed few thousand.
package inventorytrial
