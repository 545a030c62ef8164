// Package stripetax is the tax engine over Stripe Tax (https://docs.stripe.com/tax/custom): one calculation for a sale, with the
// goods and the shipping of each line as items and the delivery as its shipping cost. Stripe taxes where the account has a
// registration: one that is missing in a state where Rialto must collect is a failure, so that the tables stand in. Calculations
// are not turned into Stripe's transactions: reports for authorities come from Rialto's own books.
//
// It keeps Stripe's messages to itself; errors carry its types and codes.
package stripetax
