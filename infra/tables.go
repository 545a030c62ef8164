package infra

import (
	"rialto/functions/contract"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
)

// tablesStack holds every table, so that no deployment of a context can touch data, and returns the ARNs of their
// streams.
func tablesStack(app awscdk.App, stage Stage) map[string]*string {
	stack := newStack(app, stage, "tables", "Rialto "+stage.Name+": the tables of all contexts")
	streams := map[string]*string{}
	for _, t := range contract.Tables() {
		props := &awsdynamodb.TableProps{
			TableName:     new(stage.tableName(t.Name)),
			PartitionKey:  text("pk"),
			BillingMode:   awsdynamodb.BillingMode_PAY_PER_REQUEST,
			RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
		}
		if t.Sorted {
			props.SortKey = text("sk")
		}
		if t.TTL {
			props.TimeToLiveAttribute = new("ttl")
		}
		if t.Stream {
			props.Stream = awsdynamodb.StreamViewType_NEW_AND_OLD_IMAGES
		}
		if stage.Keep {
			props.RemovalPolicy = awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
			props.DeletionProtection = new(true)
			props.PointInTimeRecoverySpecification = &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: new(true)}
		}
		table := awsdynamodb.NewTable(stack, new(title(t.Name)), props)
		for _, i := range t.Indexes {
			projection := awsdynamodb.ProjectionType_ALL
			if i.KeysOnly {
				projection = awsdynamodb.ProjectionType_KEYS_ONLY
			}
			table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
				IndexName: &i.Name, PartitionKey: text(i.Hash), SortKey: text(i.Sort), ProjectionType: projection,
			})
		}
		throttled(stack, stage, t.Name, table)
		if t.Stream {
			streams[t.Name] = table.TableStreamArn()
		}
	}
	return streams
}

func text(name string) *awsdynamodb.Attribute {
	return &awsdynamodb.Attribute{Name: &name, Type: awsdynamodb.AttributeType_STRING}
}
