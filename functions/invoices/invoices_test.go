package invoices_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-fonts/dejavu/dejavusans"
	"golang.org/x/sync/errgroup"

	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/internal/typeset"
	"rialto/functions/invoices"
	"rialto/functions/invoices/invoicespdf"
	"rialto/functions/invoices/invoicesstore"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/orders"
	"rialto/functions/sellers"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func eur(n int64) money.Amount { return money.Of(n, "EUR") }

// order is one of a German shop: two books at 7 % and a lamp at 19 % in one parcel of its seller's, which delivers it, too.
func order(id string) orders.Order {
	return orders.Order{ID: id, CustomerID: "cus_a", Marketplace: "DE", PlacedAt: noon.Add(-time.Hour),
		Totals: orders.Totals{Total: eur(15_389), TaxIncluded: true}, Delivery: orders.Delivery{AddressID: "adr_1", Sealed: []byte("x")},
		Lines: []orders.Line{{Line: "books", SellerID: "sel_a", SellerName: "Laden", Title: "Ein Buch", Quantity: 2, TaxRate: 700},
			{Line: "lamp", SellerID: "sel_a", SellerName: "Laden", Title: "Eine Lampe", Quantity: 1, TaxRate: 1900}},
		Shipments: []orders.Shipment{{Group: "g1", SellerID: "sel_a", Fulfilment: orders.BySeller, Amount: eur(15_389),
			Shipping: orders.Charge{Amount: eur(190), Tax: eur(25)}, Delivery: orders.Charge{Amount: eur(299), Tax: eur(40)},
			Lines: []orders.ShipmentLine{{Line: "books", Quantity: 2, Paid: eur(3_001), Tax: eur(196), Discount: eur(0)},
				{Line: "lamp", Quantity: 1, Paid: eur(11_899), Tax: eur(1_900), Discount: eur(0)}}}}}
}

// office is the services over one store, with one seller.
type office struct {
	*invoices.Issuer
	*invoices.Service
	store   invoicesstore.Store
	profile sellers.Profile
	erased  bool
	changed func(*orders.Order) // how its orders differ, nil for not at all
	written map[string]string
	now     time.Time
}

func newOffice(db store.DB) *office {
	o := &office{store: invoicesstore.Store{DB: db}, written: map[string]string{}, now: noon,
		profile: sellers.Profile{SellerID: "sel_a", Name: "Laden", Country: "DE", Version: 1,
			Legal: sellers.Legal{Name: "Laden GmbH", Address: "Gasse 1\n10115 Berlin", TaxID: "DE123456789"}}}
	o.Issuer = &invoices.Issuer{Orders: o, Sellers: o, Store: o.store, Now: func() time.Time { return o.now }}
	o.Service = &invoices.Service{Orders: o, Store: o.store, Addresses: o, Files: o,
		Renderer: invoicespdf.Renderer{Fonts: &typeset.Fonts{Files: o}}}
	return o
}

func (o *office) Get(_ context.Context, orderID string) (orders.Order, bool, error) {
	x := order(orderID)
	if o.changed != nil {
		o.changed(&x)
	}
	return x, strings.HasPrefix(orderID, "ord_"), nil
}

func (o *office) Profile(context.Context, string) (sellers.Profile, error) { return o.profile, nil }

func (o *office) OpenAddress(context.Context, string, string, []byte) (customers.Address, bool, error) {
	if o.erased {
		return customers.Address{}, false, nil
	}
	return customers.Address{Name: "Иван 山田 😀 محمد", Line1: "1 Main Street", City: "Berlin", Country: "DE"}, true, nil
}

// Read is of whatever font one of letters that are not Chinese.
func (o *office) Read(context.Context, string) ([]byte, error) { return dejavusans.TTF, nil }

func (o *office) Write(_ context.Context, key string, from io.Reader) error {
	b, err := io.ReadAll(from)
	o.written[key] = string(b)
	return err
}

func (o *office) Download(_ context.Context, key, filename, mediaType string, until time.Duration) (files.Address, error) {
	return files.Address{URL: key + "|" + filename + "|" + mediaType, Expires: noon.Add(until)}, nil
}

func captured(orderID string, minor int64) []byte {
	return fmt.Appendf(nil, `{"order_id":%q,"group":"g1","amount":{"amount":%d,"currency":"EUR"}}`, orderID, minor)
}

