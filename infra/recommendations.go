package infra

// recommendations has the bucket of models, and what makes them.
func recommendations(c *contextStack) error {
	c.files()
	if err := c.functions(); err != nil {
		return err
	}
	return c.training()
}
