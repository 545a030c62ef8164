// Command lambda is the orders' functions.
package main

import (
	"rialto/functions/internal/entry"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/settings"
	"rialto/functions/orders/ordersstore"
)

func main() {
	entry.Run("orders", entry.Table{
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), ordersstore.Events), nil
		},
	})
}
