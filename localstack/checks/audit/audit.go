// Package audit reads back what the functions left: tables item by item, and the payment gateway's own books. It
// shares no code with the writers, so that it does not share their mistakes: it knows the attributes' names and
// what must balance, and nothing else.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/contract"
)

// Auditor reads one stage of the local cloud.
type Auditor struct {
	db      *dynamodb.Client
	prefix  string
	gateway string
}

// Local returns the auditor of the local cloud.
func Local() *Auditor {
	return &Auditor{prefix: "rialto-local-", gateway: contract.LocalPaymentsURL,
		db: dynamodb.New(dynamodb.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalDynamoDBURL),
			Credentials: credentials.NewStaticCredentialsProvider(contract.LocalAccount, "test", "")})}
}

// Stock is a sku's units over all centers and shards, with what the holds say. Out is what the items say that is held
// or committed, Moved what came to shards less what left others.
type Stock struct {
	Received, Returned, Adjusted, Available, Held, Committed, Shipped, Debt, Out, Moved int64

	oversold bool
}

// Balanced tells whether what came in is accounted for.
func (s Stock) Balanced() bool {
	return !s.oversold && s.Out == s.Held+s.Committed && s.Moved == 0 &&
		s.Received+s.Returned+s.Adjusted == s.Available+s.Held+s.Committed+s.Shipped-s.Debt
}

// Stock reads a sku: its items in every center, the shards of those that have a layout, and every hold there is of it.
func (a *Auditor) Stock(ctx context.Context, productID, sellerID string) (Stock, error) {
	var out Stock
	sku := productID + "#" + sellerID
	items, err := a.partition(ctx, "inventory", sku)
	if err != nil {
		return out, err
	}
	for _, i := range slices.Clone(items) {
		if center, ok := strings.CutPrefix(text(i, "sk"), "!layout#"); ok {
			for k := int64(1); k < number(i, "next"); k++ {
				more, err := a.partition(ctx, "inventory", fmt.Sprintf("%s#%s#%d", sku, center, k))
				if err != nil {
					return out, err
				}
				items = append(items, more...)
			}
		}
	}
	for _, i := range items {
		out.Received += number(i, "received")
		out.Returned += number(i, "returned")
		out.Adjusted += number(i, "adjusted")
		out.Available += number(i, "available")
		out.Debt += number(i, "debt")
		out.Out += number(i, "out")
		out.Moved += number(i, "moved")
		out.oversold = out.oversold || number(i, "available") < 0
	}
	holds, err := a.scan(ctx, "holds", map[string]string{"product_id": productID, "seller_id": sellerID})
	if err != nil {
		return out, err
	}
	for _, h := range holds {
		switch n := number(h, "quantity"); text(h, "state") {
		case "HELD":
			out.Held += n
		case "COMMITTED":
			out.Committed += n
		case "SHIPPED":
			out.Shipped += n
		}
	}
	return out, nil
}

// Coupon is a coupon's uses over all shards, with what the redemptions say.
type Coupon struct {
	Granted, Available, Held, Committed, Debt, Out, Moved int64
	Customers                                             int // who have a use of it

	overspent bool
}

// Balanced tells whether what was granted is accounted for.
func (c Coupon) Balanced() bool {
	return !c.overspent && c.Out == c.Held+c.Committed && c.Moved == 0 && c.Granted == c.Available+c.Held+c.Committed-c.Debt
}

// Coupon reads a coupon: its budget and the shards of one that has a layout, every redemption there is of it, and what
// customers are counted to have used.
func (a *Auditor) Coupon(ctx context.Context, marketplace, code string) (Coupon, error) {
	var out Coupon
	budgets, err := a.scan(ctx, "coupons", map[string]string{"marketplace": marketplace, "code": code, "sk": "budget"})
	if err != nil {
		return out, err
	}
	for _, i := range budgets {
		out.Granted += number(i, "granted")
		out.Available += number(i, "available")
		out.Debt += number(i, "debt")
		out.Out += number(i, "out")
		out.Moved += number(i, "moved")
		out.overspent = out.overspent || number(i, "available") < 0
	}
	redemptions, err := a.scan(ctx, "redemptions", nil)
	if err != nil {
		return out, err
	}
	for _, r := range redemptions {
		switch key := marketplace + "#" + code; {
		case text(r, "sk") == "uses" && strings.HasPrefix(text(r, "pk"), "!uses#"+key+"#") && number(r, "uses") > 0:
			out.Customers++
		case text(r, "sk") == key && text(r, "state") == "HELD":
			out.Held++
		case text(r, "sk") == key && text(r, "state") == "COMMITTED":
			out.Committed++
		}
	}
	return out, nil
}

// Order is what an order says of money, in minor units.
type Order struct{ Items, Discount, Total int64 }

// Order reads an order.
func (a *Auditor) Order(ctx context.Context, orderID string) (Order, error) {
	items, err := a.partition(ctx, "orders", orderID)
	if err != nil || len(items) != 1 {
		return Order{}, fmt.Errorf("%d orders %s: %w", len(items), orderID, err)
	}
	return Order{number(items[0], "items"), number(items[0], "discount"), number(items[0], "total")}, nil
}

// Holds counts an order's holds by state.
func (a *Auditor) Holds(ctx context.Context, orderID string) (map[string]int, error) {
	items, err := a.partition(ctx, "holds", orderID)
	out := map[string]int{}
	for _, i := range items {
		out[text(i, "state")]++
	}
	return out, err
}

// OrderExists tells whether there is such an order.
func (a *Auditor) OrderExists(ctx context.Context, orderID string) (bool, error) {
	items, err := a.partition(ctx, "orders", orderID)
	return len(items) == 1, err
}

