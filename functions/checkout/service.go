package checkout

import (
	"context"
	"io"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/carts"
	"rialto/functions/internal/ids"
)

// Store is what the use cases need of the record's store. Every change is conditional; what a refused change
// met is returned as the record found.
type Store interface {
	Get(ctx context.Context, id string) (Record, bool, error)
	// Begin writes a new record, unless one is there that is open or younger than KeyFor: that one is returned.
	Begin(ctx context.Context, r Record) (found *Record, err error)
	// WaitingFor returns the id of the checkout of a cart that began to wait for its bank last, "" if that was too long ago
	// for it to hold anything. It may be over meanwhile.
	WaitingFor(ctx context.Context, cartID string, now time.Time) (checkoutID string, err error)
}

// Runner runs the saga and waits for its answer. An error or no answer means: look at the record.
type Runner interface {
	Run(ctx context.Context, in Input) (Answer, bool, error)
}

// Timer makes sure that somebody looks at a record later.
type Timer interface {
	Set(ctx context.Context, checkoutID string, in time.Duration) error
}

// Baskets reads carts from their table.
type Baskets interface {
	Get(ctx context.Context, cartID string) (carts.Cart, bool, error)
}

// Input starts a run.
type Input struct {
	Mode     string    `json:"mode"` // place, resume or recover
	Checkout Ref       `json:"checkout"`
	Request  Asked     `json:"request"`
	Prepared *Prepared `json:"prepared"` // nil: filled by the run
	// Failure is what a recovery closes the record with; in other modes an error takes its place.
	Failure StepError `json:"failure"`
}

// Asked is a request with the cart that it is about, which was read while the record was written: a run that is to place an order
// needs not wait for it again. Where it is left out, the state Quote reads it.
type Asked struct {
	Request
	Cart *carts.Cart `json:"cart,omitempty"`
}

// StepError is an error as Step Functions writes it.
type StepError struct {
	Error string `json:"Error"`
	Cause string `json:"Cause"`
}

// Quotes says what a request would come to.
type Quotes interface {
	Quote(ctx context.Context, customerID string, req Request) (Quote, error)
	// Settle is the request with a shipping option that can be kept.
	Settle(ctx context.Context, customerID string, req Request) Request
}

// Service is checkout's front: it begins records, starts runs and says where they stand.
type Service struct {
	Store  Store
	Quotes Quotes
	Carts  Baskets
	Runner Runner
	Timer  Timer
	Now    func() time.Time
	Random io.Reader
	// Wait is how long a caller waits before the answer is "still open".
	Wait time.Duration
}

// Reply is an answer with how it came about.
type Reply struct {
	Answer
	Replayed bool
	// Current is what the cart would cost now, of one that was refused since it costs something else than was agreed.
	Current *Quote
}

// Checkout begins a checkout and runs it, or replays the answer of an earlier one with the same key. The marker
// and its timer are written before anything else happens. Errors: ErrKeyReused, ErrInProgress, quote_invalid.
func (s *Service) Checkout(ctx context.Context, customerID, key string, req Request) (Reply, error) {
	if req.QuoteID != "" {
		if _, err := parseQuoteID(req.QuoteID); err != nil {
			return Reply{}, err
		}
	}
	reply, err := s.checkout(ctx, customerID, key, req)
	return s.showing(ctx, reply, customerID, req), err
}

// Quote says what a request would come to, and changes nothing. Errors: those of Quoter.Quote.
func (s *Service) Quote(ctx context.Context, customerID string, req Request) (Quote, error) {
	return s.Quotes.Quote(ctx, customerID, req)
}

// showing adds what a cart costs now to the answer that it costs something else than was agreed. That it cannot be told, as of
// a cart that is empty now, leaves the answer as it is.
func (s *Service) showing(ctx context.Context, r Reply, customerID string, req Request) Reply {
	if r.Failure == nil || r.Failure.Code != ErrCartChanged.Code && r.Failure.Code != ErrQuoteExpired.Code {
		return r
	}
	if q, err := s.Quotes.Quote(ctx, customerID, req); err == nil {
		r.Current = &q
	}
	return r
}

func (s *Service) checkout(ctx context.Context, customerID, key string, req Request) (Reply, error) {
	r, err := s.newRecord(customerID, key, req)
	if err != nil {
		return Reply{}, err
	}
	if req.ShippingOptionID != "" {
		r.Request = s.Quotes.Settle(ctx, customerID, req)
	}
	var found *Record
	var waiting string
	asked := Asked{Request: r.Request}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { found, err = s.Store.Begin(gctx, r); return err })
	g.Go(func() error { return s.Timer.Set(gctx, r.ID, Due) })
	g.Go(func() (err error) { waiting, err = s.Store.WaitingFor(gctx, req.CartID, s.Now()); return err })
	g.Go(func() (err error) { asked.Cart, err = s.cart(gctx, req.CartID); return err })
	if err := g.Wait(); err != nil {
		return Reply{}, err
	}
	if found != nil && found.OrderID != r.OrderID { // else it is ours: the write was repeated after a lost answer
		return replay(*found, r.Hash)
	}
	if waiting != "" && waiting != r.ID {
		if _, err := s.GiveUp(ctx, customerID, waiting); err != nil { // it ends by itself: what it holds may be enough for both
			slog.InfoContext(ctx, "the cart's waiting checkout was not given up", "checkout_id", waiting, "error", err)
		}
	}
	return s.run(ctx, Input{Mode: "place", Checkout: r.Ref, Request: asked})
}

