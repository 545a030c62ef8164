package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
)

// folder is a folder of a bucket whose files are kept for some days.
type folder struct {
	name string
	days float64
}

// versionDays is how long what was written over or deleted can be brought back.
const versionDays = 30

// files makes the bucket of the room's files. What is in none of the folders is kept until it is deleted.
func (c *contextStack) files(folders ...folder) awss3.Bucket {
	props := &awss3.BucketProps{BucketName: new(c.stage.filesBucket(c.context)), RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
		Cors: c.pagesMay()}
	if !c.stage.Local {
		props.RemovalPolicy = awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
		props.BlockPublicAccess = awss3.BlockPublicAccess_BLOCK_ALL()
		props.Encryption = awss3.BucketEncryption_S3_MANAGED
		props.EnforceSSL = new(true)
		props.Versioned = &c.stage.Keep
		rules := []*awss3.LifecycleRule{{
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(new(1.0)),
			NoncurrentVersionExpiration:         awscdk.Duration_Days(new(float64(versionDays))),
		}}
		for _, f := range folders {
			rules = append(rules, &awss3.LifecycleRule{Prefix: new(f.name + "/"), Expiration: awscdk.Duration_Days(&f.days)})
		}
		props.LifecycleRules = &rules
	}
	return awss3.NewBucket(c.stack, new("Files"), props)
}

// announce has the bucket tell a queue of each file that comes to a folder. S3 tries the queue when it is told of it, so
// the queue's policy comes first. (The bucket's own method would deploy a function for this.)
func (c *contextStack) announce(files awss3.Bucket, folder string, queue awssqs.Queue) {
	queue.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(new("s3.amazonaws.com"), nil)},
		Actions:    list([]string{"sqs:SendMessage"}),
		Resources:  &[]*string{queue.QueueArn()},
		Conditions: &map[string]any{
			"ArnEquals":    map[string]any{"aws:SourceArn": c.stage.filesARN(c.context)},
			"StringEquals": map[string]any{"aws:SourceAccount": c.stage.account()},
		},
	}))
	files.Node().DefaultChild().(awss3.CfnBucket).SetNotificationConfiguration(&awss3.CfnBucket_NotificationConfigurationProperty{
		QueueConfigurations: &[]any{&awss3.CfnBucket_QueueConfigurationProperty{
			Event: new("s3:ObjectCreated:*"), Queue: queue.QueueArn(),
			Filter: &awss3.CfnBucket_NotificationFilterProperty{S3Key: &awss3.CfnBucket_S3KeyFilterProperty{
				Rules: &[]any{&awss3.CfnBucket_FilterRuleProperty{Name: new("prefix"), Value: new(folder + "/")}},
			}},
		}},
	})
	files.Node().AddDependency(queue.Node().FindChild(new("Policy")))
}
