package clickstreamlake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/parquet-go/parquet-go"

	"rialto/functions/clickstream"
)

// columns are a row's in Parquet, as clickstream.Columns tells others.
type columns struct {
	EventID          string    `parquet:"event_id"`
	PayloadHash      string    `parquet:"payload_hash"`
	SchemaVersion    int32     `parquet:"schema_version"`
	Origin           string    `parquet:"origin,dict"`
	Action           string    `parquet:"action_name,dict"`
	EventTime        time.Time `parquet:"event_time,timestamp(millisecond)"`
	ReceivedAt       time.Time `parquet:"received_at,timestamp(millisecond)"`
	Marketplace      string    `parquet:"marketplace,dict"`
	Application      string    `parquet:"application,dict"`
	Session          string    `parquet:"session,dict"`
	Client           string    `parquet:"client,dict"`
	Customer         string    `parquet:"customer,dict"`
	Personalization  bool      `parquet:"personalization"`
	QueryID          string    `parquet:"query_id,dict"`
	RecommendationID string    `parquet:"recommendation_id,dict"`
	ModelVersion     string    `parquet:"model_version,dict"`
	ObjectID         string    `parquet:"object_id,dict"`
	ObjectField      string    `parquet:"object_id_field,dict"`
	Position         int64     `parquet:"position"`
	SearchTerm       string    `parquet:"search_term,dict"`
	Value            int64     `parquet:"value"`
	Currency         string    `parquet:"currency,dict"`
	Items            []item    `parquet:"items,list"`
	Bot              string    `parquet:"bot,dict"`
}

type item struct {
	ItemID   string `parquet:"item_id"`
	SellerID string `parquet:"seller_id"`
	Quantity int64  `parquet:"quantity"`
	Price    int64  `parquet:"price"`
	Index    int64  `parquet:"index"`
	ListID   string `parquet:"item_list_id"`
}

func columnsOf(r clickstream.Row) columns {
	c := columns{r.EventID, r.PayloadHash, r.SchemaVersion, string(r.Origin), r.Action, r.EventTime, r.ReceivedAt, r.Marketplace, r.Application,
		r.Session, r.Client, r.Customer, r.Personalization, r.QueryID, r.RecommendationID, r.ModelVersion, r.ObjectID, r.ObjectField, r.Position,
		r.SearchTerm, r.Value, r.Currency, nil, r.Bot}
	for _, i := range r.Items {
		c.Items = append(c.Items, item(i))
	}
	return c
}

func (c columns) row() clickstream.Row {
	r := clickstream.Row{EventID: c.EventID, PayloadHash: c.PayloadHash, SchemaVersion: c.SchemaVersion, Origin: clickstream.Origin(c.Origin),
		Action: c.Action, EventTime: c.EventTime.UTC(), ReceivedAt: c.ReceivedAt.UTC(), Marketplace: c.Marketplace, Application: c.Application,
		Session: c.Session, Client: c.Client, Customer: c.Customer, Personalization: c.Personalization, QueryID: c.QueryID,
		RecommendationID: c.RecommendationID, ModelVersion: c.ModelVersion, ObjectID: c.ObjectID, ObjectField: c.ObjectField, Position: c.Position,
		SearchTerm: c.SearchTerm, Value: c.Value, Currency: c.Currency, Bot: c.Bot}
	for _, i := range c.Items {
		r.Items = append(r.Items, clickstream.RowItem(i))
	}
	return r
}

// encode writes rows as one Parquet file.
func encode(rows []clickstream.Row) ([]byte, error) {
	var b bytes.Buffer
	w := parquet.NewGenericWriter[columns](&b, parquet.Compression(&parquet.Zstd))
	list := make([]columns, 0, len(rows))
	for _, r := range rows {
		list = append(list, columnsOf(r))
	}
	if _, err := w.Write(list); err != nil {
		return nil, fmt.Errorf("write parquet: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write parquet: %w", err)
	}
	return b.Bytes(), nil
}

// decode reads a Parquet file.
func decode(file []byte) ([]clickstream.Row, error) {
	f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, fmt.Errorf("open parquet: %w", err)
	}
	in := parquet.NewGenericReader[columns](f)
	list := make([]columns, in.NumRows())
	n, err := in.Read(list)
	if err != nil && !errors.Is(err, io.EOF) || n < len(list) {
		return nil, fmt.Errorf("read parquet: %d of %d rows: %w", n, len(list), err)
	}
	rows := make([]clickstream.Row, 0, n)
	for _, c := range list {
		rows = append(rows, c.row())
	}
	return rows, in.Close()
}
