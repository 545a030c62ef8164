package campaigns

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// Entry is an event of the calendar.
type Entry struct {
	ID           string    `dynamodbav:"event_id"`
	Name         string    `dynamodbav:"name"`
	Marketplaces []string  `dynamodbav:"marketplaces"`
	Zone         string    `dynamodbav:"time_zone"` // IANA, what its window is told in
	Start        time.Time `dynamodbav:"starts_at"`
	End          time.Time `dynamodbav:"ends_at"`
	Orders       int64     `dynamodbav:"peak_orders"` // a second, in all its marketplaces
	Pages        int64     `dynamodbav:"peak_pages"`  // a second
	Deals        []Deal    `dynamodbav:"deals,omitempty"`

	Cancelled bool      `dynamodbav:"cancelled,omitempty"`
	Version   int64     `dynamodbav:"version"`
	Day       string    `dynamodbav:"due_day,omitempty"` // UTC, of the list that it is on; "" once it is closed
	Closed    time.Time `dynamodbav:"closed_at"`         // when all had gone back; zero before
}

// Deal is an item that is sold faster than others.
type Deal struct {
	ProductID string `dynamodbav:"product_id" json:"product_id"`
	SellerID  string `dynamodbav:"seller_id" json:"seller_id"`
	Units     int64  `dynamodbav:"units" json:"units_per_second"` // a second, at most
}

// SKU is whose stock of what it is.
func (d Deal) SKU() string { return d.ProductID + "#" + d.SellerID }

// What an entry may say.
const (
	MaxOrders = 1_000_000  // a second, twenty times what Rialto is designed for
	MaxPages  = 10_000_000 // a second
	MaxDeals  = 100
	maxName   = 100
	maxWindow = 14 * 24 * time.Hour
	maxAhead  = 400 * 24 * time.Hour
)

// clock is how a window's ends are told: by the clocks of its zone.
const clock = "2006-01-02T15:04:05"

// When an event is warmed, and when what was raised goes back.
const (
	Ahead = 2 * time.Hour
	Cool  = 30 * time.Minute
)

// State is open, cancelled while what was raised goes back, or closed.
func (e Entry) State() string {
	switch {
	case !e.Closed.IsZero():
		return "closed"
	case e.Cancelled:
		return "cancelled"
	}
	return "open"
}

// Local is the window as clocks in the event's zone show it.
func (e Entry) Local() (from, to string) {
	where, err := time.LoadLocation(e.Zone)
	if err != nil {
		where = time.UTC
	}
	return e.Start.In(where).Format(clock), e.End.In(where).Format(clock)
}

// Warm is when the first steps for the event are due.
func (e Entry) Warm() time.Time { return e.Start.Add(-Ahead) }

// Over tells whether what was raised for the event is to go back.
func (e Entry) Over(now time.Time) bool { return e.Cancelled || !now.Before(e.End.Add(Cool)) }

// Refusals of entries and of what is done with them.
var (
	ErrNoEvent = fault.New(fault.NotFound, "campaign_not_found", "the calendar has no such event")
	ErrOver    = fault.New(fault.Conflict, "campaign_over", "the event is over or cancelled; what comes after it is another event")
	ErrChanged = fault.New(fault.Unavailable, "campaign_changed", "others changed the event just now; read it and try again")
)

var (
	eventID   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	productID = regexp.MustCompile(`^prd_[a-z2-7]{26}$`)
	sellerID  = regexp.MustCompile(`^sel_[a-z2-7]{26}$`)
)

// Wish is an event as somebody wants it: its window as clocks in its zone show it.
type Wish struct {
	ID, Name, Zone, From, To string
	Marketplaces             []string
	Orders, Pages            int64
	Deals                    []Deal
}

