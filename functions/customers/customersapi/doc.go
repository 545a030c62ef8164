// Package customersapi is the HTTP face of customers: guests, the profile, addresses and payment methods. Whose
// they are is the token's subject; no route takes a customer's id.
package customersapi
