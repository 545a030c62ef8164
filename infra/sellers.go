package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
)

// How long sellers' files are kept, in days. A feed is remembered as long as its report; its file serves to read on
// where reading stopped, and parts are of no use once the report is made.
const (
	uploadDays = 30
	partDays   = 14
	reportDays = 90
)

// sellers has the bucket of feeds. What is uploaded to it goes to the queue of sellers-split.
func sellers(r *room) error {
	r.set("QUEUE_SELLERS_INTAKE", r.stage.queueURL("sellers-intake")) // what the API tells sellers
	if err := r.functions(); err != nil {
		return err
	}
	r.files(r.queues["split"])
	return nil
}

// files makes the bucket, which tells the queue of each upload. S3 tries the queue when it is told of it, so the queue's
// policy comes first. (The bucket's own method would deploy a function for this.)
func (r *room) files(uploads awssqs.Queue) {
	props := &awss3.BucketProps{BucketName: new(r.stage.filesBucket(r.context)), RemovalPolicy: awscdk.RemovalPolicy_DESTROY}
	if !r.stage.Local {
		props.RemovalPolicy = awscdk.RemovalPolicy_RETAIN
		props.BlockPublicAccess = awss3.BlockPublicAccess_BLOCK_ALL()
		props.Encryption = awss3.BucketEncryption_S3_MANAGED
		props.EnforceSSL = new(true)
		rules := []*awss3.LifecycleRule{{AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(new(1.0))}}
		for _, f := range []struct {
			prefix string
			days   float64
		}{{"uploads/", uploadDays}, {"parts/", partDays}, {"reports/", reportDays}} {
			rules = append(rules, &awss3.LifecycleRule{Prefix: &f.prefix, Expiration: awscdk.Duration_Days(&f.days)})
		}
		props.LifecycleRules = &rules
	}
	bucket := awss3.NewBucket(r.stack, new("Files"), props)
	uploads.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(new("s3.amazonaws.com"), nil)},
		Actions:    list([]string{"sqs:SendMessage"}),
		Resources:  &[]*string{uploads.QueueArn()},
		Conditions: &map[string]any{
			"ArnEquals":    map[string]any{"aws:SourceArn": r.stage.filesARN(r.context)},
			"StringEquals": map[string]any{"aws:SourceAccount": r.stage.account()},
		},
	}))
	bucket.Node().DefaultChild().(awss3.CfnBucket).SetNotificationConfiguration(&awss3.CfnBucket_NotificationConfigurationProperty{
		QueueConfigurations: &[]any{&awss3.CfnBucket_QueueConfigurationProperty{
			Event: new("s3:ObjectCreated:*"), Queue: uploads.QueueArn(),
			Filter: &awss3.CfnBucket_NotificationFilterProperty{S3Key: &awss3.CfnBucket_S3KeyFilterProperty{
				Rules: &[]any{&awss3.CfnBucket_FilterRuleProperty{Name: new("prefix"), Value: new("uploads/")}},
			}},
		}},
	})
	bucket.Node().AddDependency(uploads.Node().FindChild(new("Policy")))
}
