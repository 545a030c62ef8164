package tax

import (
	"context"
	"fmt"
	"log/slog"

	"rialto/functions/internal/fault"
)

// Engine works out the tax of a sale where the tables hold too little: local rates of the United States.
type Engine interface {
	Assess(ctx context.Context, s Sale) (Assessment, error)
}

// EngineFailed is the code under which an assessment and the log say that the tables stood in for the engine.
const EngineFailed = "tax_engine_failed"

// Service assesses by the tables and, if there is an engine, by that where it knows better.
type Service struct {
	Engine Engine // nil for the tables alone
}

// Assess taxes a sale. What the tables refuse is refused; an engine that fails, or whose answer does not add up, is passed
// over: the sale is taxed by the tables, and its assessment says so. A checkout does not wait for it: what a local tax is short
// of is Rialto's loss, and a line in the log.
func (s Service) Assess(ctx context.Context, sale Sale) (Assessment, error) {
	a, err := Assess(sale)
	if err != nil || s.Engine == nil || !local(sale) || len(a.Jurisdictions) == 0 {
		return a, err
	}
	found, err := s.Engine.Assess(ctx, sale)
	if err == nil {
		err = found.check(sale)
	}
	if err != nil {
		slog.WarnContext(ctx, "the tables stood in for the tax engine", "code", EngineFailed, "region", sale.Region, "error", err)
		a.Fallback = EngineFailed
		return a, nil
	}
	return found, nil
}

// local tells whether Rialto collects a tax of which the tables may know a part alone.
func local(s Sale) bool {
	return s.Country == "US" && states[s.Region] > 0 && nexus["US-"+s.Region].by == facilitator
}

// check reports an answer that leaves a line out, mixes currencies, or whose parts are not its total.
func (a Assessment) check(s Sale) error {
	currency := s.Delivery.Currency
	lines, jurisdictions := a.DeliveryTax.Minor, int64(0)
	sound := len(a.Lines) == len(s.Lines) && a.DeliveryTax.Minor >= 0 && a.DeliveryTax.Currency == currency && a.Total.Currency == currency
	for i, l := range a.Lines {
		sound = sound && l.Line == s.Lines[i].Line && l.Tax.Minor >= 0 && l.ShippingTax.Minor >= 0 && l.Tax.Currency == currency
		lines += l.Tax.Minor + l.ShippingTax.Minor
	}
	for _, j := range a.Jurisdictions {
		jurisdictions += j.Tax.Minor
	}
	if !sound || lines != a.Total.Minor || jurisdictions != a.Total.Minor {
		return fault.New(fault.Unavailable, EngineFailed, "the tax engine's answer does not add up").
			Because(fmt.Errorf("charges have %d, jurisdictions %d, in all %d", lines, jurisdictions, a.Total.Minor))
	}
	return nil
}
