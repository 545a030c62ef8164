package operatorsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/campaigns"
	"rialto/functions/internal/api"
	"rialto/functions/internal/fault"
)

// Campaigns is the calendar of events that many shoppers come to at once.
type Campaigns interface {
	OfMonth(ctx context.Context, month, after string, limit int) ([]campaigns.Entry, string, error)
	Report(ctx context.Context, id string) (campaigns.Report, error)
	Put(ctx context.Context, w campaigns.Wish) (campaigns.Report, error)
	Cancel(ctx context.Context, id string) (campaigns.Report, error)
}

func campaignRoutes(s Services) []api.Route {
	h := campaignHandlers{s.Campaigns}
	const one = "/ops/v1/campaigns/{event_id}"
	return []api.Route{
		handle(s.Audit, api.Route{ID: "listCampaigns", Method: http.MethodGet, Path: "/ops/v1/campaigns",
			Summary: "The events of the calendar that start in a month, by id"}, h.list),
		handle(s.Audit, api.Route{ID: "findCampaign", Method: http.MethodGet, Path: one,
			Summary: "An event, and of each of its steps what was, is wanted and is", Errors: []fault.Kind{fault.NotFound}}, h.get),
		handle(s.Audit, api.Route{ID: "putCampaign", Method: http.MethodPut, Path: one,
			Summary: "Put an event into the calendar, or change it: what it needs is raised two hours ahead, and goes back after it",
			Errors:  []fault.Kind{fault.Conflict}}, h.put),
		handle(s.Audit, api.Route{ID: "cancelCampaign", Method: http.MethodPost, Path: one + "/cancel",
			Summary: "Cancel an event, or end it now; what was raised for it goes back within minutes", Errors: []fault.Kind{fault.NotFound}}, h.cancel),
	}
}

type campaignHandlers struct{ calendar Campaigns }

// Window is an event as it is put.
type Window struct {
	Name         string           `json:"name" maxLength:"400"`
	Marketplaces []string         `json:"marketplaces" maxItems:"50" doc:"Their codes"`
	TimeZone     string           `json:"time_zone" maxLength:"64" doc:"IANA, as America/Los_Angeles: what the window is told in"`
	StartsAt     string           `json:"starts_at" maxLength:"32" doc:"As clocks there show it: 2026-11-27T00:00:00"`
	EndsAt       string           `json:"ends_at" maxLength:"32"`
	PeakOrders   int64            `json:"peak_orders_per_second"`
	PeakPages    int64            `json:"peak_page_views_per_second"`
	Deals        []campaigns.Deal `json:"deals,omitempty" maxItems:"200" doc:"Items that are sold faster than others"`
}

// campaign is an event as it is shown.
type campaign struct {
	EventID string `json:"event_id"`
	Window
	Start    time.Time  `json:"starts_at_utc"`
	End      time.Time  `json:"ends_at_utc"`
	WarmAt   time.Time  `json:"warm_at_utc" doc:"When its first steps are taken"`
	BackAt   time.Time  `json:"back_at_utc" doc:"When what was raised goes back"`
	State    string     `json:"state" enum:"open,cancelled,closed" doc:"cancelled: what was raised goes back; closed: all has gone back"`
	ClosedAt *time.Time `json:"closed_at,omitempty"`
}

type campaignStep struct {
	Kind   campaigns.Kind  `json:"kind"`
	Name   string          `json:"name"`
	Was    int64           `json:"was"`
	Wanted int64           `json:"wanted"`
	Is     int64           `json:"is"`
	State  campaigns.State `json:"state" enum:"waiting,pending,done,failed,excused,back,stays"`
	Note   string          `json:"note,omitempty"`
	At     *time.Time      `json:"at,omitempty" doc:"When it was last looked at"`
}

type campaignOutput struct {
	Body struct {
		campaign
		Steps    []campaignStep `json:"steps"`
		Warnings []string       `json:"warnings,omitempty" doc:"What cannot be done for it in time, or by campaigns at all"`
	}
}

func campaignOf(e campaigns.Entry) campaign {
	c := campaign{EventID: e.ID, Start: e.Start, End: e.End, WarmAt: e.Warm(), BackAt: e.End.Add(campaigns.Cool), State: e.State(),
		Window: Window{Name: e.Name, Marketplaces: e.Marketplaces, TimeZone: e.Zone, PeakOrders: e.Orders, PeakPages: e.Pages,
			Deals: e.Deals}}
	c.StartsAt, c.EndsAt = e.Local()
	if !e.Closed.IsZero() {
		c.ClosedAt = &e.Closed
	}
	return c
}

func reported(r campaigns.Report, err error) (*campaignOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &campaignOutput{}
	out.Body.campaign, out.Body.Steps, out.Body.Warnings = campaignOf(r.Entry), []campaignStep{}, r.Warnings
	for _, s := range r.Steps {
		step := campaignStep{Kind: s.Kind, Name: s.Name, Was: s.Was, Wanted: s.Wanted, Is: s.Is, State: s.State, Note: s.Note}
		if !s.At.IsZero() {
			step.At = &s.At
		}
		out.Body.Steps = append(out.Body.Steps, step)
	}
	return out, nil
}

type campaignsInput struct {
	Why
	api.Page
	Month string `query:"month" maxLength:"7" doc:"As 2026-11, UTC; this month unless it is given"`
}

func (in *campaignsInput) about() (subject, reason string) { return "", in.Reason }

type campaignsOutput struct {
	Body struct {
		Campaigns  []campaign `json:"campaigns"`
		NextCursor string     `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

func (h campaignHandlers) list(ctx context.Context, in *campaignsInput) (*campaignsOutput, error) {
	out := &campaignsOutput{}
	var err error
	out.Body.Campaigns, out.Body.NextCursor, err = api.ReadPage(in.Cursor, func(after string) ([]campaigns.Entry, string, error) {
		return h.calendar.OfMonth(ctx, in.Month, after, in.Limit)
	}, campaignOf)
	return out, err
}

type campaignInput struct {
	Why
	EventID string `path:"event_id" maxLength:"64"`
}

func (in *campaignInput) about() (subject, reason string) { return in.EventID, in.Reason }

func (h campaignHandlers) get(ctx context.Context, in *campaignInput) (*campaignOutput, error) {
	return reported(h.calendar.Report(ctx, in.EventID))
}

type putCampaignInput struct {
	EventID string `path:"event_id" maxLength:"64"`
	Body    struct {
		Window
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log"`
	}
}

func (in *putCampaignInput) about() (subject, reason string) { return in.EventID, in.Body.Reason }

func (h campaignHandlers) put(ctx context.Context, in *putCampaignInput) (*campaignOutput, error) {
	w := in.Body.Window
	return reported(h.calendar.Put(ctx, campaigns.Wish{ID: in.EventID, Name: w.Name, Marketplaces: w.Marketplaces, Zone: w.TimeZone,
		From: w.StartsAt, To: w.EndsAt, Orders: w.PeakOrders, Pages: w.PeakPages, Deals: w.Deals}))
}

type cancelCampaignInput struct {
	EventID string `path:"event_id" maxLength:"64"`
	Body    struct {
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log"`
	}
}

func (in *cancelCampaignInput) about() (subject, reason string) { return in.EventID, in.Body.Reason }

func (h campaignHandlers) cancel(ctx context.Context, in *cancelCampaignInput) (*campaignOutput, error) {
	return reported(h.calendar.Cancel(ctx, in.EventID))
}
