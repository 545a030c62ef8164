package operators_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/operators"
	"rialto/functions/orders"
)

// twoParcels is an order of three lamps, of which two are in the first parcel, and of a cable in the second.
func twoParcels() orders.Order {
	usd := func(minor int64) money.Amount { return money.Of(minor, "USD") }
	held := func(line string, n, paid int64) orders.ShipmentLine {
		return orders.ShipmentLine{Line: line, Quantity: n, Paid: usd(paid), Tax: usd(0), Discount: usd(0)}
	}
	return orders.Order{ID: "ord_1", CustomerID: "cus_1", Totals: orders.Totals{Total: usd(3500)},
		Lines: []orders.Line{{Line: "1", Quantity: 3}, {Line: "2", Quantity: 1}, {Line: "free", Quantity: 1}},
		Shipments: []orders.Shipment{
			{Group: "g1", Lines: []orders.ShipmentLine{held("1", 2, 2001)}},
			{Group: "g2", Lines: []orders.ShipmentLine{held("1", 1, 1000), held("2", 1, 499), held("free", 1, 0)}},
		}}
}

// placed has that order.
type placed struct{}

func (placed) Get(_ context.Context, id string) (orders.Order, bool, error) {
	return twoParcels(), id == "ord_1", nil
}

// tills give what they are asked for, but where they refuse.
type tills struct {
	refuse map[string]error // by group
	asked  []operators.Refund
}

func (s *tills) GiveBack(_ context.Context, r operators.Refund) (operators.Refund, error) {
	s.asked = append(s.asked, r)
	return r, s.refuse[r.Group]
}

// What is asked of each parcel follows from the order and the request alone, so that it is the same when it is asked again. Seen to
// catch: units of a line given back of both parcels; an amount without a parcel taken from the first of two.
func TestWhatARefundAsksOfEachParcel(t *testing.T) {
	t.Parallel()
	type part struct {
		Group string
		Minor int64
		Lines []operators.RefundLine
	}
	usd := func(minor int64) money.Amount { return money.Of(minor, "USD") }
	parcel := func(g string) string { return fulfillment.ShipmentID("ord_1", g) }
	none, away := operators.ErrNotCaptured, fault.New(fault.Unavailable, "refund_unknown", "nobody knows")
	for name, c := range map[string]struct {
		want   operators.RefundRequest
		refuse map[string]error
		code   string
		at     string // what is wrong
		asked  []part
	}{
		"all":                      {asked: []part{{Group: "g1"}, {Group: "g2"}}},
		"all that was taken":       {refuse: map[string]error{"g1": none}, asked: []part{{Group: "g1"}, {Group: "g2"}}},
		"all, and nothing taken":   {refuse: map[string]error{"g1": none, "g2": none}, code: none.Code, asked: []part{{Group: "g1"}, {Group: "g2"}}},
		"all, with an answer lost": {refuse: map[string]error{"g1": away}, code: away.Code, asked: []part{{Group: "g1"}}},
		"a unit of three": {want: operators.RefundRequest{Lines: []fulfillment.Line{{Line: "1", Quantity: 1}}},
			asked: []part{{"g1", 1000, []operators.RefundLine{{"1", 1, 2}}}}},
		"all units": {want: operators.RefundRequest{Lines: []fulfillment.Line{{Line: "1", Quantity: 3}}},
			asked: []part{{"g1", 2001, []operators.RefundLine{{"1", 2, 2}}}, {"g2", 1000, []operators.RefundLine{{"1", 1, 1}}}}},
		"two lines": {want: operators.RefundRequest{Lines: []fulfillment.Line{{Line: "1", Quantity: 3}, {Line: "2", Quantity: 1}}},
			asked: []part{{"g1", 2001, []operators.RefundLine{{"1", 2, 2}}}, {"g2", 1499, []operators.RefundLine{{"1", 1, 1}, {"2", 1, 1}}}}},
		"a line that was not taken": {want: operators.RefundRequest{Lines: []fulfillment.Line{{Line: "2", Quantity: 1}}},
			refuse: map[string]error{"g2": none}, code: none.Code, asked: []part{{"g2", 499, []operators.RefundLine{{"2", 1, 1}}}}},
		"a unit that cost nothing": {want: operators.RefundRequest{Lines: []fulfillment.Line{{Line: "free", Quantity: 1}}}, code: "nothing_left"},
		"an amount":                {want: operators.RefundRequest{Amount: usd(500), ShipmentID: parcel("g2")}, asked: []part{{Group: "g2", Minor: 500}}},
		"an amount of which":       {want: operators.RefundRequest{Amount: usd(500)}, at: "/shipment_id"},
		"an amount of nothing":     {want: operators.RefundRequest{Amount: usd(0), ShipmentID: parcel("g2")}, at: "/amount/amount"},
		"euros":                    {want: operators.RefundRequest{Amount: money.Of(1, "EUR"), ShipmentID: parcel("g2")}, at: "/amount/currency"},
		"another's parcel":         {want: operators.RefundRequest{Amount: usd(1), ShipmentID: "shp_x"}, at: "/shipment_id"},
		"lines and an amount": {want: operators.RefundRequest{Amount: usd(1), Lines: []fulfillment.Line{{Line: "1", Quantity: 1}}}, code: "invalid_refund",
			at: "/amount"},
		"units that are not":  {want: operators.RefundRequest{Lines: []fulfillment.Line{{Line: "1", Quantity: 4}}}, at: "/lines/0/quantity"},
		"a line that is none": {want: operators.RefundRequest{Lines: []fulfillment.Line{{Line: "7", Quantity: 1}}}, at: "/lines/0/line"},
		"a line twice": {want: operators.RefundRequest{Lines: []fulfillment.Line{{Line: "1", Quantity: 1}, {Line: "1", Quantity: 1}}},
			at: "/lines/1/line"},
	} {
		if c.at != "" {
			c.code = "invalid_refund"
		}
		given := &tills{refuse: c.refuse}
		s := &operators.Orders{Placed: placed{}, Refunds: given}
		_, err := s.Refund(ctx, "a-key-of-a-call", "ord_1", c.want)
		var asked []part
		for _, r := range given.asked {
			asked = append(asked, part{r.Group, r.Minor, r.Lines})
		}
		if diff := cmp.Diff(c.asked, asked); diff != "" || fault.Code(err) != c.code {
			t.Errorf("%s: %v %s", name, err, diff)
		}
		if at := fault.Of(err).Fields; c.at != "" && (len(at) != 1 || at[0].Pointer != c.at) {
			t.Errorf("%s: %v, want %s", name, at, c.at)
		}
	}
	_, err := (&operators.Orders{Placed: placed{}}).Refund(ctx, "a-key-of-a-call", "ord_2", operators.RefundRequest{})
	if fault.Code(err) != "order_not_found" {
		t.Error(err)
	}
}
