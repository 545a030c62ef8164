// Command lambda is the tax context's one binary.
package main

import (
	"rialto/functions/internal/entry"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/tax/stripetax"
)

func main() {
	entry.Run("tax", entry.Table{
		"assess": func(s *settings.Settings) (any, error) {
			service, err := stripetax.Load(s)
			if err != nil {
				return nil, err
			}
			return saga.Task("tax-assess", service.Assess), nil
		},
	})
}
