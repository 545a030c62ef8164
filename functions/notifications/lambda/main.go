// Command lambda is the notifications' functions.
package main

import (
	"math/rand/v2"
	"time"
	_ "time/tzdata" // the clocks of the marketplaces that days are written by

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/notifications"
	"rialto/functions/notifications/notificationsapi"
	"rialto/functions/notifications/notificationsaws"
	"rialto/functions/notifications/notificationsstore"
)

func main() {
	entry.Run("notifications", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			chooser := &notifications.Chooser{Choices: table(s), Contacts: contacts(s),
				Tokens: guests(s).LinkVerifier(notificationsaws.UnsubscribePurpose), Now: time.Now}
			return lambdahttp.New(api.Handler(notificationsapi.Routes(chooser))), nil
		},
		"notify": func(s *settings.Settings) (any, error) { return outbox.HandleTimed(notifier(s).HandleEvent), nil },
		"remind": func(s *settings.Settings) (any, error) {
			r := &notifications.Reminder{List: table(s), Now: time.Now,
				Queue: notificationsaws.Queue{Client: sqs.NewFromConfig(s.AWS()), URL: s.Queue("notifications-notify")}}
			return saga.Task("notifications-remind", r.Remind), nil
		},
		"listen": func(s *settings.Settings) (any, error) {
			return notificationsaws.ReceiveFeedback(&notifications.Listener{Suppressions: table(s)}), nil
		},
	})
}

func table(s *settings.Settings) notificationsstore.Store {
	return notificationsstore.Store{DB: store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)}
}
