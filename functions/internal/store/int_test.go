package store

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Int reads whatever an attribute is as Unmarshal does.
func TestIntReadsAsUnmarshalDoes(t *testing.T) {
	t.Parallel()
	number := func(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
	for name, i := range map[string]Item{
		"none": {}, "no item": nil, "zero": {"n": number("0")}, "below": {"n": number("-7")}, "large": {"n": number("9223372036854775807")},
		"too large": {"n": number("9223372036854775808")}, "no number": {"n": number("x")}, "text": {"n": &types.AttributeValueMemberS{Value: "7"}},
		"nothing": {"n": &types.AttributeValueMemberNULL{Value: true}}, "a fraction": {"n": number("1.5")},
	} {
		var got int64
		var want struct {
			N int64 `dynamodbav:"n"`
		}
		err, other := Int(i, "n", &got), Unmarshal(i, &want)
		if got != want.N || (err == nil) != (other == nil) {
			t.Errorf("%s: %d, %v; Unmarshal says %d, %v", name, got, err, want.N, other)
		}
	}
}
