// Package e2e tests what is deployed on the local cloud, over HTTP, as a shopper would use it, and reads back with
// package audit. The tests run when RIALTO_E2E is set (make test does) and each brings its own products, sellers
// and shoppers, so they meet neither each other nor a seeded catalog.
package e2e
