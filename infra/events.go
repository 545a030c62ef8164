package infra

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"

	"rialto/functions/contract"
)

// failureDays is how long a record that could not be published waits for a person.
const failureDays = 90

// eventsStack holds what events pass through and no single context owns: a topic for each context that publishes,
// the bucket for stream records that could not be published, and on AWS the topic that alarms go to. It is apart
// from the contexts because they subscribe to each other in circles.
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
		awssns.NewTopic(stack, new("Alarms"), &awssns.TopicProps{TopicName: new(stage.topicName(alarms))})
		bucket.RemovalPolicy = awscdk.RemovalPolicy_RETAIN
		bucket.BlockPublicAccess = awss3.BlockPublicAccess_BLOCK_ALL()
		bucket.Encryption = awss3.BucketEncryption_S3_MANAGED
		bucket.EnforceSSL = new(true)
		bucket.LifecycleRules = &[]*awss3.LifecycleRule{{Expiration: awscdk.Duration_Days(new(float64(failureDays)))}}
	}
	awss3.NewBucket(stack, new("StreamFailures"), bucket)
	return stack
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
