package web

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/replica"
	"prentice/internal/op"
	"prentice/internal/skill/design"
	"prentice/internal/skill/security"
	"prentice/internal/skill/support"
	"prentice/internal/team"
)

// The stories of the other skills, imitated like the first.

type (
	fault     = support.Incident
	faultsOut = support.Incidents
	faultOut  = support.Detail
)

func someFaults() []fault {
	list := []fault{
		{Number: 19, State: "open", Subject: "service/payments", Title: "customers wait long for payments", Summary: "customers wait long for payments", FirstSymptom: ago(8 * time.Second), Events: 1},
		{Number: 18, State: "watching", Subject: "service/catalog", Title: "catalog is down: it answered 503, not 200", Summary: "http://10.20.30.11:8080/healthz: it answered 503, not 200", FirstSymptom: ago(9 * time.Minute), WellSince: ago(30 * time.Second), Events: 12},
		{Number: 17, State: "fixing", Subject: "service/checkout", Title: "checkout is down: nothing listens there (connection refused)", Summary: "http://10.20.30.12:8080/healthz: nothing listens there (connection refused)", FirstSymptom: ago(52 * time.Second), Events: 4, Called: ago(2 * time.Second), Recurs: "the 4th time in 7 days; restart-service did not help for longer than 2 h in any of 3 times"},
		{Number: 16, State: "closed", Subject: "service/checkout", Title: "HighErrorRate on service/checkout", Summary: "5 % of requests fail for 10 minutes", FirstSymptom: ago(26 * time.Hour), Closed: ago(26*time.Hour - 95*time.Second), Events: 4, How: "verified", Says: "run/38 restarted it"},
	}
	for i := range list {
		list[i].Ref = prentice.NewRef("incident", fmtInt(list[i].Number))
		list[i].LastSymptom = list[i].FirstSymptom.Add(20 * time.Second)
	}
	return list
}

func fmtInt(n int64) string { raw, _ := json.Marshal(n); return string(raw) }

func someFault(number int64) (faultOut, error) {
	for _, f := range someFaults() {
		if f.Number != number {
			continue
		}
		at := func(d time.Duration) time.Time { return f.FirstSymptom.Add(d) }
		return faultOut{Incident: f, Now: noon,
			Symptoms: []support.Symptom{{What: "probe checkout-http fails", Since: at(0)}, {What: "probe orders-http fails", Since: at(3 * time.Second), Gone: at(30 * time.Second)}},
			Runs:     []support.IncidentRun{{Run: "run/41", Procedure: "restart-service", Says: "changes need one approver", State: prentice.Waiting, Asked: at(16 * time.Second), Doubled: 3}},
			Timeline: []support.Line{
				{Time: at(15 * time.Second), Kind: "opened", Says: "probe checkout-http failed 3 times: connection refused", About: "", Actor: "self/prentice"},
				{Time: at(16 * time.Second), Kind: "diagnosis", Says: "only the checks of restart-service fit: restart-service (it is silent); clear-stale-lock (there is no lock)", About: "procedure/restart-service", Actor: "self/prentice"},
				{Time: at(16 * time.Second), Kind: "run", Says: "asked for restart-service", About: "run/41", Actor: "self/prentice"},
				{Time: at(21 * time.Second), Kind: "note", Says: "The supplier confirms nothing on their side", About: "", Actor: "person/ann"},
				{Time: at(50 * time.Second), Kind: "called", Says: "two runs did not help, and a person must look", About: "", Actor: "self/prentice"},
			}, Followups: storyFollowups[:1]}, nil
	}
	return faultOut{}, prentice.Errorf(prentice.NotFound, "no incident %d", number).Try("list them with: prentice incident list")
}

type replicasOut struct{ Replicas []replica.Replica }

type entitiesOut = design.Listed

type dependant struct {
	Ref prentice.Ref
	Way []prentice.Ref
}

type entityOut struct {
	Entity      team.Entity
	Service     *team.Service
	Host        *team.Host
	Resource    *team.Resource
	Reaches     []prentice.Ref
	Runs, Parts []prentice.Ref
	Dependants  []dependant
}

