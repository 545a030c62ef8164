// Package accountsapi is the accounts' part of the shopper API.
package accountsapi
