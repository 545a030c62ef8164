// Package fulfillmentapi is fulfillment's part of the shopper API.
package fulfillmentapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
)

// Tracker is the use case.
type Tracker interface {
	Track(ctx context.Context, customerID, orderID string) (fulfillment.Tracking, error)
}

// Routes lists the routes; t may be nil where only their description is wanted.
func Routes(t Tracker) []api.Route {
	h := handler{t}
	return []api.Route{
		api.Handle(api.Route{ID: "trackOrder", Method: http.MethodGet, Path: "/api/v1/orders/{order_id}/tracking", Summary: "Where an order is",
			Context: "fulfillment", Access: api.Guest, Errors: []fault.Kind{fault.NotFound}}, h.track),
	}
}

type handler struct{ tracker Tracker }

type trackInput struct {
	OrderID string `path:"order_id" maxLength:"64"`
}

type trackOutput struct{ Body Tracking }

// Tracking is an order on its way.
type Tracking struct {
	OrderID string `json:"order_id"`
	Status  string `json:"status" enum:"PLACED,PENDING,PICKED,PACKED,SHIPPED,IN_TRANSIT,OUT_FOR_DELIVERY,DELIVERED,HELD_BACK,WRITTEN_OFF,CANCELLED"`

	EstimatedDelivery string     `json:"estimated_delivery,omitempty" format:"date" doc:"The day the last shipment is due; absent before there is one"`
	Shipments         []Shipment `json:"shipments" doc:"The status is that of the least far; PLACED for none, HELD_BACK if one is, CANCELLED if all are"`
}

// Shipment is one parcel.
type Shipment struct {
	ShipmentID        string             `json:"shipment_id"`
	Carrier           string             `json:"carrier"`
	TrackingNumber    string             `json:"tracking_number"`
	Status            string             `json:"status" enum:"PENDING,PICKED,PACKED,SHIPPED,IN_TRANSIT,OUT_FOR_DELIVERY,DELIVERED,HELD_BACK,WRITTEN_OFF,CANCELLED"`
	EstimatedDelivery string             `json:"estimated_delivery" format:"date"`
	CancelledBy       fulfillment.Actor  `json:"cancelled_by,omitempty" enum:"shopper,seller,operator,system" doc:"Who cancelled it"`
	Note              string             `json:"note,omitempty" doc:"Why it, or some of it, cannot be shipped"`
	Lines             []fulfillment.Line `json:"lines"`
	Events            []Event            `json:"events" doc:"By time, the first first"`
}

// Event is one thing that happened to a parcel.
type Event struct {
	At          time.Time `json:"at"`
	Status      string    `json:"status"`
	Location    string    `json:"location" doc:"A fulfilment centre, a country, or a country and region; empty where there is none"`
	Description string    `json:"description"`

	By fulfillment.Actor `json:"by,omitempty" enum:"shopper,seller,operator,system" doc:"Who cancelled it or some of it, where that is the event"`
}

func (h handler) track(ctx context.Context, in *trackInput) (*trackOutput, error) {
	who, _ := auth.From(ctx)
	t, err := h.tracker.Track(ctx, who.Subject, in.OrderID)
	if err != nil {
		return nil, err
	}
	out := &trackOutput{Tracking{t.OrderID, t.Status, t.EstimatedDelivery, []Shipment{}}}
	for _, s := range t.Shipments {
		shown := Shipment{s.ID, s.Carrier, s.TrackingNumber, string(s.State), s.Shipment.EstimatedDelivery, s.CancelledBy(), noteOf(s.Shipment),
			s.Lines, []Event{}}
		for _, e := range s.Events {
			shown.Events = append(shown.Events, Event{e.At, e.Status, e.Location, e.Description, e.By})
		}
		out.Body.Shipments = append(out.Body.Shipments, shown)
	}
	return out, nil
}

// noteOf says why a parcel cannot be shipped.
func noteOf(s fulfillment.Shipment) string {
	if s.Note == "" && s.Stuck() {
		return "The bank holds the money for it no longer. It is asked again; without money the parcel is not sent, and nothing is charged."
	}
	return s.Note
}
