package payments_test

import (
	"context"

	"rialto/functions/internal/store"
	"rialto/functions/payments"
)

// hooked is a gateway with a hook before and after each call; an error stands for a lost request or answer.
type hooked struct {
	payments.Gateway
	hook func(ctx context.Context, point string) error
}

func around[T any](h hooked, ctx context.Context, op string, call func() (T, error)) (T, error) {
	var zero T
	if err := h.hook(ctx, op+" before"); err != nil {
		return zero, &payments.UnknownOutcome{Why: "injected", Cause: err}
	}
	out, err := call()
	if lost := h.hook(ctx, op+" after"); lost != nil {
		return zero, &payments.UnknownOutcome{Why: "injected", Cause: lost}
	}
	return out, err
}

func (h hooked) Create(ctx context.Context, key string, c payments.Charge) (payments.Intent, error) {
	return around(h, ctx, "create", func() (payments.Intent, error) { return h.Gateway.Create(ctx, key, c) })
}

func (h hooked) Retrieve(ctx context.Context, id string) (payments.Intent, error) {
	return around(h, ctx, "retrieve", func() (payments.Intent, error) { return h.Gateway.Retrieve(ctx, id) })
}

func (h hooked) Confirm(ctx context.Context, key, id string, offSession bool) (payments.Intent, error) {
	return around(h, ctx, "confirm", func() (payments.Intent, error) { return h.Gateway.Confirm(ctx, key, id, offSession) })
}

func (h hooked) Cancel(ctx context.Context, key, id string) (payments.Intent, error) {
	return around(h, ctx, "cancel", func() (payments.Intent, error) { return h.Gateway.Cancel(ctx, key, id) })
}

func (h hooked) Capture(ctx context.Context, key, id string, minor int64) (payments.Intent, error) {
	return around(h, ctx, "capture", func() (payments.Intent, error) { return h.Gateway.Capture(ctx, key, id, minor) })
}

func (h hooked) Refund(ctx context.Context, key string, c payments.RefundCall) (payments.RefundResult, error) {
	return around(h, ctx, "refund", func() (payments.RefundResult, error) { return h.Gateway.Refund(ctx, key, c) })
}

func (h hooked) FindRefund(ctx context.Context, id, name string) (r payments.RefundResult, there bool, err error) {
	r, err = around(h, ctx, "find refund", func() (r payments.RefundResult, err error) {
		r, there, err = h.Gateway.FindRefund(ctx, id, name)
		return r, err
	})
	return r, there, err
}

func (h hooked) RefundsOf(ctx context.Context, id string) ([]payments.GatewayRefund, error) {
	return around(h, ctx, "list refunds", func() ([]payments.GatewayRefund, error) { return h.Gateway.RefundsOf(ctx, id) })
}

// hook puts one hook around every effect of the rig: store reads, store writes, gateway calls.
func (r *rig) hook(do func(ctx context.Context, point string) error) {
	r.db.Before = func(ctx context.Context, op string, _ []store.Write) error { return do(ctx, op+" before") }
	r.db.After = func(ctx context.Context, op string, _ []store.Write) error { return do(ctx, op+" after") }
	r.Gateway = hooked{r.Gateway, do}
}
