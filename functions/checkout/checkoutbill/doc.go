// Package checkoutbill counts what a checkout costs. It holds tests only: they run the deployed state machine's
// bytes with the real services and stores over a recorded fake, on virtual time, and compare the counts with
// testdata/bill.golden. make bench prints them with prices beside.
//
// Beside the bill stands what an order costs until others are told of it (streams, topics, queues), and its share of
// what stage prod runs by the hour. Not in it: what those others then do, logs and traces, data transfer, retries, cold
// starts, the authorizer (its answer is cached), and the payment gateway's own fee. localstack/checks/e2e compares the calls of
// a deployed checkout with testdata/calls.golden.
package checkoutbill
