// Package checkoutbill counts what a checkout costs. It holds tests only: they run the deployed state machine's
// bytes with the real services and stores over a recorded fake, on virtual time, and compare the counts with
// testdata/bill.golden. make bench prints them with prices beside.
//
// Not in the bill: what an order starts after its answer but for the timer (publish functions, topics, fulfilment),
// logs and traces, data transfer, retries, cold starts, the payment gateway's own fee, and everything that is paid
// by the hour.
package checkoutbill
