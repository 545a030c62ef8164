package infra

// payouts waits with what it owes for as long as the stage says.
func payouts(r *room) error {
	r.set("PAYOUT_RESERVE_SECONDS", seconds(r.stage.PayoutReserve))
	return r.functions()
}
