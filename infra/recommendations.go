package infra

// recommendations has the bucket of models.
func recommendations(c *contextStack) error {
	c.files()
	return c.functions()
}
