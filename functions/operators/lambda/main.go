// Command lambda is the operators' functions.
package main

import (
	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/settings"
	"rialto/functions/operators/operatorsapi"
)

func main() {
	entry.Run("operators", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			all, err := services(s)
			return lambdahttp.New(api.Handler(operatorsapi.Routes(all))), err
		},
	})
}