// cart is what a quote needs of a cart, nil if there is none. What changes it before the pivot makes that refuse.
func (s *Service) cart(ctx context.Context, id string) (*carts.Cart, error) {
	c, ok, err := s.Carts.Get(ctx, id)
	if err != nil || !ok {
		return nil, err
	}
	c = c.Bare()
	return &c, nil
}

func (s *Service) newRecord(customerID, key string, req Request) (Record, error) {
	orderID, err := ids.New(ids.Order, s.Random)
	if err != nil {
		return Record{}, err
	}
	run, err := ids.New(ids.Run, s.Random)
	if err != nil {
		return Record{}, err
	}
	now := s.Now()
	return Record{Ref: Ref{ID: IDOf(customerID, key), CustomerID: customerID, OrderID: orderID, Epoch: 1, Run: run},
		State: Open, Hash: req.Hash(), Request: req, CreatedAt: now, DueAt: now.Add(Due)}, nil
}

func replay(found Record, hash string) (Reply, error) {
	switch {
	case found.Hash != hash:
		return Reply{}, ErrKeyReused
	case found.State == Open:
		return Reply{}, ErrInProgress
	}
	return Reply{Answer: found.Answer(), Replayed: true}, nil
}

// Resume goes on with a checkout that waited for a 3-D Secure challenge; on any other it says where it stands. Errors:
// ErrNotFound, ErrInProgress.
func (s *Service) Resume(ctx context.Context, customerID, checkoutID string) (Reply, error) {
	r, err := s.mine(ctx, customerID, checkoutID)
	if err != nil {
		return Reply{}, err
	}
	if r.State == Open {
		return Reply{}, ErrInProgress
	}
	if r.State.Terminal() {
		return s.showing(ctx, Reply{Answer: r.Answer(), Replayed: true}, customerID, r.Request), nil
	}
	ref := r.Ref
	if ref.Run, err = ids.New(ids.Run, s.Random); err != nil {
		return Reply{}, err
	}
	reply, err := s.run(ctx, Input{Mode: "resume", Checkout: ref, Request: Asked{Request: r.Request}})
	return s.showing(ctx, reply, customerID, r.Request), err
}

// GiveUp ends a checkout that waits for its bank, as its timer would: nothing is charged or held any more. One that is over
// without an order stays as it is. The answer is open if something could not be undone now; the timer goes on with it. Errors:
// ErrNotFound, ErrInProgress while a run works on it, ErrPlaced.
func (s *Service) GiveUp(ctx context.Context, customerID, checkoutID string) (Answer, error) {
	r, err := s.mine(ctx, customerID, checkoutID)
	if err != nil {
		return Answer{}, err
	}
	if r.State == Open {
		return Answer{}, ErrInProgress
	}
	a := r.Answer()
	if r.State == Waiting {
		ref := r.Ref
		if ref.Run, err = ids.New(ids.Run, s.Random); err != nil {
			return Answer{}, err
		}
		reply, err := s.run(ctx, Input{Mode: "recover", Checkout: ref, Request: Asked{Request: r.Request}, Failure: StepError{Error: givenUp}})
		if a = reply.Answer; err != nil {
			return Answer{}, err
		}
	}
	if a.State == Placed {
		return Answer{}, ErrPlaced
	}
	return a, nil
}

// Status says where a checkout stands. Errors: ErrNotFound, for another's too.
func (s *Service) Status(ctx context.Context, customerID, checkoutID string) (Answer, error) {
	r, err := s.mine(ctx, customerID, checkoutID)
	return r.Answer(), err
}

func (s *Service) mine(ctx context.Context, customerID, checkoutID string) (Record, error) {
	r, ok, err := s.Store.Get(ctx, checkoutID)
	if err != nil {
		return Record{}, err
	}
	if !ok || r.CustomerID != customerID {
		return Record{}, ErrNotFound
	}
	return r, nil
}

// run starts the saga and waits for it. Whatever happens to the run or to its answer, the record tells.
func (s *Service) run(ctx context.Context, in Input) (Reply, error) {
	waiting, stop := context.WithTimeout(ctx, s.Wait)
	defer stop()
	if a, ok, err := s.Runner.Run(waiting, in); err == nil && ok {
		return Reply{Answer: a}, nil
	}
	a, err := s.Status(ctx, in.Checkout.CustomerID, in.Checkout.ID)
	return Reply{Answer: a}, err
}