var checkout = team.Entity{
	Ref: "service/checkout", Kind: "Component", Type: "service", Title: "Checkout", Description: "Takes the basket, the address and the money, in that order.", Lifecycle: "production",
	Owner: "group/shop", System: "system/shop", DependsOn: []prentice.Ref{"service/orders", "service/payments"}, Provides: []prentice.Ref{"api/checkout"}, Tags: []string{"tier-1", "go"},
	Links: []team.Link{{URL: "https://example.org/dash", Title: "Dashboard"}}, Annotations: map[string]string{"prentice.dev/unit": "checkout.service"}, At: prentice.Pos{File: "catalog-info.yaml", Line: 12},
}

func moreOps(full bool) []op.Op {
	return []op.Op{
		op.New("incident.list", prentice.Look, prentice.Viewer, "List incidents.", func(_ context.Context, _ op.Call, in struct {
			Open    bool   `json:"open,omitempty"`
			Subject string `json:"subject,omitempty"`
			Limit   int    `json:"limit,omitempty"`
		}) (faultsOut, error) {
			if !full {
				return faultsOut{}, nil
			}
			if in.Limit > 0 {
				return faultsOut{Incidents: someFaults()[:1]}, nil
			}
			return faultsOut{Incidents: someFaults(), Next_: "16"}, nil
		}),
		op.New("incident.show", prentice.Look, prentice.Viewer, "Show an incident.", func(_ context.Context, _ op.Call, in numberIn) (faultOut, error) { return someFault(in.Number) }),
		op.New("replica.list", prentice.Look, prentice.Viewer, "List replicas.", func(context.Context, op.Call, struct{}) (replicasOut, error) {
			if !full {
				return replicasOut{}, nil
			}
			return replicasOut{[]replica.Replica{
				{Name: "web-a", URL: "http://10.20.30.11:7390", Joined: ago(49 * time.Hour), Leads: true, Runs: 12},
				{Name: "the-one-in-the-other-machine-room", URL: "http://replica-of-the-other-room.fleet.example:7390", Joined: ago(3 * time.Hour)},
				{Name: "web-c", URL: "http://10.20.30.13:7390", Joined: ago(49 * time.Hour), Ended: ago(4 * time.Minute), How: "died"},
				{Name: "web-d", URL: "http://10.20.30.14:7390", Joined: ago(50 * time.Hour), Ended: ago(49 * time.Hour), How: "left"},
			}}, nil
		}),
		op.New("catalog.list", prentice.Look, prentice.Viewer, "List what the team has.", func(_ context.Context, _ op.Call, in struct {
			Kind string `json:"kind,omitempty"`
		}) (entitiesOut, error) {
			if !full {
				return entitiesOut{}, nil
			}
			all := []team.Entity{{Ref: "group/shop", Title: "The shop team"}, {Ref: "host/web-1", Description: "The machine in the corner"}, checkout,
				{Ref: "service/payment-gateway-with-an-unreasonably-long-name-in-eu-west-1", Type: "service", Owner: "group/platform-and-reliability-engineering", Description: "Speaks to the bank"}, {Ref: "system/shop", Title: "The shop"}}
			return entitiesOut{Entities: slices.DeleteFunc(all, func(e team.Entity) bool { return in.Kind != "" && e.Ref.Kind() != in.Kind })}, nil
		}).Naming("service", "host", "system", "group").OfferedAsRefs("service", "host", "system"),
		op.New("catalog.graph", prentice.Look, prentice.Viewer, "Show what needs what.", func(ctx context.Context, c op.Call, in design.GraphIn) (out design.Graph, err error) {
			for _, o := range design.New(design.Deps{Catalog: func() *team.Catalog { return someShop(full) }}).Ops {
				if o.Name == "catalog.graph" {
					v, wrong := o.Do(ctx, c, in)
					out, _ = v.(design.Graph)
					return out, wrong
				}
			}
			return out, nil
		}),
		op.New("host.list", prentice.Look, prentice.Viewer, "List hosts.", func(context.Context, op.Call, struct{}) (security.Hosts, error) {
			return security.Hosts{Hosts: []security.HostState{{Host: "host/web-1", State: security.HostLost, Seen: noon.Add(-5 * time.Minute), Says: "it does not answer", Hint: "look at it with: prentice service show service/checkout"}}}, nil
		}),
		op.New("catalog.show", prentice.Look, prentice.Viewer, "Show an entity.", func(_ context.Context, _ op.Call, in struct {
			Ref string `json:"ref"`
		}) (entityOut, error) {
			if in.Ref == "resource/orders-db" || in.Ref == "host/web-1" {
				return someTarget(prentice.Ref(in.Ref)), nil
			}
			if in.Ref != string(checkout.Ref) {
				return entityOut{Entity: team.Entity{Ref: prentice.Ref(in.Ref), Description: "Declared and not much more"}}, nil
			}
			return entityOut{Entity: checkout, Dependants: []dependant{{"service/basket", []prentice.Ref{"service/checkout", "service/basket"}}, {"service/web", []prentice.Ref{"service/checkout", "service/basket", "service/web"}}},
				Service: &team.Service{Unit: "checkout.service", URL: "http://127.0.0.1:7001", Run: "bin/checkout", Hosts: []team.Host{{Ref: "host/web-1", Local: true}},
					Probes: []prentice.Probe{{Name: "checkout-http", Kind: "http", Target: "http://127.0.0.1:7001/healthz", Interval: 5 * time.Second, FailAfter: 3, PassAfter: 2}}}}, nil
		}),
	}
}