// A parcel has one invoice with its tax by rate, and a refund one credit note; nothing changes them. Seen to catch: a second number for
// a repeated event, a credit note of what the invoice has not, a seller's new name on an old invoice, an amount that nobody paid.
func TestAParcelIsInvoicedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, o := context.Background(), newOffice(db)
		refund := []byte(`{"order_id":"ord_1","group":"g1","refund_id":"ret_1","amount":{"amount":1990,"currency":"EUR"},
			"lines":[{"line":"books","from":1,"quantity":1},{"line":"shipping","from":0,"quantity":489}]}`)
		for event, c := range map[string]struct{ data, code string }{
			"PaymentRefunded": {string(refund), "invoice_not_issued"},
			"PaymentCaptured": {string(captured("ord_1", 15_388)), "invoice_differs"},
			"PaymentRenewed":  {`{}`, "unknown_event"},
		} {
			if err := o.HandleEvent(ctx, event, []byte(c.data)); fault.Code(err) != c.code {
				t.Errorf("%s: %v", event, err)
			}
		}
		for range 2 {
			err := errors.Join(o.HandleEvent(ctx, "PaymentCaptured", captured("ord_1", 15_389)), o.HandleEvent(ctx, "PaymentRefunded", refund))
			if err != nil {
				t.Fatal(err)
			}
			o.profile.Name, o.now = "Other", o.now.Add(time.Hour)
		}
		list, err := o.OfOrder(ctx, "cus_a", "ord_1")
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v %v", list, err)
		}
		slices.SortFunc(list, func(a, b invoices.Shown) int { return strings.Compare(a.Number, b.Number) })
		first, credit := list[0], list[1]
		want := []invoices.RateTax{{Rate: 700, Net: eur(2_805), Tax: eur(196)}, {Rate: 1900, Net: eur(9_999), Tax: eur(1_900)},
			{Mixed: true, Net: eur(424), Tax: eur(65)}}
		if first.Kind != invoices.Invoice || !slices.Equal(first.Taxes, want) || first.Total != eur(15_389) || first.Tax != eur(2_161) ||
			first.Seller.TaxID != "DE123456789" || first.Seller.Name != "Laden" ||
			!strings.HasPrefix(first.Number, "2026-") || first.Number[7:] != "000001" {
			t.Errorf("%+v", first)
		}
		if credit.Kind != invoices.CreditNote || credit.RefersTo != first.Number || credit.Total != eur(1_990) || credit.Lines[0].Amount != eur(1_501) ||
			credit.Lines[1].Tax != eur(65) || credit.Number[7:] != "000002" || credit.Seller != first.Seller {
			t.Errorf("%+v", credit)
		}
		if _, err := o.OfOrder(ctx, "cus_b", "ord_1"); !errors.Is(err, orders.ErrNotFound) {
			t.Error(err)
		}
	})
}

// The PDF of a document is the same whenever it is made, whatever letters a name has, and has no name once its customer is erased.
func TestAnInvoiceIsDrawnTheSameEachTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, o := context.Background(), newOffice(db)
		if err := o.HandleEvent(ctx, "PaymentCaptured", captured("ord_1", 15_389)); err != nil {
			t.Fatal(err)
		}
		var drawn []string
		for _, erased := range []bool{false, false, true} {
			o.erased = erased
			list, err := o.OfOrder(ctx, "cus_a", "ord_1")
			if err != nil || len(list) != 1 || !strings.HasPrefix(list[0].At.URL, "copies/ord_1/g1.pdf|invoice-"+list[0].Number+".pdf|application/pdf") {
				t.Fatalf("%+v %v", list, err)
			}
			drawn = append(drawn, o.written["copies/ord_1/g1.pdf"])
		}
		if !strings.HasPrefix(drawn[0], "%PDF-") || len(drawn[0]) < 5_000 {
			t.Errorf("no document: %.20s, %d bytes", drawn[0], len(drawn[0]))
		}
		if drawn[0] != drawn[1] || drawn[0] == drawn[2] {
			t.Error("it is drawn otherwise each time, or the same without a name")
		}
	})
}

