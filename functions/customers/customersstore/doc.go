// Package customersstore keeps customers in PostgreSQL and their snapshots in DynamoDB.
//
// SQL keeps records; Memory is its fake, and one suite runs on both. Snapshots is the DynamoDB table
// customers. All of them see sealed texts only.
package customersstore