// OrdersOf lists a customer's orders.
func (a *Auditor) OrdersOf(ctx context.Context, customerID string) ([]string, error) {
	items, err := a.scan(ctx, "orders", map[string]string{"customer_id": customerID})
	var out []string
	for _, i := range items {
		out = append(out, text(i, "pk"))
	}
	return out, err
}

// Money is what the gateway's books say of some intents, in minor units.
type Money struct {
	Intents                              int
	Open, Captured, Refunded, Authorized int64
}

// MoneyOf asks the gateway about an order.
func (a *Auditor) MoneyOf(ctx context.Context, orderID string) (Money, error) {
	var list struct {
		Intents []struct {
			Authorized, Open, Captured, Refunded int64
		} `json:"intents"`
	}
	err := a.ask(ctx, "/_control/intents?"+url.Values{"metadata[order_id]": {orderID}}.Encode(), &list)
	out := Money{Intents: len(list.Intents)}
	for _, i := range list.Intents {
		out.Authorized += i.Authorized
		out.Open += i.Open
		out.Captured += i.Captured
		out.Refunded += i.Refunded
	}
	return out, err
}

// Cancelled is what an order's cancelled shipments would have cost, in minor units. An order's money is open or captured
// as far as its shipments are not cancelled.
func (a *Auditor) Cancelled(ctx context.Context, orderID string) (sum int64, err error) {
	items, err := a.partition(ctx, "shipments", orderID)
	for _, i := range items {
		if amount, ok := i["amount"].(*types.AttributeValueMemberM); ok && text(i, "state") == "CANCELLED" {
			sum += number(amount.Value, "amount")
		}
	}
	return sum, err
}

func (a *Auditor) ask(ctx context.Context, path string, v any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.gateway+path, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask the gateway: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the gateway answers %s", res.Status)
	}
	return json.NewDecoder(res.Body).Decode(v)
}

func (a *Auditor) partition(ctx context.Context, table, pk string) ([]map[string]types.AttributeValue, error) {
	var out []map[string]types.AttributeValue
	p := dynamodb.NewQueryPaginator(a.db, &dynamodb.QueryInput{TableName: aws.String(a.prefix + table), ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": &types.AttributeValueMemberS{Value: pk}}})
	for p.HasMorePages() {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", table, err)
		}
		out = append(out, page.Items...)
	}
	return out, nil
}

func (a *Auditor) scan(ctx context.Context, table string, equal map[string]string) ([]map[string]types.AttributeValue, error) {
	in := &dynamodb.ScanInput{TableName: aws.String(a.prefix + table), ConsistentRead: aws.Bool(true), ExpressionAttributeNames: map[string]string{},
		ExpressionAttributeValues: map[string]types.AttributeValue{}}
	var where []string
	for k, v := range equal {
		n := strconv.Itoa(len(where))
		where = append(where, "#"+n+" = :"+n)
		in.ExpressionAttributeNames["#"+n], in.ExpressionAttributeValues[":"+n] = k, &types.AttributeValueMemberS{Value: v}
	}
	if len(where) > 0 {
		in.FilterExpression = aws.String(strings.Join(where, " AND "))
	} else {
		in.ExpressionAttributeNames, in.ExpressionAttributeValues = nil, nil
	}
	var out []map[string]types.AttributeValue
	for p := dynamodb.NewScanPaginator(a.db, in); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", table, err)
		}
		out = append(out, page.Items...)
	}
	return out, nil
}

func text(i map[string]types.AttributeValue, attr string) string {
	if s, ok := i[attr].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

func number(i map[string]types.AttributeValue, attr string) int64 {
	n, ok := i[attr].(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		return 0
	}
	return v
}

// Scarcest returns the sku with the fewest available units of those that lie in the United States alone, and a center of it.
func (a *Auditor) Scarcest(ctx context.Context) (productID, sellerID, center string, err error) {
	items, err := a.scan(ctx, "inventory", nil)
	if err != nil {
		return "", "", "", err
	}
	type sku struct{ product, seller string }
	sum, where, abroad := map[sku]int64{}, map[sku]string{}, map[sku]bool{}
	for _, i := range items {
		k := sku{text(i, "product_id"), text(i, "seller_id")}
		if _, stock := i["available"]; stock {
			sum[k] += number(i, "available")
			where[k] = text(i, "sk")
			abroad[k] = abroad[k] || !strings.HasPrefix(where[k], "us-")
		}
	}
	var best sku
	for k, n := range sum {
		if abroad[k] {
			continue
		}
		if best.product == "" || n < sum[best] || n == sum[best] && k.product < best.product {
			best = k
		}
	}
	if best.product == "" {
		return "", "", "", fmt.Errorf("there is no stock")
	}
	return best.product, best.seller, where[best], nil
}

// Checkout is a checkout record's outline.
type Checkout struct{ ID, OrderID, State string }

// LastCheckout returns a customer's newest checkout.
func (a *Auditor) LastCheckout(ctx context.Context, customerID string) (Checkout, error) {
	items, err := a.scan(ctx, "checkouts", map[string]string{"customer_id": customerID})
	if err != nil {
		return Checkout{}, err
	}
	if len(items) == 0 {
		return Checkout{}, fmt.Errorf("customer %s has no checkout", customerID)
	}
	last := items[0]
	for _, i := range items {
		if number(i, "created_at") > number(last, "created_at") {
			last = i
		}
	}
	return Checkout{text(last, "pk"), text(last, "order_id"), text(last, "state")}, nil
}
