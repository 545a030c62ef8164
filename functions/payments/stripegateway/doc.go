// Package stripegateway is the payment gateway over Stripe's API (version of stripe-go v82).
//
// It makes every call once: what to do about an outcome that is not known is decided above, from a record. It
// keeps Stripe's messages to itself, as they can quote a payment method; errors carry Stripe's types and codes.
//
// A method's token is a payment method (pm_…), or customer and payment method joined by a slash (cus_…/pm_…).
// An order of several shipments needs the second form on a live account, where a method without a customer pays
// once.
package stripegateway
