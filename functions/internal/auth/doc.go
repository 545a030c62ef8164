// Package auth says who calls, and decides whether a token proves it.
//
// Tokens are verified by one function, the gateway's authorizer. Every other function takes the Identity
// from what the gateway hands on (requestContext.authorizer), never from a header or a body.
package auth
