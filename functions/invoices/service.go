package invoices

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"rialto/functions/customers"
	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
	"rialto/functions/sellers"
)

// Orders reads orders.
type Orders interface {
	Get(ctx context.Context, orderID string) (orders.Order, bool, error)
}

// Sellers reads who sellers are; one who never said has a profile of version 0.
type Sellers interface {
	Profile(ctx context.Context, sellerID string) (sellers.Profile, error)
}

// Store keeps what was issued.
type Store interface {
	// Document returns what was issued of an order's parcel, or of a refund of it.
	Document(ctx context.Context, orderID, of string) (Document, bool, error)
	OfOrder(ctx context.Context, orderID string) ([]Document, error)
	// Last is how many numbers of a series are taken.
	Last(ctx context.Context, s Series) (int64, error)
	// Issue stores a document, unless there is one of its kind for that, and takes the number after last. It fails with ErrTaken if
	// another has taken that, or issued it.
	Issue(ctx context.Context, d Document, s Series, last int64) error
}

// ErrTaken says that a number is taken, or a document issued already.
var ErrTaken = errors.New("the number is taken, or the document issued")

// Issuer issues documents as money is taken and given back.
type Issuer struct {
	Orders  Orders
	Sellers Sellers
	Store   Store
	Now     func() time.Time
}

// Captured is what is read of payments' event PaymentCaptured.
type Captured struct {
	OrderID string       `json:"order_id"`
	Group   string       `json:"group"`
	Amount  money.Amount `json:"amount"`
	// Cancelled is what of the parcel was not taken: units of its lines, and of its shipping minor units.
	Cancelled []Cut `json:"cancelled"`
}

// Refunded is what is read of payments' event PaymentRefunded.
type Refunded struct {
	Captured
	RefundID string  `json:"refund_id"`
	Lines    []Units `json:"lines"`
}

// HandleEvent issues what an event of payments asks for, once. Errors: unknown_event, malformed_event, order_not_found, invoice_differs,
// invoice_unknown_parcel; Unavailable where the invoice of a refund is not issued yet.
func (s *Issuer) HandleEvent(ctx context.Context, event string, data []byte) error {
	switch event {
	case "PaymentCaptured":
		return eventdata.Handle(ctx, event, data, s.Invoice)
	case "PaymentRefunded":
		return eventdata.Handle(ctx, event, data, s.Credit)
	}
	return fault.New(fault.Malformed, "unknown_event", "invoices do not take %s", event)
}

// Invoice issues the invoice of a parcel that is paid; one that cost nothing has none.
func (s *Issuer) Invoice(ctx context.Context, c Captured) error {
	if c.Amount.Minor == 0 {
		return nil
	}
	p, err := s.parcel(ctx, c)
	if err != nil {
		return err
	}
	d, err := p.document(p.all(c.Cancelled), c.Amount)
	if err != nil {
		return err
	}
	profile, err := s.Sellers.Profile(ctx, d.Seller.ID)
	if err != nil {
		return err
	}
	if l := profile.Legal; profile.Version > 0 {
		d.Seller = Seller{d.Seller.ID, profile.Name, l.Name, l.Address, profile.Country, l.TaxID}
	}
	return s.issue(ctx, d)
}

// Credit issues the credit note of a refund, to the invoice of its parcel.
func (s *Issuer) Credit(ctx context.Context, r Refunded) error {
	if r.Amount.Minor == 0 {
		return nil
	}
	p, err := s.parcel(ctx, r.Captured)
	if err != nil {
		return err
	}
	invoice, issued, err := s.Store.Document(ctx, r.OrderID, r.Group)
	if err == nil && !issued {
		err = errNotIssued
	}
	if err != nil {
		return err
	}
	d, err := p.document(r.Lines, r.Amount)
	if err != nil {
		return err
	}
	d.Kind, d.Of, d.RefersTo, d.Seller = CreditNote, r.RefundID, invoice.Number, invoice.Seller
	return s.issue(ctx, d)
}

func (s *Issuer) parcel(ctx context.Context, c Captured) (parcel, error) {
	o, there, err := s.Orders.Get(ctx, c.OrderID)
	if err == nil && !there {
		err = orders.ErrNotFound
	}
	if err != nil {
		return parcel{}, err
	}
	return parcelOf(o, c.Group)
}

// taking bounds how often a number is tried that others come before.
const taking = 16

// issue stores a document under the next number of its series, unless it is issued.
func (s *Issuer) issue(ctx context.Context, d Document) error {
	d.IssuedAt = s.Now().UTC().Truncate(time.Second)
	series := seriesOf(d.Seller.ID, d.OrderID, d.IssuedAt)
	for range taking {
		if _, issued, err := s.Store.Document(ctx, d.OrderID, d.Of); err != nil || issued {
			return err
		}
		last, err := s.Store.Last(ctx, series)
		if err != nil {
			return err
		}
		d.Number = series.Number(last + 1)
		if err := s.Store.Issue(ctx, d, series, last); !errors.Is(err, ErrTaken) {
			return err
		}
	}
	return errContention
}

// Addresses opens addresses that were sealed into orders; there is false once the customer is erased.
type Addresses interface {
	OpenAddress(ctx context.Context, customerID, addressID string, sealed []byte) (a customers.Address, there bool, err error)
}

// Files keeps copies of documents, and signs addresses at which they are got.
type Files interface {
	Write(ctx context.Context, key string, from io.Reader) error
	Download(ctx context.Context, key, filename, mediaType string, until time.Duration) (files.Address, error)
}

// Renderer makes the PDF of a document, for whoever it goes to: the same to the byte of the same.
type Renderer interface {
	PDF(ctx context.Context, d Document, to customers.Address) ([]byte, error)
}

// Service shows customers their documents.
type Service struct {
	Orders    Orders
	Store     Store
	Addresses Addresses
	Files     Files
	Renderer  Renderer
}

// Shown is a document and where its PDF is, for a while.
type Shown struct {
	Document
	At files.Address
}

// shownFor is how long a signed address of a document is good.
const shownFor = 15 * time.Minute

// OfOrder shows what was issued of a customer's order, the first first. Errors: order_not_found, for another's too.
func (s *Service) OfOrder(ctx context.Context, customerID, orderID string) ([]Shown, error) {
	o, there, err := s.Orders.Get(ctx, orderID)
	if err == nil && (!there || o.CustomerID != customerID) {
		err = orders.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	list, err := s.Store.OfOrder(ctx, orderID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	to, _, err := s.Addresses.OpenAddress(ctx, o.Sealer(), o.Delivery.AddressID, o.Delivery.Sealed)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b Document) int { return a.IssuedAt.Compare(b.IssuedAt) })
	out := make([]Shown, len(list))
	for i, d := range list {
		if out[i], err = s.show(ctx, d, to); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) show(ctx context.Context, d Document, to customers.Address) (Shown, error) {
	pdf, err := s.Renderer.PDF(ctx, d, to)
	if err != nil {
		return Shown{}, err
	}
	key := "copies/" + d.OrderID + "/" + d.Of + ".pdf"
	if err := s.Files.Write(ctx, key, bytes.NewReader(pdf)); err != nil {
		return Shown{}, err
	}
	at, err := s.Files.Download(ctx, key, string(d.Kind)+"-"+d.Number+".pdf", "application/pdf", shownFor)
	return Shown{d, at}, err
}