// Entry is the entry that a wish comes to. Errors: invalid_campaign.
func (w Wish) Entry(now time.Time) (Entry, error) {
	start, end, flaws := Window(w.Zone, w.From, w.To)
	e := Entry{ID: w.ID, Name: w.Name, Marketplaces: w.Marketplaces, Zone: w.Zone, Start: start, End: end, Orders: w.Orders, Pages: w.Pages,
		Deals: w.Deals}
	unread := len(flaws) > 0
	for _, f := range e.Check(now) {
		if !unread || !strings.HasSuffix(f.Pointer, "s_at") { // of a window that cannot be read there is no more to say
			flaws = append(flaws, f)
		}
	}
	if len(flaws) > 0 {
		slices.SortStableFunc(flaws, func(a, b fault.Field) int { return cmp.Compare(a.Pointer, b.Pointer) })
		return e, invalid(flaws...)
	}
	return e, nil
}

// Window reads a window as clocks in a zone show it.
func Window(zone, from, to string) (start, end time.Time, flaws []fault.Field) {
	flaw := func(field, code, message string) {
		flaws = append(flaws, fault.Field{Pointer: "/" + field, Code: code, Message: message})
	}
	where, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		flaw("time_zone", "unknown", "must be a time zone of the IANA database, as America/Los_Angeles")
		return start, end, flaws
	}
	read := func(field, text string) time.Time {
		at, err := time.ParseInLocation(clock, text, where)
		switch {
		case err != nil:
			flaw(field, "format", "must be a date and a time of day in the zone, as 2026-11-27T00:00:00")
		case at.Format(clock) != text:
			flaw(field, "does_not_exist", "is skipped by the zone's clocks, which are put forward then")
		}
		return at.UTC()
	}
	return read("starts_at", from), read("ends_at", to), flaws
}

// Check says what is wrong with an entry that is made or changed now.
func (e Entry) Check(now time.Time) (flaws []fault.Field) {
	flaw := func(wrong bool, pointer, code, message string) {
		if wrong {
			flaws = append(flaws, fault.Field{Pointer: pointer, Code: code, Message: message})
		}
	}
	between := func(n, most int64, pointer string) {
		flaw(n < 1 || n > most, pointer, "out_of_range", fmt.Sprintf("must be 1 to %d a second", most))
	}
	flaw(!eventID.MatchString(e.ID), "path.event_id", "format", "must be 1 to 40 lower-case letters, digits and hyphens, not a hyphen first")
	flaw(strings.TrimSpace(e.Name) == "" || utf8.RuneCountInString(e.Name) > maxName, "/name", "length", "must have 1 to 100 characters")
	flaw(len(e.Marketplaces) == 0, "/marketplaces", "required", "must name one marketplace at least")
	for n, m := range e.Marketplaces {
		_, err := marketplaces.Lookup(m)
		at := fmt.Sprintf("/marketplaces/%d", n)
		flaw(err != nil, at, "unknown", "must be the country code of a marketplace")
		flaw(slices.Contains(e.Marketplaces[:n], m), at, "repeated", "is named before")
	}
	flaw(!e.End.After(e.Start), "/ends_at", "reversed", "must be after starts_at")
	flaw(e.End.Sub(e.Start) > maxWindow, "/ends_at", "too_long", "must be at most 14 days after starts_at")
	flaw(e.End.After(e.Start) && !e.End.After(now), "/ends_at", "past", "must be in the future")
	flaw(e.Start.Sub(now) > maxAhead, "/starts_at", "too_far", "must be at most 400 days away")
	between(e.Orders, MaxOrders, "/peak_orders_per_second")
	between(e.Pages, MaxPages, "/peak_page_views_per_second")
	flaw(len(e.Deals) > MaxDeals, "/deals", "too_many", fmt.Sprintf("must be at most %d", MaxDeals))
	for n, d := range e.Deals {
		at := fmt.Sprintf("/deals/%d", n)
		flaw(!productID.MatchString(d.ProductID), at+"/product_id", "format", "must be a product's id")
		flaw(!sellerID.MatchString(d.SellerID), at+"/seller_id", "format", "must be a seller's id")
		between(d.Units, MaxOrders, at+"/units_per_second")
		flaw(slices.ContainsFunc(e.Deals[:n], func(o Deal) bool { return o.SKU() == d.SKU() }), at, "repeated", "is named before")
	}
	return flaws
}

// invalid is the refusal of an entry with flaws.
func invalid(flaws ...fault.Field) error {
	return fault.New(fault.Invalid, "invalid_campaign", "the event has fields that are not accepted").With(flaws...)
}
