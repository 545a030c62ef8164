package customersaws

import (
	"context"

	"github.com/aws/aws-lambda-go/cfn"

	"rialto/functions/customers/customersstore"
)

// Migrate is the function migrate. An operator invokes it with any input; on AWS CloudFormation does so within each deployment, with a
// request that it waits for the answer to at a signed address, and a deployment whose migration fails is rolled back. A stack that is
// deleted leaves the schema alone.
func Migrate(url customersstore.URL) func(context.Context, cfn.Event) (customersstore.Migrated, error) {
	return deployed(func(ctx context.Context) (customersstore.Migrated, error) {
		version, err := customersstore.Migrate(ctx, url)
		return customersstore.Migrated{Version: version}, err
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
