package contract

import "rialto/functions/campaigns"

// What campaigns raise on a stage, which says by these what it has (infra/campaigns.go).
type (
	CampaignStage    = campaigns.Stage
	CampaignFunction = campaigns.Function
	CampaignTable    = campaigns.Table
	CampaignQueue    = campaigns.Queue
	CampaignKind     = campaigns.Kind
)

// Kinds of what a stage may have none of.
const (
	CampaignProvisioned = campaigns.Provisioned
	CampaignWrites      = campaigns.Writes
	CampaignReads       = campaigns.Reads
	CampaignReplicas    = campaigns.Replicas
	CampaignCache       = campaigns.Cache
	CampaignPollers     = campaigns.Pollers
)

// CacheCores is how many cores a node of the cache has, 0 if that is not known.
func CacheCores(node string) int64 { return campaigns.CoresOf(node) }

var campaignsContext = Context{
	Name: "campaigns",
	Owns: "the calendar of events that many shoppers come to at once, and what is warmed for them",
	Functions: []Function{
		{
			Name: "prepare", Description: "raises what events need two hours ahead, looks whether it is there, and lets it go after them",
			Memory: 256, Timeout: 4 * minute,
			Trigger: Trigger{Schedule: 5 * minute},
			Grants: []Grant{
				{Read, "campaigns"}, {Write, "campaigns"}, {Invoke, "inventory-spread"},
				{Warm, "campaigns"}, {Warm, "carts"}, {Warm, "search"},
			},
			Alarms: []Alarm{
				{"unprepared", "a step of an event is not done, and the event is near"},
				{"still-raised", "what an event raised has not gone back two hours after it"},
			},
		},
	},
}
