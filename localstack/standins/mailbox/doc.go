// Package mailbox is the stand-in for SES, of which LocalStack's community edition has the first version's API alone. It takes
// SendEmail of SES v2, sends nothing, and keeps the latest mails for whoever asks. Addresses of SES's mailbox simulator
// (docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html) do what they do there: bounce@ and complaint@
// simulator.amazonses.com have the events of that published, with a label behind a plus if one is wanted.
package mailbox
