package infra

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"

	"rialto/functions/contract"
)

// failureDays is how long a record that could not be published waits for a person.
const failureDays = 90

// eventsStack holds what events pass through and no single context owns: a topic for each context that publishes,
// the bucket for stream records that could not be published, and on AWS the topic that alarms go to and the dashboard of the
// business. It is apart from the contexts because they subscribe to each other in circles.
func eventsStack(app awscdk.App, stage Stage) awscdk.Stack {
	stack := newStack(app, stage, "events", "Rialto "+stage.Name+": topics, and where failed events wait")
	for _, context := range publishers() {
		awssns.NewTopic(stack, new(title(context)), &awssns.TopicProps{TopicName: new(stage.topicName(context))})
	}
	bucket := &awss3.BucketProps{
		BucketName:    new(stage.failuresBucket()),
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	}
	if !stage.Local {
		bucket.RemovalPolicy = awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
		bucket.BlockPublicAccess = awss3.BlockPublicAccess_BLOCK_ALL()
		bucket.Encryption = awss3.BucketEncryption_S3_MANAGED
		bucket.EnforceSSL = new(true)
		bucket.Versioned = &stage.Keep
		bucket.LifecycleRules = &[]*awss3.LifecycleRule{{
			Expiration:                  awscdk.Duration_Days(new(float64(failureDays))),
			NoncurrentVersionExpiration: awscdk.Duration_Days(new(float64(versionDays))),
		}}
	}
	failures := awss3.NewBucket(stack, new("StreamFailures"), bucket)
	if !stage.Local {
		tellOfFailures(alarmTopic(stack, stage), failures)
	}
	return stack
}

// alarmTopic makes the topic that tells people, and says who may publish to it: the stage's alarms and its failures
// bucket. A topic's own policy takes the place of the one that lets in the whole account, so alarms must be named too.
func alarmTopic(stack awscdk.Stack, stage Stage) awssns.Topic {
	topic := awssns.NewTopic(stack, new("Alarms"), &awssns.TopicProps{TopicName: new(stage.topicName(alarms))})
	email := awscdk.NewCfnParameter(stack, new("AlarmEmail"), &awscdk.CfnParameterProps{
		Description:    new("Who hears of alarms first; SNS asks them to confirm by mail. Others subscribe to the topic"),
		AllowedPattern: new("[^ @]+@[^ @]+"),
	})
	awssns.NewSubscription(stack, new("AlarmMail"), &awssns.SubscriptionProps{
		Topic: topic, Protocol: awssns.SubscriptionProtocol_EMAIL, Endpoint: email.ValueAsString(),
	})
	for _, from := range []struct{ service, arn string }{
		{"cloudwatch.amazonaws.com", stage.arn("cloudwatch", "alarm:"+stage.prefix()+"*")},
		{"s3.amazonaws.com", stage.failuresARN()},
	} {
		topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(&from.service, nil)},
			Actions:    list([]string{"sns:Publish"}),
			Resources:  &[]*string{topic.TopicArn()},
			Conditions: &map[string]any{
				"ArnLike":      map[string]any{"aws:SourceArn": from.arn},
				"StringEquals": map[string]any{"aws:SourceAccount": stage.account()},
			},
		}))
	}
	return topic
}

// tellOfFailures has the bucket tell the topic of each record that comes in. S3 tries the topic when it is told of it,
// so the topic's policy comes first. (The bucket's own method would deploy a function for this.)
func tellOfFailures(topic awssns.Topic, failures awss3.Bucket) {
	failures.Node().DefaultChild().(awss3.CfnBucket).SetNotificationConfiguration(&awss3.CfnBucket_NotificationConfigurationProperty{
		TopicConfigurations: &[]any{&awss3.CfnBucket_TopicConfigurationProperty{Event: new("s3:ObjectCreated:*"), Topic: topic.TopicArn()}},
	})
	failures.Node().AddDependency(topic.Node().FindChild(new("Policy")))
}

// publishers lists the contexts that some function publishes events of.
func publishers() []string {
	var found []string
	for _, f := range contract.Functions() {
		for _, g := range f.Grants {
			if g.Access == contract.Publish && !slices.Contains(found, g.Name) {
				found = append(found, g.Name)
			}
		}
	}
	return found
}
