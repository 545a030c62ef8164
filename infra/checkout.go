package infra

import "strconv"

// checkout has the machine that runs the saga.
func checkout(r *room) error {
	r.set("CHECKOUT_WAIT_SECONDS", seconds(r.stage.CheckoutWait))
	r.set("CHECKOUT_DUE_BUCKETS", strconv.Itoa(r.stage.DueBuckets))
	if err := r.functions(); err != nil {
		return err
	}
	return r.machine("checkout", r.shared.checkout)
}
