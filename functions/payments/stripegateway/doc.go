// Package stripegateway is the payment gateway over Stripe's API (version of stripe-go v82).
//
// It makes every call once: what to do about an outcome that is not known is decided above, from a record. It
// keeps Stripe's messages to itself, as they can quote a payment method; errors carry Stripe's types and codes.
//
// A method's token is customer and payment method joined by a slash (cus_…/pm_…), as Attach and CreateCustomer make them; the first
// payment with it sets it up for those that its shopper is not there for (setup_future_usage). A payment method alone (pm_…) pays once.
package stripegateway
