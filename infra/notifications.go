package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"

	"rialto/functions/contract"
)

const (
	mail = "mail" // the topic of SES's events, named like a context's

	// At these rates SES puts an account under review
	// (docs.aws.amazon.com/ses/latest/dg/reputationdashboardmessages.html).
	mostBounces    = 0.05
	mostComplaints = 0.001
)

// notifications sends from an address of the shop's domain, which SES must have verified, and hears what became of the mails. Locally
// a mailbox stands in for SES.
func notifications(c *contextStack) error {
	c.set("REVIEW_AFTER_SECONDS", seconds(c.stage.ReviewAfter))
	topic := awssns.NewTopic(c.stack, new("Mail"), &awssns.TopicProps{TopicName: new(c.stage.topicName(mail))})
	if c.stage.Local {
		c.provide(contract.Mail, granted{env: map[string]string{
			"AWS_ENDPOINT_URL_SESV2": contract.LocalMailboxURL, "MAIL_FROM": "orders@shop.example",
			"MAIL_CONFIGURATION_SET": c.stage.prefix() + mail, "SHOP_URL": contract.LocalShopURL,
		}})
	} else {
		c.sender(topic)
	}
	if err := c.functions(); err != nil {
		return err
	}
	queue := c.queues["listen"]
	topic.AddSubscription(awssnssubscriptions.NewSqsSubscription(queue, &awssnssubscriptions.SqsSubscriptionProps{RawMessageDelivery: new(true)}))
	return nil
}

// sender makes the identity that mails are sent from, and the configuration set that tells what became of them.
func (c *contextStack) sender(topic awssns.Topic) {
	domain := c.parameter("MailDomain", "Domain that mails are sent from; its DNS gets the records that SES asks for", "[a-z0-9.-]{4,}")
	shop := c.parameter("ShopUrl", "What stands before /api/v1 of the shopper API, for links in mails", "https://[^ ]{4,}")
	set := awsses.NewConfigurationSet(c.stack, new("MailSet"), &awsses.ConfigurationSetProps{
		ConfigurationSetName: new(c.stage.prefix() + mail), ReputationMetrics: new(true),
	})
	set.AddEventDestination(new("Events"), &awsses.ConfigurationSetEventDestinationOptions{
		Destination: awsses.EventDestination_SnsTopic(topic),
		Events:      &[]awsses.EmailSendingEvent{awsses.EmailSendingEvent_BOUNCE, awsses.EmailSendingEvent_COMPLAINT, awsses.EmailSendingEvent_REJECT},
	})
	awsses.NewEmailIdentity(c.stack, new("MailIdentity"), &awsses.EmailIdentityProps{
		Identity: awsses.Identity_Domain(domain), ConfigurationSet: set,
	})
	c.provide(contract.Mail, granted{
		allow: []permission{{actions: []string{"ses:SendEmail"}, on: []string{
			c.stage.arn("ses", "identity/"+*domain), c.stage.arn("ses", "configuration-set/"+c.stage.prefix()+mail)}}},
		env: map[string]string{"MAIL_FROM": "orders@" + *domain, "MAIL_CONFIGURATION_SET": c.stage.prefix() + mail, "SHOP_URL": *shop},
	})
	c.reputation("bounces", "BounceRate", mostBounces, "mails go to mailboxes that are not there")
	c.reputation("complaints", "ComplaintRate", mostComplaints, "readers call mails spam")
}

// reputation rings when SES would put the account under review. The metric is the account's: all that it sends counts.
func (c *contextStack) reputation(name, metric string, most float64, about string) {
	c.alarm(title(name)+"Alarm", c.context+"-"+name, about+" at a rate that SES reviews accounts for: infra/OPERATIONS.md says what to do",
		awscloudwatch.NewMetric(&awscloudwatch.MetricProps{Namespace: new("AWS/SES"), MetricName: new("Reputation." + metric),
			Statistic: new("Maximum"), Period: awscdk.Duration_Hours(new(1.0))}), most, 1)
}

// parameter is what whoever deploys must say the first time.
func (c *contextStack) parameter(name, about, form string) *string {
	return awscdk.NewCfnParameter(c.stack, &name, &awscdk.CfnParameterProps{Description: &about, AllowedPattern: &form}).ValueAsString()
}
