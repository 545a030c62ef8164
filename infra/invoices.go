package infra

// copyDays is how long the PDF of an invoice is kept that somebody asked for: it is made anew when asked for again.
const copyDays = 1

// invoices has the bucket of invoices' copies.
func invoices(c *contextStack) error {
	c.files(folder{"copies", copyDays})
	return c.functions()
}
