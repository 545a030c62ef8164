package accountsapi

import (
	"context"
	"time"

	"rialto/functions/accounts"
	"rialto/functions/clickstream"
	"rialto/functions/customers"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
	"rialto/functions/payments"
)

type exportOutput struct {
	Body struct {
		ExportedAt time.Time           `json:"exported_at"`
		Me         heldProfile         `json:"me"`
		Addresses  []customers.Address `json:"addresses"`
		Methods    []heldMethod        `json:"payment_methods"`
		Orders     []heldOrder         `json:"orders"`
		Carts      []heldCart          `json:"carts"`
		Reviews    []heldReview        `json:"reviews"`
		Votes      []heldVote          `json:"votes"`
		Mails      heldPreferences     `json:"mail_preferences"`
		Consent    clickstream.Consent `json:"consent"`
	}
}

// heldVote is whether the customer found somebody's review helpful.
type heldVote struct {
	ReviewID string    `json:"review_id"`
	Helpful  bool      `json:"helpful"`
	At       time.Time `json:"at"`
}

type heldPreferences struct {
	ReviewRequests bool `json:"review_requests"`
}

type heldProfile struct {
	CustomerID string     `json:"customer_id"`
	Name       string     `json:"name" doc:"Empty until given"`
	Email      string     `json:"email" doc:"Empty until given"`
	CreatedAt  *time.Time `json:"created_at,omitempty" doc:"Absent while nothing is held"`
}

// heldMethod is a payment method with the gateway's token, which only an export shows.
type heldMethod struct {
	ID    string `json:"payment_method_id"`
	Brand string `json:"brand,omitempty"`
	Last4 string `json:"last4,omitempty"`
	Month int    `json:"exp_month,omitempty"`
	Year  int    `json:"exp_year,omitempty"`
	Token string `json:"token"`
}

type heldOrder struct {
	OrderID     string             `json:"order_id"`
	PlacedAt    time.Time          `json:"placed_at"`
	PlacedBy    string             `json:"placed_by,omitempty" doc:"The guest it was taken over from"`
	Marketplace string             `json:"marketplace"`
	Lines       []orders.Line      `json:"lines"`
	Coupon      string             `json:"coupon,omitempty"`
	Totals      orders.Totals      `json:"totals"`
	Address     *customers.Address `json:"address,omitempty" doc:"Where it goes; absent if it cannot be opened any more"`
	Parcels     []heldParcel       `json:"parcels"`
	Returns     []heldReturn       `json:"returns"`
	Ratings     []heldRating       `json:"ratings"`
	Payments    []heldPayment      `json:"payments"`
	Openings    []heldOpening      `json:"address_openings" doc:"Which sellers were shown the address"`
	Mails       []heldMail         `json:"mails"`
}

// heldPayment is how a parcel was paid.
type heldPayment struct {
	Group    string        `json:"group"`
	State    string        `json:"state"`
	Amount   money.Amount  `json:"amount"`
	Captured money.Amount  `json:"captured"`
	Refunds  []heldRefund  `json:"refunds"`
	Disputes []heldDispute `json:"disputes"`
}

type heldRefund struct {
	RefundID string       `json:"refund_id"`
	Amount   money.Amount `json:"amount"`
	State    string       `json:"state"`
}

type heldDispute struct {
	DisputeID string       `json:"dispute_id"`
	Amount    money.Amount `json:"amount"`
	State     string       `json:"state"`
	Reason    string       `json:"reason,omitempty"`
	At        time.Time    `json:"at"`
}

type heldOpening struct {
	SellerID string    `json:"seller_id"`
	At       time.Time `json:"at"`
}

// heldMail is a mail's record, which has neither the address nor the text.
type heldMail struct {
	Kind     string    `json:"kind"`
	State    string    `json:"state"`
	Reason   string    `json:"reason,omitempty"`
	Language string    `json:"language,omitempty"`
	At       time.Time `json:"at" doc:"When what it tells of happened"`
}

type heldParcel struct {
	ShipmentID     string             `json:"shipment_id"`
	Address        *customers.Address `json:"address,omitempty" doc:"Where it goes, if that is not where its order does"`
	State          string             `json:"state"`
	Carrier        string             `json:"carrier,omitempty"`
	TrackingNumber string             `json:"tracking_number,omitempty"`
	UpdatedAt      time.Time          `json:"updated_at"`
}

type heldReturn struct {
	ReturnID    string    `json:"return_id"`
	ShipmentID  string    `json:"shipment_id"`
	State       string    `json:"state"`
	Reason      string    `json:"reason"`
	Note        string    `json:"note,omitempty"`
	Appeal      string    `json:"appeal,omitempty"`
	AppealNote  string    `json:"appeal_note,omitempty"`
	RequestedAt time.Time `json:"requested_at"`
}

type heldRating struct {
	SellerID  string    `json:"seller_id"`
	Stars     int64     `json:"stars"`
	Text      string    `json:"text,omitempty"`
	UpdatedAt time.Time `json:"updated_at"`
}

type heldReview struct {
	ProductID string    `json:"product_id"`
	Stars     int64     `json:"stars"`
	Title     string    `json:"title,omitempty"`
	Text      string    `json:"text,omitempty"`
	Author    string    `json:"author,omitempty"`
	State     string    `json:"state"`
	Images    []string  `json:"images,omitempty" doc:"Where they are"`
	UpdatedAt time.Time `json:"updated_at"`
}

