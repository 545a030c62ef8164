package infra

import "strconv"

// checkout has the machine that runs the saga.
func checkout(c *contextStack) error {
	c.set("CHECKOUT_WAIT_SECONDS", seconds(c.stage.CheckoutWait))
	c.set("TAX_ENGINE", c.stage.TaxEngine) // a quote's tax is what its checkout would be charged
	c.set("CHECKOUT_DUE_BUCKETS", strconv.Itoa(c.stage.DueBuckets))
	if err := c.functions(); err != nil {
		return err
	}
	return c.machine("checkout", c.shared.checkout)
}
