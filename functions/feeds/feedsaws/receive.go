package feedsaws

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/feeds"
	"rialto/functions/internal/batch"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/chunks"
	"rialto/functions/internal/fault"
)

var errMessage = fault.New(fault.Malformed, "malformed_message", "the message is none that this queue takes")

// spare is what cutting leaves of the function's time, to send what is cut and to say where to go on.
const spare = 20 * time.Second

// OnSplit returns the handler of feeds-split. A task that was tried receives times is noted at its feed before it
// goes to the dead-letter queue. most is how many bytes one invocation cuts.
func OnSplit(s *feeds.Splitter, receives int, most int64, now func() time.Time) batch.QueueHandler {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error {
		tasks, err := tasksOf([]byte(m.Body))
		if err != nil {
			return err
		}
		end, timed := ctx.Deadline()
		for _, t := range tasks {
			err := s.Split(ctx, t, func(cut int64) bool { return cut >= most || timed && end.Sub(now()) < spare })
			if tried, _ := strconv.Atoi(m.Attributes["ApproximateReceiveCount"]); err != nil && tried >= receives {
				err = errors.Join(err, s.GiveUp(ctx, t))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// tasksOf reads a task of our own, or what S3 says of an object that came.
func tasksOf(body []byte) ([]feeds.Task, error) {
	var own feeds.Task
	if err := json.Unmarshal(body, &own); err == nil && own.FeedID != "" {
		return []feeds.Task{own}, nil
	}
	objects, err := bucket.ParseNotification(body)
	if err != nil {
		return nil, err
	}
	var tasks []feeds.Task
	for _, o := range objects {
		if id, ok := feeds.FeedOf(o.Key); ok {
			tasks = append(tasks, feeds.Task{FeedID: id, ETag: o.ETag, Bytes: o.Bytes})
		}
	}
	return tasks, nil
}

// OnReport returns the handler of feeds-report. Results of one batch on one feed are counted together.
func OnReport(c *feeds.Counter) batch.QueueHandler {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		of := map[string][]chunks.Result{}
		for _, m := range e.Records {
			var a chunks.Result
			if json.Unmarshal([]byte(m.Body), &a) == nil && a.FeedID != "" {
				of[a.FeedID] = append(of[a.FeedID], a)
			}
		}
		counted := map[string]func() error{}
		for id, results := range of {
			counted[id] = sync.OnceValue(func() error {
				err := c.Count(ctx, id, results)
				if errors.Is(err, feeds.ErrFeedNotFound) {
					slog.WarnContext(ctx, "a result to no feed", "feed_id", id)
					return nil
				}
				return err
			})
		}
		return batch.Queue(func(_ context.Context, m events.SQSMessage) error {
			var a chunks.Result
			if err := json.Unmarshal([]byte(m.Body), &a); err != nil || a.FeedID == "" {
				return errMessage.Because(err)
			}
			return counted[a.FeedID]()
		})(ctx, e)
	}
}

// OnAssemble returns the handler of feeds-assemble.
func OnAssemble(c *feeds.Counter) batch.QueueHandler {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error {
		var a assemble
		if err := json.Unmarshal([]byte(m.Body), &a); err != nil || a.FeedID == "" {
			return errMessage.Because(err)
		}
		return c.Assemble(ctx, a.FeedID)
	})
}

// OnIntake returns the handler of feeds-intake.
func OnIntake(i *feeds.Intake) batch.QueueHandler {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error {
		var in feeds.Message
		if err := json.Unmarshal([]byte(m.Body), &in); err != nil {
			return errMessage.Because(err)
		}
		return i.Take(ctx, in)
	})
}
