package clickstream

import (
	"encoding/json"
	"time"

	"rialto/functions/internal/money"
)

// SchemaVersion is the version of batches and events that is written and read: events/clickstream/Batch.v1.schema.json.
const SchemaVersion = 1

// What a batch is bound by.
const (
	MaxBatchBytes = 512_000 // 500 KB; the gateway refuses more
	MaxEvents     = 500
	MaxItems      = 200 // GA4's bound (developers.google.com/analytics/devguides/collection/ga4/reference/events)
	MaxQuantity   = 999 // of a line of a cart
)

// Batch is what a page sends at once: events of one session, in one marketplace, under one consent. Its fields are those of
// OpenSearch's User Behavior Insights (github.com/opensearch-project/user-behavior-insights), said once for all its events.
type Batch struct {
	SchemaVersion int     `json:"schema_version" minimum:"1" maximum:"1"`
	Application   string  `json:"application,omitempty" maxLength:"64" pattern:"^[A-Za-z0-9._-]+$" doc:"What sends it: web, ios, …"`
	ClientID      string  `json:"client_id,omitempty" pattern:"^[A-Za-z0-9_-]{16,64}$" doc:"Of a browser or an installation: random, as a UUID is"`
	SessionID     string  `json:"session_id" pattern:"^[A-Za-z0-9_-]{16,64}$" doc:"Of a visit: random, as a UUID is"`
	Marketplace   string  `json:"marketplace" pattern:"^[A-Z]{2}$"`
	Consent       Consent `json:"consent"`
	Events        []Event `json:"events" minItems:"1" maxItems:"500"`
}

// Consent is what a shopper agreed to. Without Analytics an event is counted and nothing of it is kept; without
// Personalization it serves no profile.
type Consent struct {
	Analytics       bool `json:"analytics" doc:"May be kept, under pseudonyms; else it is counted and forgotten"`
	Personalization bool `json:"personalization" doc:"May serve what is recommended to this shopper"`
}

// Event is one thing that a shopper did. ActionName is GA4's name of it.
type Event struct {
	EventID          string     `json:"event_id" pattern:"^[A-Za-z0-9_-]{16,64}$" doc:"Random, as a UUID is; the same event sent twice has the same"`
	ActionName       string     `json:"action_name" maxLength:"64" doc:"GA4's name: view_item, select_item, add_to_cart, …"`
	Timestamp        time.Time  `json:"timestamp" doc:"When it happened: in the last 7 days"`
	QueryID          string     `json:"query_id,omitempty" pattern:"^[A-Za-z0-9_-]{8,64}$" doc:"Of the search that it follows from"`
	RecommendationID string     `json:"recommendation_id,omitempty" pattern:"^[A-Za-z0-9_-]{8,64}$" doc:"Of the recommendations that it follows from"`
	ModelVersion     string     `json:"model_version,omitempty" maxLength:"64" pattern:"^[A-Za-z0-9._-]+$" doc:"Of the model that recommended"`
	Attributes       Attributes `json:"event_attributes,omitzero"`
}

// Attributes are what an event is about.
type Attributes struct {
	Object     *Object       `json:"object,omitempty" doc:"What was acted upon"`
	Position   *Position     `json:"position,omitempty" doc:"Where it stood in a list"`
	SearchTerm string        `json:"search_term,omitempty" maxLength:"200" doc:"The words searched for"`
	Items      []Item        `json:"items,omitempty" maxItems:"200" doc:"GA4's items"`
	Value      *money.Amount `json:"value,omitempty" doc:"What all of it is worth"`
}

// Object is UBI's object: an id, and of what kind it is.
type Object struct {
	ObjectID string `json:"object_id" minLength:"1" maxLength:"128"`
	Field    string `json:"object_id_field" enum:"product_id,category_id,seller_id,promotion_id"`
}

// Position is UBI's position: the place in a list, from 1.
type Position struct {
	Ordinal int64 `json:"ordinal" minimum:"1" maximum:"10000"`
}

// Item is GA4's item: a product, with how many of it for what each.
type Item struct {
	ItemID   string        `json:"item_id" pattern:"^prd_[a-z2-7]{26}$" doc:"A product's id"`
	SellerID string        `json:"seller_id,omitempty" pattern:"^sel_[a-z2-7]{26}$"`
	Quantity int64         `json:"quantity,omitempty" minimum:"1" maximum:"999"`
	Price    *money.Amount `json:"price,omitempty" doc:"Of one unit, in the marketplace's currency"`
	Index    int64         `json:"index,omitempty" minimum:"1" maximum:"10000" doc:"Its place in the list, from 1"`
	ListID   string        `json:"item_list_id,omitempty" maxLength:"64" pattern:"^[A-Za-z0-9._-]+$" doc:"Which list: search_results, home, …"`
}

// envelope is a batch whose events are not read yet: one that is no event must not cost the others.
type envelope struct {
	SchemaVersion int               `json:"schema_version"`
	Application   string            `json:"application"`
	ClientID      string            `json:"client_id"`
	SessionID     string            `json:"session_id"`
	Marketplace   string            `json:"marketplace"`
	Consent       *Consent          `json:"consent"`
	Customer      string            `json:"customer"` // a pseudonym; a function of ours alone may name one
	Events        []json.RawMessage `json:"events"`
}
