// Package customersaws is what customers need of AWS beside the table: KMS, which wraps data keys and signs
// guests' tokens, the secret that opens the database, and the claims that Cognito signs.
package customersaws
