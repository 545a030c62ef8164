package shoppers

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Product is what shoppers look at.
type Product struct {
	ID, Seller, Category, Brand string
	Price                       int64  // minor units
	Currency                    string // the marketplace's
}

// Options say what is made up. The same options and products give the same requests.
type Options struct {
	Seed        uint64
	Shoppers    int
	Visits      int // of each shopper
	Marketplace string
	Now         time.Time     // visits lie before it
	Spread      time.Duration // by how much at most, a week less an hour; most by three hours
	Products    []Product
}

// Request is one thing that is sent: a browser's batch, or what a function of ours would put on the stream.
type Request struct {
	Agent  string // User-Agent; "" sends none
	Server bool   // told by a function of ours: goes to the stream, not to the gateway
	Body   []byte
	Key    string // of its partition
}

// Truth is what has to come of it, by event id: what is in the lake and under which folder.
type Truth struct {
	Events  map[string]bool // kept, each once
	Bots    map[string]bool // kept apart, each once
	Invalid map[string]bool // kept with a reason
	Refused map[string]bool // counted, and in no file
	Copies  int             // of valid events, sent once more
}

// How often things go other than well, one in so many.
const (
	bots, refusals, copies, spoiled, late, guests = 25, 10, 20, 40, 15, 3
)

const (
	person = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
	robot  = "Mozilla/5.0 (compatible; examplebot/1.0)"
)

// shopper is one, with what they like and what the lake is to know of them.
type shopper struct {
	client, customer string
	likes            []Product // in the order of how popular they are
	// member says that they sign in at every visit, and so let what they look at serve their profile.
	refuses, robot, member bool
}

// Generate makes up all requests, in the order of sending.
func Generate(o Options) ([]Request, Truth, error) {
	g := &generator{Options: o, dice: rand.New(rand.NewPCG(o.Seed, 0x5eed)), truth: Truth{Events: map[string]bool{},
		Bots: map[string]bool{}, Invalid: map[string]bool{}, Refused: map[string]bool{}}}
	popular := slices.Clone(o.Products)
	g.dice.Shuffle(len(popular), func(i, j int) { popular[i], popular[j] = popular[j], popular[i] })
	for range o.Shoppers {
		s := g.shopper(popular)
		for range o.Visits {
			if err := g.visit(s); err != nil {
				return nil, Truth{}, err
			}
		}
	}
	return g.out, g.truth, nil
}

type generator struct {
	Options
	dice  *rand.Rand
	out   []Request
	truth Truth
}

func (g *generator) id() string {
	var b [16]byte
	for i := range b {
		b[i] = byte(g.dice.Uint32())
	}
	return hex.EncodeToString(b[:])
}

func (g *generator) oneIn(n int) bool { return g.dice.IntN(n) == 0 }

// shopper makes one who likes two categories, and in each one brand above the others.
func (g *generator) shopper(popular []Product) *shopper {
	s := &shopper{client: g.id(), customer: g.id(), refuses: g.oneIn(refusals), robot: g.oneIn(bots), member: !g.oneIn(guests)}
	for range 2 {
		favourite := popular[g.zipf(len(popular))]
		var first, rest []Product
		for _, p := range popular {
			switch {
			case p.Category == favourite.Category && p.Brand == favourite.Brand:
				first = append(first, p)
			case p.Category == favourite.Category:
				rest = append(rest, p)
			}
		}
		s.likes = append(append(s.likes, first...), rest...)
	}
	return s
}

// zipf picks one of n, the first most often: 1/rank, as sales are said to be spread.
func (g *generator) zipf(n int) int {
	for {
		k := g.dice.IntN(n)
		if g.dice.IntN(k+1) == 0 {
			return k
		}
	}
}

type fields = map[string]any

func (p Product) item(quantity int) fields {
	return fields{"item_id": p.ID, "seller_id": p.Seller, "quantity": quantity, "price": fields{"amount": p.Price, "currency": p.Currency}}
}