// A seller's numbers have no gaps and none is given twice, however many parcels ship at once. Seen to catch: a number that is taken apart
// from what has it.
func TestNumbersHaveNoGaps(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, o := context.Background(), newOffice(db)
		var g errgroup.Group
		const parcels = 60
		for n := range parcels {
			id := fmt.Sprintf("ord_%d", n)
			g.Go(func() error {
				for { // as the queue does
					err := o.HandleEvent(ctx, "PaymentCaptured", captured(id, 15_389))
					if err == nil || !fault.Of(err).Kind.Transient() {
						return err
					}
				}
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		series := map[string]int{}
		numbers := map[string]bool{}
		for n := range parcels {
			d, there, err := o.store.Document(ctx, fmt.Sprintf("ord_%d", n), "g1")
			if err != nil || !there || numbers[d.Number] {
				t.Fatal(d.Number, there, err)
			}
			numbers[d.Number] = true
			series[d.Number[:6]]++
		}
		for s, n := range series {
			if !numbers[fmt.Sprintf("%s-%06d", s, n)] || len(series) < 2 {
				t.Errorf("series %s of %d has gaps, of %d series", s, n, len(series))
			}
		}
	})
}

// What was cancelled of a parcel before it was packed is not on its invoice.
func TestAnInvoiceOfWhatIsLeft(t *testing.T) {
	t.Parallel()
	ctx, o := context.Background(), newOffice(memory.New())
	taken := invoices.Captured{OrderID: "ord_a", Group: "g1", Amount: eur(13_799),
		Cancelled: []invoices.Cut{{Line: "books", Quantity: 1}, {Line: "shipping", Quantity: 89}}}
	for _, minor := range []int64{13_799, 15_388, 15_390} { // what was taken is neither less nor more than the parcel
		if err := o.Invoice(ctx, invoices.Captured{OrderID: "ord_a", Group: "g1", Amount: eur(minor)}); fault.Code(err) != "invoice_differs" {
			t.Error(minor, err)
		}
	}
	if err := o.Invoice(ctx, taken); err != nil {
		t.Fatal(err)
	}
	d, _, err := o.store.Document(ctx, "ord_a", "g1")
	if err != nil || d.Total != eur(13_799) || d.Tax != eur(97+1_900+53) || len(d.Lines) != 3 ||
		d.Lines[0].Quantity != 1 || d.Lines[2].Amount != eur(400) {
		t.Errorf("%+v %v", d, err)
	}
	all := taken
	all.OrderID, all.Amount, all.Cancelled = "ord_b", eur(15_389-3_001), []invoices.Cut{{Line: "books", Quantity: 2}}
	if err := o.Invoice(ctx, all); err != nil {
		t.Error(err)
	}
}

// A number is taken once, a document issued once, and each seller counts each year by itself. Seen to catch: a first number that two
// take; a document that another of its parcel replaces; one count for all sellers, or all years.
func TestANumberIsTakenOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), invoicesstore.Store{DB: db}
		series := invoices.Series{SellerID: "sel_a", Year: 2026, Letter: "A"}
		issue := func(orderID, number string, of invoices.Series, last int64, want error) {
			t.Helper()
			d := invoices.Document{OrderID: orderID, Of: "g1", Kind: invoices.Invoice, Number: number, IssuedAt: noon, OrderedAt: noon,
				Total: eur(1), Tax: eur(0)}
			if err := s.Issue(ctx, d, of, last); !errors.Is(err, want) {
				t.Errorf("%s of %s after %d: %v", number, orderID, last, err)
			}
		}
		issue("ord_1", "1", series, 0, nil)
		issue("ord_2", "1", series, 0, invoices.ErrTaken)
		issue("ord_1", "2", series, 1, invoices.ErrTaken)
		if d, there, err := s.Document(ctx, "ord_1", "g1"); err != nil || !there || d.Number != "1" {
			t.Errorf("%+v %v", d, err)
		}
		if _, there, err := s.Document(ctx, "ord_2", "g1"); err != nil || there {
			t.Error("a document without its number", err)
		}
		issue("ord_2", "2", series, 1, nil)
		for of, want := range map[invoices.Series]int64{series: 2, {SellerID: "sel_b", Year: 2026, Letter: "A"}: 0,
			{SellerID: "sel_a", Year: 2027, Letter: "A"}: 0, {SellerID: "sel_a", Year: 2026, Letter: "B"}: 0} {
			if n, err := s.Last(ctx, of); err != nil || n != want {
				t.Errorf("%+v: %d %v", of, n, err)
			}
		}
	})
}

// What is taxed at nothing stands apart from shipping of several rates, which has no rate either. Seen to catch: both in one sum.
func TestNoTaxIsNotMixedTax(t *testing.T) {
	t.Parallel()
	ctx, o := context.Background(), newOffice(memory.New())
	o.changed = func(x *orders.Order) { x.Lines[0].TaxRate, x.Shipments[0].Lines[0].Tax = 0, eur(0) }
	if err := o.HandleEvent(ctx, "PaymentCaptured", captured("ord_1", 15_389)); err != nil {
		t.Fatal(err)
	}
	d, _, err := o.store.Document(ctx, "ord_1", "g1")
	want := []invoices.RateTax{{Net: eur(3_001), Tax: eur(0)}, {Rate: 1900, Net: eur(9_999), Tax: eur(1_900)},
		{Mixed: true, Net: eur(424), Tax: eur(65)}}
	if err != nil || !slices.Equal(d.Taxes, want) {
		t.Errorf("%+v %v", d.Taxes, err)
	}
}
