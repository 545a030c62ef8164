// Package customersaws is what customers need of AWS beside the table: KMS, which wraps data keys and signs
// guests' tokens, and the secret that opens the database.
package customersaws
