package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"rialto/localstack/demo/shop"
)

const (
	billed = "../../../functions/checkout/checkoutbill/testdata/calls.golden"
	logs   = "../../../.local/logs/functions/rialto-local-"
)

// recorded is what one function's log says of one checkout.
type recorded struct {
	function string
	calls    []recordedCall
	reports  []string // Lambda's own lines, one an invocation
}

type recordedCall struct {
	Msg, Service, Operation string
	Tables                  []string
	Units, MS               float64
	Failed                  bool
}

// operations of DynamoDB as the bill names them.
var operations = map[string]string{"GetItem": "Get", "BatchGetItem": "GetMany", "TransactGetItems": "Snapshot", "PutItem": "Apply",
	"UpdateItem": "Apply",
	"DeleteItem": "Apply", "TransactWriteItems": "Transact", "Query": "Query"}

// What the deployed functions call for a checkout of one line is what the bill of it counts (make bench), call by call,
// and DynamoDB Local counts the same units. Its count of a transaction is no use: it merges writes that cost the same,
// so there the sizes of what was written stand for it. Not parallel: it reads whatever the functions log. Seen to catch:
// a look-up more in payments-authorize; an order of over a kilobyte.
func TestTheDeployedCheckoutMakesTheCallsThatAreBilled(t *testing.T) {
	ctx := deployed(t)
	text, err := os.ReadFile(billed)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(text)), "\n")
	k, s := newSKU(ctx, t, "A lamp whose name is as long as most are", 50), mustShopper(ctx, t, "pm_card_visa")
	for try := 1; ; try++ {
		cart := s.mustPut(ctx, t, k, 1)
		offsets := sizes(t, want)
		o, err := s.checkout(ctx, cart.ID, shop.NewKey())
		if err != nil || o.Status != "placed" {
			t.Fatalf("%+v %v", o, err)
		}
		var runs []recorded
		until(ctx, t, "the functions have logged", 3*time.Minute, func() bool {
			runs = read(t, offsets)
			return !slices.ContainsFunc(runs, func(r recorded) bool { return len(r.reports) == 0 })
		})
		// A cold start, a retry or another's checkout at the same time is not the run that is billed.
		if o.HTTP != http.StatusCreated || slices.ContainsFunc(runs, func(r recorded) bool { return len(r.reports) != 1 }) {
			if try == 5 {
				t.Fatalf("no checkout was alone and smooth: %+v", runs)
			}
			continue
		}
		compare(t, want, runs)
		for table, pk := range map[string]string{"orders": o.OrderID, "checkouts": o.CheckoutID} {
			n := sizeOf(ctx, t, table, pk)
			t.Logf("%-10s %d bytes", table, n)
			if n > 1024 {
				t.Errorf("%s: %d bytes, which is billed as more than the bill says", table, n)
			}
		}
		return
	}
}

func compare(t *testing.T, want []string, runs []recorded) {
	t.Helper()
	var calls, got []string
	units := map[string]float64{}
	for _, r := range runs {
		for _, c := range r.calls {
			line := r.function + " " + c.Service + " " + c.Operation
			if c.Service == "DynamoDB" {
				for i, name := range c.Tables {
					c.Tables[i] = strings.TrimPrefix(name, "rialto-local-")
				}
				line = r.function + " DynamoDB " + operations[c.Operation] + " " + strings.Join(c.Tables, ",")
				units[line] += c.Units
			}
			got = append(got, line)
		}
	}
	counted := map[string]float64{}
	for _, line := range want {
		call, n := line, 0.0
		if i := strings.LastIndex(line, " "); strings.Contains(line, " DynamoDB ") {
			call = line[:i]
			if _, err := fmt.Sscanf(line[i:], "%g", &n); err != nil {
				t.Fatal(line, err)
			}
		}
		calls = append(calls, call)
		counted[call] += n
	}
	slices.Sort(calls)
	slices.Sort(got)
	if diff := cmp.Diff(calls, got); diff != "" {
		t.Errorf("calls of the bill (-) and of the deployed run (+):\n%s", diff)
	}
	for _, call := range slices.Compact(slices.Clone(got)) {
		if !strings.Contains(call, " DynamoDB ") {
			t.Logf("%s", call)
			continue
		}
		t.Logf("%-62s units: bill %g, DynamoDB Local %g", call, counted[call], units[call])
		if !strings.Contains(call, " Transact ") && counted[call] != units[call] {
			t.Errorf("%s: the bill says %g units, DynamoDB Local %g", call, counted[call], units[call])
		}
	}
	for _, r := range runs {
		t.Logf("%-20s %s", r.function, strings.Join(r.reports, "; "))
	}
	t.Log("durations are this machine's and say nothing of AWS")
}

// sizes returns how long the logs of the functions of the bill are.
func sizes(t *testing.T, want []string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for _, line := range want {
		function, _, _ := strings.Cut(line, " ")
		out[function] = 0
		if info, err := os.Stat(filepath.FromSlash(logs + function + ".log")); err == nil {
			out[function] = info.Size()
		}
	}
	return out
}

// read returns what the logs say since.
func read(t *testing.T, offsets map[string]int64) (out []recorded) {
	t.Helper()
	for function, offset := range offsets {
		r := recorded{function: function}
		f, err := os.Open(filepath.FromSlash(logs + function + ".log"))
		if err != nil {
			return []recorded{r}
		}
		defer f.Close()
		if _, err := f.Seek(offset, 0); err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var c recordedCall
			if json.Unmarshal(lines.Bytes(), &c) == nil && c.Msg == "call" {
				r.calls = append(r.calls, c)
			}
			if _, report, ok := strings.Cut(lines.Text(), "Duration: "); ok && strings.HasPrefix(lines.Text(), "REPORT") {
				r.reports = append(r.reports, strings.ReplaceAll(strings.TrimSpace(report), "\t", ", "))
			}
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b recorded) int { return strings.Compare(a.function, b.function) })
	return out
}

// sizeOf measures an item as DynamoDB does
// (docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
func sizeOf(ctx context.Context, t *testing.T, table, pk string) int {
	t.Helper()
	out, err := tables.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("rialto-local-" + table), ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: pk}}})
	if err != nil || len(out.Item) == 0 {
		t.Fatal(table, pk, err)
	}
	return bytesOf(&types.AttributeValueMemberM{Value: out.Item}) - 3 - len(out.Item)
}

func bytesOf(v types.AttributeValue) int {
	n := 3
	switch x := v.(type) {
	case *types.AttributeValueMemberS:
		return len(x.Value)
	case *types.AttributeValueMemberB:
		return len(x.Value)
	case *types.AttributeValueMemberN:
		return 1 + (len(strings.Trim(x.Value, "0"))+1)/2
	case *types.AttributeValueMemberL:
		for _, e := range x.Value {
			n += 1 + bytesOf(e)
		}
		return n
	case *types.AttributeValueMemberM:
		for name, e := range x.Value {
			n += 1 + len(name) + bytesOf(e)
		}
		return n
	}
	return 1
}
