// Package outbox carries events out of a context and into others.
//
// A table's stream is the outbox: what was committed is in it, what was not is not. Stream turns changes into
// events and publishes them to the context's SNS topic; Receive takes them from a consumer's queue. Delivery
// is at least once and unordered, so an event has an id that is the same each time it is derived from the same
// change, and consumers are idempotent. A context's events are described in events/<context>/.
//
// Still thin: LocalStack does not halve a stream's batch, so locally what came behind a bad record goes to S3 with it, and
// make replay publishes it. It also cannot write a record that holds bytes (an order's sealed address) there.
package outbox
