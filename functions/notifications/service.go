package notifications

import (
	"context"
	"errors"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
	"rialto/functions/orders"
	"rialto/functions/sellers"
	"rialto/functions/webhooks"
)

// Store keeps the records of mails, what customers want, and where no mail goes any more.
type Store interface {
	// Find returns a mail's record, the zero Notification for none.
	Find(ctx context.Context, orderID, key string) (Notification, error)
	// Save writes a record over before, the zero Notification for none; it fails with ErrChanged if another stands there.
	Save(ctx context.Context, n, before Notification) error
	// Preferences returns what a customer wants; of whoever never said, the defaults.
	Preferences(ctx context.Context, customerID string) (Preferences, error)
	// Suppression returns why nothing goes to an address, by its mark; the zero Suppression if mails may.
	Suppression(ctx context.Context, mark string) (Suppression, error)
	// Remember lists a review request on its day, again if it was there before.
	Remember(ctx context.Context, d Due) error
}

// Orders are the orders' table.
type Orders interface {
	Get(ctx context.Context, orderID string) (orders.Order, bool, error)
}

// Parcels are what became of orders.
type Parcels interface {
	Shipments(ctx context.Context, orderID string) ([]fulfillment.Shipment, error)
}

// Contact is where a customer is written to. Mark is a keyed hash of the address, by which it is known where no address is kept.
type Contact struct {
	Email string
	Mark  string
}

// Contacts opens addresses.
type Contacts interface {
	// OfOrder returns the address that an order's customer is written to at; there is false once they are erased.
	OfOrder(ctx context.Context, o orders.Order) (c Contact, there bool, err error)
	// OfCustomer returns that of an account, empty where none is held.
	OfCustomer(ctx context.Context, customerID string) (Contact, error)
}

// Mailer sends mails. Unless it fails with ErrRefused or ErrThrottled, nobody knows whether a mail that failed went out.
type Mailer interface {
	Send(ctx context.Context, to Contact, n Notification, m Mail) error
}

var (
	// ErrRefused says that a mail was not sent, and would not be if it were tried again at once.
	ErrRefused = fault.New(fault.Invalid, "mail_refused", "SES does not send the mail")
	// ErrThrottled says that a mail was not sent, and may be later.
	ErrThrottled = fault.New(fault.Throttled, "mail_throttled", "SES sends no more mails just now").After(time.Minute)
)

// Sellers are what sellers say of themselves.
type Sellers interface {
	Profile(ctx context.Context, sellerID string) (sellers.Profile, error)
}

// Webhooks are where sellers' systems listen.
type Webhooks interface {
	Endpoint(ctx context.Context, sellerID string) (e webhooks.Endpoint, found bool, err error)
}

// Links makes the link that ends review requests to a customer.
type Links interface {
	Unsubscribe(ctx context.Context, customerID string, now time.Time) (url string, err error)
}

// Notifier tells customers what became of their orders, and sellers of their webhooks.
type Notifier struct {
	Store    Store
	Sellers  Sellers
	Webhooks Webhooks
	Orders   Orders
	Parcels  Parcels
	Contacts Contacts
	Mailer   Mailer
	Links    Links
	Now      func() time.Time
	// ReviewAfter is how long after a delivery its goods may be asked about.
	ReviewAfter time.Duration
}

// ReviewDue is a message to the notifier itself: an order's customer may be asked for reviews now.
const ReviewDue = "ReviewDue"

// HandleEvent tells the customer what an event means for them, once however often it comes. Errors: unknown_event,
// malformed_event, order_not_found, mail_refused, mail_throttled, mail_unanswered, notification_busy.
func (s *Notifier) HandleEvent(ctx context.Context, event string, data []byte, at time.Time) error {
	if event == ReviewDue {
		return eventdata.Handle(ctx, event, data, func(ctx context.Context, d Due) error {
			return s.tell(ctx, Notice{OrderID: d.OrderID, Kind: Review, At: d.At})
		})
	}
	n, ok, err := noticeOf(event, data, at)
	if err != nil || !ok {
		return err
	}
	if n.Kind == Delivered {
		if err := s.Store.Remember(ctx, n.review(s.ReviewAfter, s.Now())); err != nil {
			return err
		}
	}
	return s.tell(ctx, n)
}

