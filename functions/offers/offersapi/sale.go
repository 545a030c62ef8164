package offersapi

import (
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
)

// Sale is another, lower price for a while.
type Sale struct {
	Price  money.Amount `json:"price" doc:"Less than the offer's price"`
	Starts string       `json:"starts_at" maxLength:"35" doc:"RFC 3339, or without an offset the marketplace's own time: 2026-11-27T00:00"`
	Ends   string       `json:"ends_at" maxLength:"35" doc:"The same; at it, the sale is over"`
}

// clocks are how a time without an offset is written.
var clocks = []string{"2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly}

// of reads a sale in a marketplace, the zero Sale of none.
func (s *Sale) of(marketplace string) (offers.Sale, error) {
	if s == nil {
		return offers.Sale{}, nil
	}
	m, err := marketplaces.Lookup(marketplace)
	if err != nil {
		return offers.Sale{}, err
	}
	starts, ok1 := instant(s.Starts, m)
	ends, ok2 := instant(s.Ends, m)
	var flaws []fault.Field
	for _, f := range []struct {
		pointer string
		ok      bool
	}{{"/sale/starts_at", ok1}, {"/sale/ends_at", ok2}} {
		if !f.ok {
			flaws = append(flaws, fault.Field{Pointer: f.pointer, Code: "bad_format", Message: "must be a time such as 2026-11-27T00:00, of seconds at most"})
		}
	}
	if flaws != nil {
		return offers.Sale{}, fault.New(fault.Invalid, "invalid_offer", "the offer has fields that are not accepted").With(flaws...)
	}
	return offers.Sale{Price: s.Price, Starts: starts, Ends: ends}, nil
}

// instant reads a time. One that a clock of the marketplace never shows, as it is put forward, is the one an hour later.
func instant(s string, m marketplaces.Marketplace) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, s)
	for _, layout := range clocks {
		if err != nil {
			t, err = time.ParseInLocation(layout, s, m.Location())
		}
	}
	return t.UTC(), err == nil && t.Nanosecond() == 0 && t.Year() >= 2000 && t.Year() < 3000
}

func saleOf(s offers.Sale) *Sale {
	if s.None() {
		return nil
	}
	return &Sale{s.Price, s.Starts.Format(time.RFC3339), s.Ends.Format(time.RFC3339)}
}
