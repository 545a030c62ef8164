package audit

import (
	"context"
	"strings"
)

// Books is all stock together: the ledger's figures over every item, and how many items are Odd, which do not balance by themselves or
// have less than nothing.
type Books struct {
	Received, Returned, Adjusted, Moved, Available, Out, Shipped, Debt int64
	Items, Odd                                                         int
}

// Books reads all stock. Each item is read at an instant of its own, and balances at each.
func (a *Auditor) Books(ctx context.Context) (Books, error) {
	items, err := a.scan(ctx, "inventory", nil)
	var out Books
	for _, i := range items {
		if _, stock := i["available"]; !stock || strings.HasPrefix(text(i, "sk"), "!") || strings.HasPrefix(text(i, "pk"), "!") {
			continue
		}
		b := Books{number(i, "received"), number(i, "returned"), number(i, "adjusted"), number(i, "moved"), number(i, "available"),
			number(i, "out"), number(i, "shipped"), number(i, "debt"), 1, 0}
		if b.Available < 0 || b.Received+b.Returned+b.Adjusted+b.Moved != b.Available+b.Out+b.Shipped-b.Debt {
			b.Odd = 1
		}
		out = out.plus(b)
	}
	return out, err
}

func (b Books) plus(o Books) Books {
	return Books{b.Received + o.Received, b.Returned + o.Returned, b.Adjusted + o.Adjusted, b.Moved + o.Moved, b.Available + o.Available,
		b.Out + o.Out, b.Shipped + o.Shipped, b.Debt + o.Debt, b.Items + o.Items, b.Odd + o.Odd}
}
