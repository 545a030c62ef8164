package infra

// How long sellers' files are kept, in days. A feed is remembered as long as its report; its file serves to read on
// where reading stopped, and parts are of no use once the report is made.
const (
	uploadDays = 30
	partDays   = 14
	reportDays = 90
)

// feeds has the bucket of sellers' files. What is uploaded to it goes to the queue of feeds-split.
func feeds(c *contextStack) error {
	c.set("QUEUE_FEEDS_INTAKE", c.stage.queueURL("feeds-intake")) // what the API tells sellers
	files := c.files(folder{"uploads", uploadDays}, folder{"parts", partDays}, folder{"reports", reportDays})
	if err := c.functions(); err != nil {
		return err
	}
	c.announce(files, "uploads", c.queues["split"])
	return nil
}
