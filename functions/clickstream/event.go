package clickstream

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
)

// When an event may have happened, by when it came: a phone may have been without a network for a week, and its clock a
// little ahead.
const (
	oldest = 7 * 24 * time.Hour
	ahead  = 5 * time.Minute
)

// Reason is a stable code that says why an event or a whole record is not valid; "" says that it is.
type Reason string

// The reasons.
const (
	malformedRecord Reason = "malformed_record"
	malformedBatch  Reason = "malformed_batch"
	unknownVersion  Reason = "unknown_schema_version"
	badSession      Reason = "invalid_session_id"
	badClient       Reason = "invalid_client_id"
	badApplication  Reason = "invalid_application"
	badMarketplace  Reason = "unknown_marketplace"
	noConsent       Reason = "consent_missing"
	notYours        Reason = "customer_not_allowed"
	badCount        Reason = "invalid_number_of_events"
	malformedEvent  Reason = "malformed_event"
	badEventID      Reason = "invalid_event_id"
	unknownAction   Reason = "unknown_action"
	serverOnly      Reason = "server_only_action"
	noTime          Reason = "timestamp_missing"
	tooOld          Reason = "timestamp_too_old"
	tooEarly        Reason = "timestamp_in_the_future"
	badQueryID      Reason = "invalid_query_id"
	badRecommend    Reason = "invalid_recommendation_id"
	badModel        Reason = "invalid_model_version"
	badObject       Reason = "invalid_object"
	badPosition     Reason = "invalid_position"
	badSearchTerm   Reason = "invalid_search_term"
	badItems        Reason = "invalid_items"
	badItemID       Reason = "invalid_item_id"
	badSellerID     Reason = "invalid_seller_id"
	badQuantity     Reason = "invalid_quantity"
	badPrice        Reason = "invalid_price"
	wrongCurrency   Reason = "wrong_currency"
	objectMissing   Reason = "object_missing"
	itemsMissing    Reason = "items_missing"
)

// mostMinor is the most that a price or a value may be, in minor units.
const mostMinor = 1_000_000_000_000

var (
	randomID = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)
	givenID  = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)
	word     = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
)

// fields are the kinds of objects.
var fields = []string{"product_id", "category_id", "seller_id", "promotion_id", "experiment_id", "purchase_id"}

// strictly reads one JSON value and nothing after it. A field that nobody declared is refused: nobody agreed to what it holds.
func strictly(text []byte, into any) bool {
	if !utf8.Valid(text) {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if d.Decode(into) != nil {
		return false
	}
	_, err := d.Token()
	return err == io.EOF
}

// open reads a record's batch without its events.
func open(r Record) (envelope, Reason) {
	var e envelope
	if !strictly(r.Body, &e) {
		return e, malformedBatch
	}
	market, err := marketplaces.Lookup(e.Marketplace)
	switch {
	case e.SchemaVersion != SchemaVersion:
		return e, unknownVersion
	case err != nil || market.Code == "":
		return e, badMarketplace
	case e.Consent == nil:
		return e, noConsent
	case r.Origin == Browser && e.Customer != "":
		return e, notYours
	case !(randomID.MatchString(e.SessionID) || e.SessionID == "" && r.Origin == Server):
		return e, badSession
	case e.ClientID != "" && !randomID.MatchString(e.ClientID):
		return e, badClient
	case e.Application != "" && !word.MatchString(e.Application):
		return e, badApplication
	case len(e.Events) == 0 || len(e.Events) > MaxEvents:
		return e, badCount
	}
	return e, ""
}

// read reads one event of a batch that came at a time.
func read(text []byte, origin Origin, currency string, received time.Time) (Event, Reason) {
	var e Event
	if !strictly(text, &e) {
		return e, malformedEvent
	}
	kind, known := actions[e.ActionName]
	switch {
	case !randomID.MatchString(e.EventID):
		return e, badEventID
	case !known:
		return e, unknownAction
	case kind.server && origin != Server:
		return e, serverOnly
	case e.Timestamp.IsZero():
		return e, noTime
	case e.Timestamp.Before(received.Add(-oldest)):
		return e, tooOld
	case e.Timestamp.After(received.Add(ahead)):
		return e, tooEarly
	case e.QueryID != "" && !givenID.MatchString(e.QueryID):
		return e, badQueryID
	case e.RecommendationID != "" && !givenID.MatchString(e.RecommendationID):
		return e, badRecommend
	case e.ModelVersion != "" && !word.MatchString(e.ModelVersion):
		return e, badModel
	}
	return e, e.Attributes.flaw(kind, currency)
}

func (a Attributes) flaw(kind action, currency string) Reason {
	switch {
	case a.Object != nil && !a.Object.valid():
		return badObject
	case a.Position != nil && (a.Position.Ordinal < 1 || a.Position.Ordinal > 10_000):
		return badPosition
	case utf8.RuneCountInString(a.SearchTerm) > 200 || !printable(a.SearchTerm):
		return badSearchTerm
	case len(a.Items) > MaxItems:
		return badItems
	case kind.items && len(a.Items) == 0:
		return itemsMissing
	case kind.object && a.Object == nil && len(a.Items) == 0:
		return objectMissing
	}
	if reason := priceFlaw(a.Value, currency); reason != "" {
		return reason
	}
	for _, i := range a.Items {
		if reason := i.flaw(currency); reason != "" {
			return reason
		}
	}
	return ""
}

func (o Object) valid() bool {
	return o.ObjectID != "" && utf8.RuneCountInString(o.ObjectID) <= 128 && printable(o.ObjectID) && slices.Contains(fields, o.Field) &&
		(o.Field != "product_id" || ids.Valid(ids.Product, o.ObjectID)) && (o.Field != "seller_id" || ids.Valid(ids.Seller, o.ObjectID))
}

func (i Item) flaw(currency string) Reason {
	switch {
	case !ids.Valid(ids.Product, i.ItemID):
		return badItemID
	case i.SellerID != "" && !ids.Valid(ids.Seller, i.SellerID):
		return badSellerID
	case i.Quantity < 0 || i.Quantity > MaxQuantity:
		return badQuantity
	case i.Index < 0 || i.Index > 10_000:
		return badPosition
	case i.ListID != "" && !word.MatchString(i.ListID):
		return badItems
	}
	return priceFlaw(i.Price, currency)
}

func priceFlaw(p *money.Amount, currency string) Reason {
	switch {
	case p == nil:
		return ""
	case p.Currency != currency:
		return wrongCurrency
	case p.Minor < 0 || p.Minor > mostMinor:
		return badPrice
	}
	return ""
}

func printable(s string) bool {
	for _, c := range s {
		if unicode.IsControl(c) {
			return false
		}
	}
	return true
}
