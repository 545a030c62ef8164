package store

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// walkMargin is what an invocation leaves of its time, for the page it is at.
const walkMargin = 30 * time.Second

// Walk hands on the pages of a whole table, whose keys have no spaces, in as many invocations as it takes: from where the one before came
// to, "" to begin, until shortly before its context's deadline. It returns where to go on, "" at the end.
func Walk(ctx context.Context, db Scanner, table, after string, now func() time.Time, page func([]Item) error) (next string, err error) {
	end, limited := ctx.Deadline()
	for {
		p, err := db.Scan(ctx, Scan{Table: table, After: placeOf(after)})
		if err != nil {
			return "", err
		}
		if err := page(p.Items); err != nil || p.Next == nil {
			return "", err
		}
		last := KeyOf(p.Next)
		if after = last.PK + " " + last.SK; limited && end.Sub(now()) < walkMargin {
			return after, nil
		}
	}
}

func placeOf(after string) Item {
	pk, sk, there := strings.Cut(after, " ")
	if !there {
		return nil
	}
	return Item{"pk": &types.AttributeValueMemberS{Value: pk}, "sk": &types.AttributeValueMemberS{Value: sk}}
}
