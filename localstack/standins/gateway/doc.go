// Package gateway is the local cloud's stand-in for the payment gateway: it speaks Stripe's HTTP API as far
// as github.com/stripe/stripe-go/v82 (API version 2025-08-27.basil) is used by Rialto, keeps its state in
// memory and sees no network.
//
// It owns payment intents, their charges, refunds, payment methods and customers, and calculates tax by a few stated rates
// (taxrates.go). It promises:
//
//   - An intent's money only moves along Stripe's state machine. For every intent, at every instant,
//     authorized = captured + released + open, and refunded <= captured; the journal that the auditor's
//     view is folded from is written beside the state and never read by it.
//   - A call with an Idempotency-Key takes effect at most once in 24 hours, whatever happens to its answer.
//   - Calls are serialised: of a confirm and a cancel that race, exactly one wins.
//   - Ids come from a counter and a seed, time from a clock it is given: the same calls in the same order
//     give the same answers. It never sleeps, except for a delay that somebody armed.
//   - Faults are armed for one order, one payment method, one intent or one key, so tests that share a
//     gateway do not disturb each other (faults.go), or come with a payment method's name (special.go).
//
// What a caller could come to rely on by mistake is refused rather than ignored: an unknown parameter, an
// intent that could redirect confirmed without return_url, a payment method used twice without a customer.
// Messages are our own or Stripe's in spirit; statuses, types, codes and parameters are Stripe's.
//
// Below /_control/ is what the real gateway lacks: faults, the bank's page, the clock, and the books.
package gateway
