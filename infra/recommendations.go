package infra

// catalogDays is how long a snapshot of the catalog is kept; one is taken a day.
const catalogDays = 3

// recommendations has the bucket of models, and what makes them.
func recommendations(c *contextStack) error {
	c.files(folder{"catalog", catalogDays})
	if err := c.functions(); err != nil {
		return err
	}
	return c.training()
}
