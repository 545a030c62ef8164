package clickstream

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Row is an event as the lake keeps it: flat, under pseudonyms, with prices in minor units. README.md describes its columns.
type Row struct {
	EventID          string
	PayloadHash      string // of all below that the sender said: two rows of one id differ in it, or are copies
	SchemaVersion    int32
	Origin           Origin
	Action           string
	EventTime        time.Time
	ReceivedAt       time.Time
	Marketplace      string
	Application      string
	Session          string // pseudonyms; "" where there is none
	Client           string
	Customer         string
	Personalization  bool
	QueryID          string
	RecommendationID string
	ModelVersion     string
	ObjectID         string
	ObjectField      string
	Position         int64
	SearchTerm       string
	Value            int64
	Currency         string // of every price in the row
	Items            []RowItem
	Bot              string // why it is taken for a bot's, "" if it is not
}

// Column is a column of the lake, by Hive's name of its type.
type Column struct{ Name, Type string }

// Columns are those of the lake's Parquet files, in their order. A column is only ever added: files of different ages are read
// together.
var Columns = []Column{
	{"event_id", "string"}, {"payload_hash", "string"}, {"schema_version", "int"}, {"origin", "string"}, {"action_name", "string"},
	{"event_time", "timestamp"}, {"received_at", "timestamp"}, {"marketplace", "string"}, {"application", "string"}, {"session", "string"},
	{"client", "string"}, {"customer", "string"}, {"personalization", "boolean"}, {"query_id", "string"}, {"recommendation_id", "string"},
	{"model_version", "string"}, {"object_id", "string"}, {"object_id_field", "string"}, {"position", "bigint"}, {"search_term", "string"},
	{"value", "bigint"}, {"currency", "string"},
	{"items", "array<struct<item_id:string,seller_id:string,quantity:bigint,price:bigint,index:bigint,item_list_id:string>>"}, {"bot", "string"},
}

// RowItem is a product in a row.
type RowItem struct {
	ItemID   string
	SellerID string
	Quantity int64
	Price    int64
	Index    int64
	ListID   string
}

// Hour is the hour that a row belongs to: that of the event, however late it came.
func (r Row) Hour() time.Time { return r.EventTime.UTC().Truncate(time.Hour) }

// hash is the payload hash: 128 bits over what the sender said. When it came and what we thought of it are no part of it.
func (r Row) hash() (string, error) {
	r.PayloadHash, r.ReceivedAt, r.Bot = "", time.Time{}, ""
	text, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16]), nil
}
