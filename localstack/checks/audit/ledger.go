package audit

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
)

// Booked sums an order's journals of a kind by account, in minor units.
func (a *Auditor) Booked(ctx context.Context, orderID, kind string) (map[string]int64, error) {
	journals, err := a.scan(ctx, "ledger", map[string]string{"order_id": orderID, "kind": kind})
	out := map[string]int64{}
	for _, j := range journals {
		var entries []struct {
			Account string `dynamodbav:"account"`
			Amount  struct {
				Minor int64 `dynamodbav:"amount"`
			} `dynamodbav:"amount"`
		}
		if err := attributevalue.Unmarshal(j["entries"], &entries); err != nil {
			return nil, fmt.Errorf("read journal: %w", err)
		}
		for _, e := range entries {
			out[e.Account] += e.Amount.Minor
		}
	}
	return out, err
}

// Dispute is the id of the one dispute of an order's payments.
func (a *Auditor) Dispute(ctx context.Context, orderID string) (string, error) {
	payments, err := a.partition(ctx, "payments", orderID)
	if err != nil || len(payments) != 1 {
		return "", fmt.Errorf("%d payments of %s: %w", len(payments), orderID, err)
	}
	var disputes []struct {
		ID string `dynamodbav:"id"`
	}
	if err := attributevalue.Unmarshal(payments[0]["disputes"], &disputes); err != nil || len(disputes) != 1 {
		return "", fmt.Errorf("%d disputes of %s: %w", len(disputes), orderID, err)
	}
	return disputes[0].ID, nil
}
