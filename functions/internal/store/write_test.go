package store

import (
	"math"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var exact = cmpopts.IgnoreUnexported(types.AttributeValueMemberS{}, types.AttributeValueMemberN{}, types.AttributeValueMemberBOOL{})

// The short cuts give what the long way does. Seen to catch: an empty string left out; numbers in another base.
func TestMarshalTakesShortCutsOnly(t *testing.T) {
	t.Parallel()
	type named string
	for _, v := range []any{"", "a", named("b"), 0, -7, math.MaxInt, int64(math.MinInt64), int64(12), true, false} {
		got, err := marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		want, err := attributevalue.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, exact); d != "" {
			t.Errorf("%v: %s", v, d)
		}
	}
}

// Seen to catch: small numbers added as large ones; a sum that wraps around.
func TestSumsAreExact(t *testing.T) {
	t.Parallel()
	n := func(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
	for _, c := range [][3]string{
		{"1", "2", "3"}, {"999999999999999999", "999999999999999999", "1999999999999999998"}, {"-5", "5", "0"},
		{"9223372036854775807", "1", "9223372036854775808"}, {"12345678901234567890123456789012345678", "-1", "12345678901234567890123456789012345677"},
	} {
		if d := cmp.Diff(n(c[2]), sum(n(c[0]), n(c[1])), exact); d != "" {
			t.Errorf("%s + %s: %s", c[0], c[1], d)
		}
		if Compare(n(c[0]), n(c[0])) != 0 || Compare(n(c[2]), n(c[0])) == 0 {
			t.Errorf("%s compares wrongly", c[0])
		}
	}
	if d := cmp.Diff(n("4"), sum(nil, n("4")), exact); d != "" {
		t.Error(d)
	}
}
