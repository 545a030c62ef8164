// Package notificationsaws is notifications over AWS's services: SES sends, Lambda opens addresses, KMS signs links, SQS brings what
// became of mails.
package notificationsaws
