package stripegateway

import (
	"context"
	"time"

	"github.com/stripe/stripe-go/v82"

	"rialto/functions/payments"
)

var _ payments.Objects = (*Gateway)(nil)

// IntentOfCharge returns the intent that a charge is of.
func (g *Gateway) IntentOfCharge(ctx context.Context, id string) (string, error) {
	c, err := g.client.V1Charges.Retrieve(ctx, id, &stripe.ChargeRetrieveParams{})
	if err != nil {
		_, err = failure(err)
		return "", err
	}
	return intentID(c.PaymentIntent), nil
}

// IntentOfRefund returns the intent that a refund is of.
func (g *Gateway) IntentOfRefund(ctx context.Context, id string) (string, error) {
	r, err := g.client.V1Refunds.Retrieve(ctx, id, &stripe.RefundRetrieveParams{})
	if err != nil {
		_, err = failure(err)
		return "", err
	}
	return intentID(r.PaymentIntent), nil
}

// RefundsOf lists an intent's refunds.
func (g *Gateway) RefundsOf(ctx context.Context, id string) (out []payments.GatewayRefund, err error) {
	p := &stripe.RefundListParams{PaymentIntent: &id}
	p.Limit = stripe.Int64(100)
	for r, err := range g.client.V1Refunds.List(ctx, p) {
		if err != nil {
			_, err = failure(err)
			return nil, err
		}
		out = append(out, payments.GatewayRefund{ID: r.ID, Name: r.Metadata[refundID], Code: refundResult(r).Code, Minor: r.Amount})
	}
	return out, nil
}

// disputes maps Stripe's states (https://docs.stripe.com/api/disputes/object#dispute_object-status). One that is not known holds money.
var disputes = map[stripe.DisputeStatus]payments.DisputeState{
	stripe.DisputeStatusWarningNeedsResponse: payments.DisputeInquiry,
	stripe.DisputeStatusWarningUnderReview:   payments.DisputeInquiry,
	stripe.DisputeStatusWarningClosed:        payments.DisputeClosed,
	stripe.DisputeStatusNeedsResponse:        payments.DisputeHeld,
	stripe.DisputeStatusUnderReview:          payments.DisputeHeld,
	stripe.DisputeStatusWon:                  payments.DisputeWon,
	stripe.DisputeStatusLost:                 payments.DisputeLost,
}

// DisputeOf reads a dispute.
func (g *Gateway) DisputeOf(ctx context.Context, id string) (payments.GatewayDispute, error) {
	d, err := g.client.V1Disputes.Retrieve(ctx, id, &stripe.DisputeRetrieveParams{})
	if err != nil {
		_, err = failure(err)
		return payments.GatewayDispute{}, err
	}
	out := payments.GatewayDispute{IntentID: intentID(d.PaymentIntent),
		Dispute: payments.Dispute{ID: d.ID, Minor: d.Amount, State: disputes[d.Status], Reason: string(d.Reason)}}
	if out.State == "" {
		out.State = payments.DisputeHeld
	}
	if e := d.EvidenceDetails; e != nil && e.DueBy > 0 {
		out.DueBy = time.Unix(e.DueBy, 0).UTC()
	}
	return out, nil
}

// PayoutFailure reads why a payout to our bank failed.
func (g *Gateway) PayoutFailure(ctx context.Context, id string) (string, error) {
	p, err := g.client.V1Payouts.Retrieve(ctx, id, &stripe.PayoutRetrieveParams{})
	if err != nil {
		_, err = failure(err)
		return "", err
	}
	return payoutFailure(p), nil
}

func payoutFailure(p *stripe.Payout) string {
	if p.Status == stripe.PayoutStatusFailed && p.FailureCode == "" {
		return "payout_failed"
	}
	return string(p.FailureCode)
}

func intentID(i *stripe.PaymentIntent) string {
	if i == nil {
		return ""
	}
	return i.ID
}
