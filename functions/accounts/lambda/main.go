// Command lambda is the accounts' functions.
package main

import (
	"rialto/functions/accounts/accountsapi"
	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/settings"
)

func main() {
	entry.Run("accounts", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			db := database(s)
			service, err := service(s, db)
			if err != nil {
				return nil, err
			}
			return lambdahttp.New(api.Handler(accountsapi.Routes(service), api.Counted(ratelimit.Buckets{DB: db}))), nil
		},
	})
}
