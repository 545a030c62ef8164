package offers_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/offers"
)

func TestValidateNamesEveryFlaw(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*offers.Offer)
		want   []string
	}{
		"nothing": {func(*offers.Offer) {}, nil},
		"lowest":  {func(o *offers.Offer) { o.Price.Minor, o.Shipping.Minor = 1, 0 }, nil},
		"highest": {func(o *offers.Offer) { o.Price.Minor, o.Shipping.Minor = offers.MaxAmount, offers.MaxAmount }, nil},
		"below":   {func(o *offers.Offer) { o.Price.Minor, o.Shipping.Minor = 0, -1 }, []string{"/price/amount", "/shipping/amount"}},
		"above": {func(o *offers.Offer) { o.Price.Minor, o.Shipping.Minor = offers.MaxAmount+1, offers.MaxAmount+1 },
			[]string{"/price/amount", "/shipping/amount"}},
		"currency":      {func(o *offers.Offer) { o.Marketplace = "DE" }, []string{"/price/currency", "/shipping/currency"}},
		"one currency":  {func(o *offers.Offer) { o.Shipping = money.Of(1, "EUR") }, []string{"/shipping/currency"}},
		"marketplace":   {func(o *offers.Offer) { o.Marketplace = "XX" }, []string{"/marketplace"}},
		"ids":           {func(o *offers.Offer) { o.ProductID, o.SellerID = "prd_!winner", "!winner" }, []string{"/product_id", "/seller_id"}},
		"kinds":         {func(o *offers.Offer) { o.Condition, o.Fulfillment = "", "drone" }, []string{"/condition", "/fulfillment"}},
		"name":          {func(o *offers.Offer) { o.SellerName = strings.Repeat("x", 101) }, []string{"/seller_name"}},
		"name's text":   {func(o *offers.Offer) { o.SellerName = "a\nb" }, []string{"/seller_name"}},
		"no name is ok": {func(o *offers.Offer) { o.SellerName = "" }, nil},
	} {
		o := offer("a", 100, 10)
		c.change(&o)
		var got []string
		if err := o.Validate(); err != nil {
			f := fault.Of(err)
			if f.Code != "invalid_offer" || f.Kind != fault.Invalid {
				t.Error(name, err)
			}
			for _, x := range f.Fields {
				got = append(got, x.Pointer)
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Error(name, d)
		}
	}
}

func TestAdmit(t *testing.T) {
	t.Parallel()
	none, current, other := offers.Offer{}, offer("a", 100, 10), offer("a", 90, 10)
	current.Version = 3
	for name, c := range map[string]struct {
		current, want offers.Offer
		p             offers.Precondition
		change        bool
		err           error
	}{
		"new":                        {none, other, offers.Precondition{}, true, nil},
		"new, but one was expected":  {none, other, offers.Precondition{Version: 1, Given: true}, false, offers.ErrStale},
		"new, version 0":             {none, other, offers.Precondition{Given: true}, false, offers.ErrStale},
		"blind":                      {current, other, offers.Precondition{}, false, offers.ErrPreconditionRequired},
		"changed":                    {current, other, offers.Precondition{Version: 3, Given: true}, true, nil},
		"stale":                      {current, other, offers.Precondition{Version: 2, Given: true}, false, offers.ErrStale},
		"repeated":                   {current, current, offers.Precondition{Version: 2, Given: true}, false, nil},
		"repeated creation":          {current, current, offers.Precondition{}, false, nil},
		"nothing to change":          {current, current, offers.Precondition{Version: 3, Given: true}, false, nil},
		"from a version yet to come": {current, other, offers.Precondition{Version: 4, Given: true}, false, offers.ErrStale},
	} {
		change, err := c.p.Admit(c.current, c.want)
		if change != c.change || !errors.Is(err, c.err) {
			t.Error(name, change, err)
		}
	}
}

func TestSameSeesEveryField(t *testing.T) {
	t.Parallel()
	a := offer("a", 100, 10)
	for i, change := range []func(*offers.Offer){
		func(o *offers.Offer) { o.ID = "x" }, func(o *offers.Offer) { o.ProductID = "x" }, func(o *offers.Offer) { o.SellerID = "x" },
		func(o *offers.Offer) { o.SellerName = "x" },
		func(o *offers.Offer) { o.Marketplace = "x" }, func(o *offers.Offer) { o.Price.Minor++ }, func(o *offers.Offer) { o.Shipping.Currency = "x" },
		func(o *offers.Offer) { o.Condition = "x" }, func(o *offers.Offer) { o.Fulfillment = "x" }, func(o *offers.Offer) { o.Paused = true },
	} {
		b := a
		change(&b)
		if a.Same(b) {
			t.Errorf("change %d is not seen", i)
		}
	}
	b := a
	b.Version, b.UpdatedAt = 9, b.UpdatedAt.AddDate(1, 0, 0)
	if !a.Same(b) {
		t.Error("version and time count")
	}
}