var moreStories = []story{
	{name: "incidents", path: "/incidents", who: "ann", lists: true},
	{name: "incident", path: "/incidents/17", who: "ann"},
	{name: "incident-watching", path: "/incidents/18", who: "vera"},
	{name: "incident-closed", path: "/incidents/16", who: "ann"},
	{name: "replicas", path: "/replicas", who: "vera", lists: true},
	{name: "catalog", path: "/catalog", who: "vera", lists: true},
	{name: "entity", path: "/catalog/service/checkout", who: "vera"},
	{name: "entity-bare", path: "/catalog/group/shop", who: "vera"},
	{name: "entity-host", path: "/catalog/host/web-1", who: "vera"},
	{name: "entity-resource", path: "/catalog/resource/orders-db", who: "vera"},
}

// someShop is a catalog in which much needs much.
func someShop(full bool) *team.Catalog {
	c := &team.Catalog{}
	if !full {
		return c
	}
	for _, line := range []string{
		"service/web service/basket service/search service/checkout", "service/basket service/checkout service/sessions", "service/checkout service/orders service/payments",
		"service/orders resource/orders-db", "service/payments service/payment-gateway-with-an-unreasonably-long-name-in-eu-west-1 service/ledger", "service/ledger resource/orders-db service/payments",
		"service/search service/catalog", "service/mailer resource/queue", "service/sessions", "service/catalog resource/orders-db", "resource/orders-db host/web-1", "resource/queue", "host/web-1",
		"service/payment-gateway-with-an-unreasonably-long-name-in-eu-west-1",
	} {
		words := strings.Fields(line)
		e := team.Entity{Ref: prentice.Ref(words[0])}
		for _, w := range words[1:] {
			e.DependsOn = append(e.DependsOn, prentice.Ref(w))
		}
		c.Entities = append(c.Entities, e)
		if e.Ref.Kind() == "service" {
			c.Services = append(c.Services, team.Service{Ref: e.Ref})
		}
	}
	return c
}

// someTarget is a host, or a database that is reached from it.
func someTarget(ref prentice.Ref) entityOut {
	host := team.Host{Ref: "host/web-1", Address: "10.20.30.11", Groups: []string{"web", "eu-west-1"}, Facts: map[string]string{"os": "debian-13"}}
	out := entityOut{Entity: team.Entity{Ref: ref, Kind: "Resource", Type: "host", Owner: "group/platform-and-reliability-engineering", Description: "The machine in the corner"}, Host: &host, Reaches: []prentice.Ref{"resource/orders-db"}}
	if ref.Kind() == "resource" {
		out.Entity.Type, out.Entity.Description, out.Host, out.Reaches = "database", "What was ordered, and by whom", nil, nil
		out.Resource = &team.Resource{Ref: ref, Address: "orders.db.example:5432", Via: []team.Host{host}, Facts: map[string]string{"schema": "main"}}
	}
	return out
}
