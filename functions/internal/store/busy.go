package store

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"rialto/functions/internal/fault"
)

// errBusy is a table that serves no more just now, however often the SDK asked: whoever waits is told to come again, which a failure
// of ours would not say.
var errBusy = fault.New(fault.Throttled, "throttled", "too many requests at once").After(time.Second)

// throttles are the names of DynamoDB's throttling among those that the SDK tries again.
var throttles = retry.ThrottleErrorCode{Codes: retry.DefaultThrottleErrorCodes}

// told is err, as errBusy where DynamoDB throttled the request.
func told(err error) error {
	if err != nil && throttles.IsErrorThrottle(err) == aws.TrueTernary {
		return errBusy.Because(err)
	}
	return err
}
