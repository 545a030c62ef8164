package stripegateway

import (
	"context"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v82"

	"rialto/functions/internal/stripeapi"
	"rialto/functions/payments"
)

// Config says which gateway. URL is empty for Stripe's own. ReturnURL is where a 3-D Secure challenge leads a shopper
// back to; without it a payment that needs the shopper has no address to send them to. Timeout bounds one call; 0 is 8
// seconds: three calls fit the step's 25 seconds.
type Config struct {
	Secret    stripeapi.Secret
	URL       string
	ReturnURL string
	Timeout   time.Duration
	Recorded  bool // every call is logged
}

// Gateway implements payments.Gateway.
type Gateway struct {
	client    *stripe.Client
	returnURL *string
}

var _ payments.Gateway = (*Gateway)(nil)

// New returns a gateway.
func New(c Config) *Gateway {
	if c.Timeout <= 0 {
		c.Timeout = 8 * time.Second
	}
	client := stripeapi.New(stripeapi.Config{Secret: c.Secret, URL: c.URL, Timeout: c.Timeout, Recorded: c.Recorded})
	g := &Gateway{client: client}
	if c.ReturnURL != "" {
		g.returnURL = &c.ReturnURL
	}
	return g
}

// What the gateway keeps with an object of ours.
const (
	orderID  = "order_id"
	group    = "group"
	refundID = "refund_id" // our name for a refund
)

// charge is expanded in every answer, as it says how long an authorization holds.
const charge = "latest_charge"

// Create makes an unconfirmed intent with manual capture.
func (g *Gateway) Create(ctx context.Context, key string, c payments.Charge) (payments.Intent, error) {
	p := &stripe.PaymentIntentCreateParams{
		Amount:             stripe.Int64(c.Amount.Minor),
		Currency:           stripe.String(strings.ToLower(c.Amount.Currency)),
		CaptureMethod:      stripe.String(string(stripe.PaymentIntentCaptureMethodManual)),
		PaymentMethodTypes: []*string{stripe.String("card")},
		Metadata:           map[string]string{orderID: c.OrderID, group: c.Group},
	}
	method := c.Method
	if customer, m, both := strings.Cut(c.Method, "/"); both {
		p.Customer, method = &customer, m
	}
	p.PaymentMethod = &method
	if p.Customer != nil && !c.Again {
		p.SetupFutureUsage = stripe.String(string(stripe.PaymentIntentSetupFutureUsageOffSession))
	}
	p.SetIdempotencyKey(key)
	return read(g.client.V1PaymentIntents.Create(ctx, p))
}

// Retrieve reads an intent.
func (g *Gateway) Retrieve(ctx context.Context, id string) (payments.Intent, error) {
	p := &stripe.PaymentIntentRetrieveParams{}
	p.AddExpand(charge)
	return read(g.client.V1PaymentIntents.Retrieve(ctx, id, p))
}

// Confirm asks the bank.
func (g *Gateway) Confirm(ctx context.Context, key, id string, offSession bool) (payments.Intent, error) {
	p := &stripe.PaymentIntentConfirmParams{ReturnURL: g.returnURL}
	if offSession {
		p.ReturnURL, p.OffSession = nil, stripe.Bool(true)
	}
	p.SetIdempotencyKey(key)
	p.AddExpand(charge)
	return read(g.client.V1PaymentIntents.Confirm(ctx, id, p))
}

// Cancel ends an intent.
func (g *Gateway) Cancel(ctx context.Context, key, id string) (payments.Intent, error) {
	p := &stripe.PaymentIntentCancelParams{CancellationReason: stripe.String(string(stripe.PaymentIntentCancellationReasonAbandoned))}
	p.SetIdempotencyKey(key)
	return read(g.client.V1PaymentIntents.Cancel(ctx, id, p))
}

// Capture takes minor units and releases the rest.
func (g *Gateway) Capture(ctx context.Context, key, id string, minor int64) (payments.Intent, error) {
	p := &stripe.PaymentIntentCaptureParams{AmountToCapture: stripe.Int64(minor)}
	p.SetIdempotencyKey(key)
	return read(g.client.V1PaymentIntents.Capture(ctx, id, p))
}

// Refund gives money of a captured intent back.
func (g *Gateway) Refund(ctx context.Context, key string, c payments.RefundCall) (payments.RefundResult, error) {
	p := &stripe.RefundCreateParams{PaymentIntent: &c.IntentID, Amount: &c.Minor, Reason: stripe.String(string(stripe.RefundReasonRequestedByCustomer)),
		Metadata: map[string]string{orderID: c.OrderID, group: c.Group, refundID: c.Name}}
	p.SetIdempotencyKey(key)
	r, err := g.client.V1Refunds.Create(ctx, p)
	if err != nil {
		_, err = failure(err)
		return payments.RefundResult{}, err
	}
	return refundResult(r), nil
}

// FindRefund looks among an intent's refunds, the latest first, for one by our name.
func (g *Gateway) FindRefund(ctx context.Context, id, name string) (payments.RefundResult, bool, error) {
	p := &stripe.RefundListParams{PaymentIntent: &id}
	p.Limit = stripe.Int64(100)
	for r, err := range g.client.V1Refunds.List(ctx, p) {
		if err != nil {
			_, err = failure(err)
			return payments.RefundResult{}, false, err
		}
		if r.Metadata[refundID] == name {
			return refundResult(r), true, nil
		}
	}
	return payments.RefundResult{}, false, nil
}

// refundResult reads a refund. One that is pending is on its way.
func refundResult(r *stripe.Refund) payments.RefundResult {
	out := payments.RefundResult{ID: r.ID}
	if r.Status == stripe.RefundStatusFailed || r.Status == stripe.RefundStatusCanceled {
		if out.Code = string(r.FailureReason); out.Code == "" {
			out.Code = "refund_failed"
		}
	}
	return out
}