type heldCart struct {
	CartID      string     `json:"cart_id"`
	Marketplace string     `json:"marketplace"`
	Lines       []heldLine `json:"lines"`
	Coupon      string     `json:"coupon,omitempty"`
	UpdatedAt   time.Time  `json:"updated_at"`
}

type heldLine struct {
	ProductID string `json:"product_id"`
	SellerID  string `json:"seller_id"`
	Title     string `json:"title"`
	Quantity  int64  `json:"quantity"`
}

func (h handlers) export(ctx context.Context, _ *struct{}) (*exportOutput, error) {
	e, err := h.service.Export(ctx, me(ctx))
	if err != nil {
		return nil, err
	}
	out := &exportOutput{}
	b := &out.Body
	b.ExportedAt, b.Addresses = e.At, e.Addresses
	b.Me = heldProfile{CustomerID: e.Me.CustomerID, Name: e.Me.Profile.Name, Email: e.Me.Profile.Email}
	if !e.Me.CreatedAt.IsZero() {
		b.Me.CreatedAt = &e.Me.CreatedAt
	}
	b.Methods, b.Orders, b.Carts, b.Reviews = []heldMethod{}, []heldOrder{}, []heldCart{}, []heldReview{}
	for _, m := range e.Methods {
		b.Methods = append(b.Methods, heldMethod{m.ID, m.Brand, m.Last4, m.ExpMonth, m.ExpYear, m.Token})
	}
	for _, o := range e.Orders {
		b.Orders = append(b.Orders, orderOf(o))
	}
	for _, c := range e.Carts {
		held := heldCart{CartID: c.ID, Marketplace: c.Marketplace, Lines: []heldLine{}, Coupon: c.Coupon, UpdatedAt: c.UpdatedAt}
		for _, l := range c.Lines {
			held.Lines = append(held.Lines, heldLine{l.ProductID, l.SellerID, l.Title, l.Quantity})
		}
		b.Carts = append(b.Carts, held)
	}
	for _, r := range e.Reviews {
		held := heldReview{r.ProductID, r.Stars, r.Title, r.Text, r.Author, string(r.State), nil, r.UpdatedAt}
		for _, i := range r.Shown() {
			held.Images = append(held.Images, i.URL)
		}
		b.Reviews = append(b.Reviews, held)
	}
	b.Consent = e.Consent
	b.Votes, b.Mails = []heldVote{}, heldPreferences{e.Mails.ReviewRequests}
	for _, v := range e.Votes {
		b.Votes = append(b.Votes, heldVote(v))
	}
	return out, nil
}

func orderOf(o accounts.HeldOrder) heldOrder {
	h := heldOrder{OrderID: o.ID, PlacedAt: o.PlacedAt, PlacedBy: o.PlacedBy, Marketplace: o.Marketplace, Lines: o.Lines, Coupon: o.Coupon,
		Totals: o.Totals, Parcels: []heldParcel{}, Returns: []heldReturn{}, Ratings: []heldRating{}, Payments: []heldPayment{},
		Openings: []heldOpening{}, Mails: []heldMail{}}
	if o.Address.Country != "" {
		h.Address = &o.Address
	}
	for _, x := range o.Parcels {
		p := heldParcel{x.ID, nil, string(x.State), x.Carrier, x.TrackingNumber, x.UpdatedAt}
		if a, elsewhere := o.SentTo[x.ID]; elsewhere && a.Country != "" {
			p.Address = &a
		}
		h.Parcels = append(h.Parcels, p)
	}
	for _, r := range o.Returns {
		x := heldReturn{r.ID, r.ShipmentID, string(r.State), r.Reason, r.Note, "", "", r.RequestedAt}
		if r.Appeal != nil {
			x.Appeal, x.AppealNote = r.Appeal.Reason, r.Appeal.Note
		}
		h.Returns = append(h.Returns, x)
	}
	for _, r := range o.Ratings {
		h.Ratings = append(h.Ratings, heldRating{r.SellerID, r.Stars, r.Text, r.UpdatedAt})
	}
	for _, p := range o.Payments {
		h.Payments = append(h.Payments, paymentOf(p))
	}
	for _, x := range o.Openings {
		h.Openings = append(h.Openings, heldOpening{x.SellerID, x.At})
	}
	for _, m := range o.Mails {
		h.Mails = append(h.Mails, heldMail{string(m.Kind), string(m.State), m.Reason, m.Language, m.At})
	}
	return h
}

func paymentOf(p payments.Payment) heldPayment {
	of := func(minor int64) money.Amount { return money.Of(minor, p.Amount.Currency) }
	h := heldPayment{p.Group, string(p.State), p.Amount, of(p.Captured), []heldRefund{}, []heldDispute{}}
	for _, r := range p.Refunds {
		h.Refunds = append(h.Refunds, heldRefund{r.ID, of(r.Minor), string(r.State)})
	}
	for _, d := range p.Disputes {
		h.Disputes = append(h.Disputes, heldDispute{d.ID, of(d.Minor), string(d.State), d.Reason, d.At})
	}
	return h
}
