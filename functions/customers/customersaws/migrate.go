package customersaws

import (
	"context"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"rialto/functions/customers/customersstore"
	"rialto/functions/internal/settings"
)

// Migrate is the function migrate. An operator invokes it with any input; on AWS CloudFormation does so within each deployment, with a
// request that it waits for the answer to at a signed address, and a deployment whose migration fails is rolled back. A stack that is
// deleted leaves the schema alone.
func Migrate(s *settings.Settings) func(context.Context, cfn.Event) (customersstore.Migrated, error) {
	url, secret := Database(s), s.Get("DATABASE_LOGIN_ARN") // none locally, where all functions log in as the owner
	secrets := secretsmanager.NewFromConfig(s.AWS())
	return deployed(func(ctx context.Context) (done customersstore.Migrated, err error) {
		var other *customersstore.Login
		if secret != "" {
			if other, err = login(ctx, secrets, secret); err != nil {
				return done, err
			}
		}
		done.Version, err = customersstore.Migrate(ctx, url, other)
		return done, err
	})
}

func deployed(migrate func(context.Context) (customersstore.Migrated, error)) func(context.Context, cfn.Event) (customersstore.Migrated, error) {
	return func(ctx context.Context, e cfn.Event) (done customersstore.Migrated, err error) {
		if e.RequestType == "" {
			return migrate(ctx)
		}
		_, err = cfn.LambdaWrap(func(ctx context.Context, e cfn.Event) (string, map[string]any, error) {
			if e.RequestType == cfn.RequestDelete {
				return e.PhysicalResourceID, nil, nil
			}
			var err error
			done, err = migrate(ctx)
			return "schema", nil, err
		})(ctx, e)
		return done, err
	}
}