// visit is a session: a search, pages, perhaps a cart, perhaps a purchase.
func (g *generator) visit(s *shopper) error {
	ago := g.Spread
	if !g.oneIn(late) {
		ago = min(ago, 2*time.Hour)
	}
	at := g.Now.Add(-time.Hour - time.Duration(g.dice.Int64N(int64(ago)))).Truncate(time.Millisecond)
	var list []fields
	add := func(name string, about fields, more fields) {
		at = at.Add(time.Duration(2+g.dice.IntN(20)) * time.Second)
		e := fields{"event_id": g.id(), "action_name": name, "timestamp": at, "event_attributes": about}
		for k, v := range more {
			e[k] = v
		}
		list = append(list, e)
	}
	query := fields{"query_id": "qry_" + g.id()[:26]}
	shown := make([]Product, 0, 8)
	for range 8 {
		shown = append(shown, s.likes[g.zipf(len(s.likes))])
	}
	add("view_search_results", fields{"search_term": shown[0].Category}, query)
	items := make([]fields, 0, len(shown))
	for i, p := range shown {
		item := p.item(1)
		item["index"], item["item_list_id"] = i+1, "search_results"
		items = append(items, item)
	}
	add("view_item_list", fields{"items": items}, query)
	var wanted []Product
	for n := range 1 + g.dice.IntN(5) {
		p := shown[n]
		object := fields{"object_id": p.ID, "object_id_field": "product_id"}
		add("select_item", fields{"object": object, "position": fields{"ordinal": n + 1}}, query)
		add("view_item", fields{"object": object, "items": []fields{p.item(1)}}, query)
		if g.oneIn(3) {
			add("add_to_cart", fields{"items": []fields{p.item(1 + g.dice.IntN(2))}}, query)
			wanted = append(wanted, p)
		}
	}
	if len(wanted) > 0 {
		add("begin_checkout", fields{"items": carted(wanted)}, nil)
	}
	session, err := g.send(s, list)
	if err != nil {
		return err
	}
	if s.member && !s.refuses && !s.robot {
		if err := g.tell(s, session, "login", nil, at); err != nil {
			return err
		}
	}
	if len(wanted) > 0 && !s.robot && g.oneIn(2) {
		return g.buy(s, wanted, at.Add(time.Minute))
	}
	return nil
}

func carted(wanted []Product) []fields {
	items := make([]fields, 0, len(wanted))
	for _, p := range wanted {
		items = append(items, p.item(1))
	}
	return items
}

// send sends a session's events as a browser does, and notes what has to come of them.
func (g *generator) send(s *shopper, list []fields) (session string, err error) {
	agent, bin := person, g.truth.Events
	if s.robot {
		agent, bin = robot, g.truth.Bots
	}
	if s.refuses {
		bin = g.truth.Refused
	}
	for _, e := range list {
		bin[e["event_id"].(string)] = true
	}
	valid := len(list)
	if !s.refuses && g.oneIn(spoiled) { // one event of the batch is none
		e := list[g.dice.IntN(len(list))]
		e["action_name"] = "no_such_action"
		id := e["event_id"].(string)
		delete(bin, id)
		g.truth.Invalid[id] = true
		valid--
	}
	session = g.id()
	body, err := json.Marshal(fields{"schema_version": 1, "application": "generated", "client_id": s.client, "session_id": session,
		"marketplace": g.Marketplace, "consent": fields{"analytics": !s.refuses, "personalization": !s.refuses}, "events": list})
	if err != nil {
		return "", fmt.Errorf("write batch: %w", err)
	}
	r := Request{Agent: agent, Body: body, Key: session}
	g.out = append(g.out, r)
	if !s.refuses && g.oneIn(copies) {
		g.truth.Copies += valid
		g.out = append(g.out, r)
	}
	return session, nil
}

// buy tells of a purchase as an order's event would.
func (g *generator) buy(s *shopper, wanted []Product, at time.Time) error {
	return g.tell(s, "", "purchase", fields{"items": carted(wanted)}, at)
}

// tell puts on the stream what functions of ours tell of a customer.
func (g *generator) tell(s *shopper, session, name string, about fields, at time.Time) error {
	e := fields{"event_id": g.id(), "action_name": name, "timestamp": at}
	if about != nil {
		e["event_attributes"] = about
	}
	batch := fields{"schema_version": 1, "application": "generated", "marketplace": g.Marketplace,
		"consent": fields{"analytics": !s.refuses, "personalization": !s.refuses}, "events": []fields{e}}
	if session != "" {
		batch["session_id"] = session
	}
	if !s.refuses {
		batch["customer"] = s.customer
	}
	body, err := json.Marshal(batch)
	if err != nil {
		return fmt.Errorf("write what is told: %w", err)
	}
	id := e["event_id"].(string)
	g.truth.Events[id] = true
	g.out = append(g.out, Request{Server: true, Body: body, Key: id})
	return nil
}

// MadeUp are products that no catalog has, for where none is needed.
func MadeUp(n int, currency string) []Product {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	list := make([]Product, 0, n)
	for i := range n {
		id := string(letters[i%26]) + string(letters[i/26%26]) + string(letters[i/676%26]) + strings.Repeat("a", 23)
		list = append(list, Product{ID: "prd_" + id, Seller: "sel_" + strings.Repeat(string(letters[i%7]), 26), Category: fmt.Sprintf("category-%d", i%10),
			Brand: fmt.Sprintf("brand-%d", i%30), Price: int64(500 + 37*i), Currency: currency})
	}
	return list
}
