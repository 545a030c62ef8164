// Command lambda is the tax context's one binary.
package main

import (
	"context"

	"rialto/functions/internal/entry"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/tax"
)

func main() {
	entry.Run("tax", entry.Table{
		"assess": func(*settings.Settings) (any, error) {
			return saga.Task("tax-assess", func(_ context.Context, s tax.Sale) (tax.Assessment, error) { return tax.Assess(s) }), nil
		},
	})
}
