package fulfillment

import (
	"context"
	"time"

	"rialto/functions/orders"
)

// Tracking is what a shopper sees of an order on its way. EstimatedDelivery is the day of the last shipment, ""
// while there is none.
type Tracking struct {
	OrderID           string
	Status            string
	EstimatedDelivery string
	Shipments         []Tracked
}

// Tracked is a shipment with its events by time.
type Tracked struct {
	Shipment
	Events []Event
}

// Owners tell whose an order is and when it was placed; without one they fail with orders.ErrNotFound.
type Owners interface {
	Owner(ctx context.Context, orderID string) (customerID string, placedAt time.Time, err error)
}

// TrackingService is what a shopper asks of an order on its way.
type TrackingService struct {
	Shipments Shipments
	Owners    Owners
}

// Track returns where a customer's order is. Errors: orders.ErrNotFound, for another's too.
func (s *TrackingService) Track(ctx context.Context, customerID, orderID string) (Tracking, error) {
	owner, _, err := s.Owners.Owner(ctx, orderID)
	if err != nil {
		return Tracking{}, err
	}
	if owner != customerID {
		return Tracking{}, orders.ErrNotFound
	}
	shipments, events, err := s.Shipments.Tracking(ctx, orderID)
	if err != nil {
		return Tracking{}, err
	}
	out := Tracking{OrderID: orderID, Status: Aggregate(shipments)}
	for _, shipment := range shipments {
		t := Tracked{Shipment: shipment}
		for _, e := range events {
			if e.ShipmentID == shipment.ID {
				t.Events = append(t.Events, e)
			}
		}
		out.Shipments = append(out.Shipments, t)
		out.EstimatedDelivery = max(out.EstimatedDelivery, shipment.EstimatedDelivery)
	}
	return out, nil
}
