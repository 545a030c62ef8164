// Package customersstore keeps customers in PostgreSQL.
//
// SQL keeps records; Memory is its fake, and one suite runs on both. Both see sealed texts only.
package customersstore
