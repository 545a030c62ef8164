package infra

// fulfillment moves shipments on at the stage's pace.
func fulfillment(r *room) error {
	r.set("FULFILLMENT_STEP_SECONDS", seconds(r.stage.FulfillmentStep))
	return r.functions()
}
