package paymentsstore

import (
	"context"
	"fmt"

	"rialto/functions/internal/store"
)

// Which of the gateway's customers is whose is an item beside the payments: PK !customer#<customer_id>, SK gateway.
const customerPrefix = "!customer#"

func customerKey(customerID string) store.Key {
	return store.Key{PK: customerPrefix + customerID, SK: "gateway"}
}

type customer struct {
	ID string `dynamodbav:"gateway_customer"`
}

// GatewayCustomer reads a customer's id at the gateway, "" if there is none.
func (s Store) GatewayCustomer(ctx context.Context, customerID string) (string, error) {
	i, err := s.DB.Get(ctx, table, customerKey(customerID))
	if err != nil || i == nil {
		return "", err
	}
	return gatewayID(i)
}

// KeepGatewayCustomer keeps a customer's id at the gateway unless there is one, and returns the one that is there.
func (s Store) KeepGatewayCustomer(ctx context.Context, customerID, id string) (string, error) {
	_, err := s.DB.Apply(ctx, store.Put(table, customerKey(customerID), customer{id}).If(store.Absent()).Named("gateway customer"))
	if err == nil {
		return id, nil
	}
	found, refused := store.FailedCondition(err)
	if !refused || found == nil {
		return "", fmt.Errorf("keep the gateway's customer: %w", err)
	}
	return gatewayID(found)
}

// ForgetGatewayCustomer deletes it.
func (s Store) ForgetGatewayCustomer(ctx context.Context, customerID string) error {
	if _, err := s.DB.Apply(ctx, store.Delete(table, customerKey(customerID)).Named("gateway customer")); err != nil {
		return fmt.Errorf("forget the gateway's customer: %w", err)
	}
	return nil
}

func gatewayID(i store.Item) (string, error) {
	var c customer
	if err := store.Unmarshal(i, &c); err != nil {
		return "", fmt.Errorf("read the gateway's customer: %w", err)
	}
	return c.ID, nil
}
