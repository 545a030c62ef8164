// Package checkoutrate measures how many checkouts one process does, and that none of them sells what is not there. It holds
// tests only: clients call the routes of carts and checkout, whose handlers, services and stores are the deployed ones; the
// interpreter runs the deployed state machine's bytes; payments go over HTTP to the stand-in for the gateway.
//
// A journey puts an ordinary item and, every third time, one that everybody wants into a cart and checks out. Half of those
// who want it cannot have it. Left out: API Gateway, the authorizer, Lambda and Step Functions around the code, the copy of
// carts in Redis, and the customer's address, which is there before. make bench-checkouts runs it, on DynamoDB Local too where
// the local cloud runs; go test runs a few journeys in memory.
package checkoutrate