// tell sends a notice's mail unless it was sent before. The record is written first: it keeps a second attempt away for as long as the
// first may last, and tells that the customer's address was opened, by which mail and when.
func (s *Notifier) tell(ctx context.Context, n Notice) error {
	before, err := s.Store.Find(ctx, n.OrderID, n.Key())
	if err != nil || before.over() {
		return err
	}
	begun, err := before.next(n, s.Now().UTC())
	if errors.Is(err, errUnanswered) && before.State == Sending {
		return errors.Join(err, s.Store.Save(ctx, before.ended(Unanswered, reasonUnanswered, s.Now().UTC()), before))
	}
	if err != nil {
		return err
	}
	if err := s.Store.Save(ctx, begun, before); err != nil {
		return err
	}
	to, mail, skip, err := s.prepare(ctx, n)
	ended := begun
	ended.Language = mail.Language
	switch {
	case err != nil: // nothing was sent
		ended = ended.ended(Refused, fault.Code(err), s.Now().UTC())
	case skip != "":
		ended = ended.ended(Skipped, skip, s.Now().UTC())
	default:
		err = s.Mailer.Send(ctx, to, begun, mail)
		if err != nil && !errors.Is(err, ErrRefused) && !errors.Is(err, ErrThrottled) {
			return err // the record says that it may have gone out
		}
		if ended = ended.ended(Sent, "", s.Now().UTC()); err != nil {
			ended = ended.ended(Refused, fault.Code(err), s.Now().UTC())
		}
	}
	return errors.Join(err, s.Store.Save(ctx, ended, begun))
}

// prepare writes a notice's mail, or says why none is sent.
func (s *Notifier) prepare(ctx context.Context, n Notice) (to Contact, m Mail, skip string, err error) {
	now := s.Now().UTC()
	if now.Sub(n.At) > fresh {
		return Contact{}, Mail{}, reasonOld, nil
	}
	if n.Kind == WebhookOff {
		return s.prepareSeller(ctx, n)
	}
	o, found, err := s.Orders.Get(ctx, n.OrderID)
	if err == nil && !found {
		err = orders.ErrNotFound
	}
	if err != nil {
		return Contact{}, Mail{}, "", err
	}
	x, n, err := s.parcel(ctx, n)
	if err != nil {
		return Contact{}, Mail{}, "", err
	}
	to, skip, err = s.contact(ctx, n, o)
	if err != nil || skip != "" {
		return Contact{}, Mail{}, skip, err
	}
	link := ""
	if n.Kind.Optional() {
		if link, err = s.Links.Unsubscribe(ctx, o.CustomerID, now); err != nil {
			return Contact{}, Mail{}, "", err
		}
	}
	m, err = compose(n, o, x, link)
	return to, m, "", err
}

// parcel returns the parcel that a notice is about, and the notice with its lines; for a review request, with all that has come.
func (s *Notifier) parcel(ctx context.Context, n Notice) (x fulfillment.Shipment, with Notice, err error) {
	if n.Parcel == "" && n.Kind != Review {
		return x, n, nil
	}
	all, err := s.Parcels.Shipments(ctx, n.OrderID)
	if err != nil {
		return x, n, err
	}
	for _, p := range all {
		if p.ID == n.Parcel {
			x = p
		}
		if p.ID == n.Parcel && len(n.Lines) == 0 || n.Kind == Review && p.State == fulfillment.Delivered {
			for _, l := range p.Lines {
				n.Lines = append(n.Lines, Line(l))
			}
		}
	}
	return x, n, nil
}

// contact returns where the order's customer is written to, or why they are not.
func (s *Notifier) contact(ctx context.Context, n Notice, o orders.Order) (to Contact, skip string, err error) {
	if n.Kind == Review {
		p, err := s.Store.Preferences(ctx, o.CustomerID)
		switch {
		case err != nil:
			return Contact{}, "", err
		case !p.ReviewRequests:
			return Contact{}, reasonDeclined, nil
		case len(n.Lines) == 0:
			return Contact{}, reasonNothing, nil
		}
	}
	to, there, err := s.Contacts.OfOrder(ctx, o)
	switch {
	case err != nil:
		return Contact{}, "", err
	case !there:
		return Contact{}, reasonErased, nil
	case to.Email == "":
		return Contact{}, reasonNoAddress, nil
	}
	why, err := s.Store.Suppression(ctx, to.Mark)
	if err == nil && why.Reason != "" {
		skip = reasonSuppressed
	}
	return to, skip, err
}
