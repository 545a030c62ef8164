package main

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/authaws"
	"rialto/functions/internal/settings"
	"rialto/functions/notifications"
	"rialto/functions/notifications/notificationsaws"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/sellers/sellersstore"
	"rialto/functions/webhooks/webhooksstore"
)

func notifier(s *settings.Settings) *notifications.Notifier {
	stored := table(s)
	cfg := s.AWS()
	if e := s.Get("AWS_ENDPOINT_URL_SESV2"); e != "" { // the local cloud's mailbox
		cfg.BaseEndpoint = &e
	}
	return &notifications.Notifier{Store: stored, Sellers: sellersstore.Store{DB: stored.DB}, Webhooks: webhooksstore.Store{DB: stored.DB},
		Orders: ordersstore.Store{DB: stored.DB}, Parcels: fulfillmentstore.Store{DB: stored.DB},
		Contacts: contacts(s), Mailer: notificationsaws.NewSES(cfg, s.Must("MAIL_FROM"), s.Must("MAIL_CONFIGURATION_SET")),
		Links: notificationsaws.Links{Signer: guests(s), Base: s.Must("SHOP_URL")}, Now: time.Now,
		ReviewAfter: s.Seconds("REVIEW_AFTER_SECONDS", 7*24*time.Hour)}
}

func contacts(s *settings.Settings) notificationsaws.Contacts {
	return notificationsaws.Contacts{Lambda: lambda.NewFromConfig(s.AWS()), Function: s.Must("FUNCTION_CUSTOMERS_CONTACT")}
}

func guests(s *settings.Settings) authaws.Guests {
	return authaws.NewGuests(kms.NewFromConfig(s.AWS()), s.Must("SIGNING_KEY_ID"), s.Must("GUEST_ISSUER"))
}
