// Package stripeapi opens Stripe's API (version of stripe-go v82) for the contexts that speak to it. A client makes every call
// once: what to do about an outcome that is not known is decided above.
package stripeapi
