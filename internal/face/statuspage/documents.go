package statuspage

import (
	"slices"
	"strings"
	"time"

	"prentice/internal/engine/statuspage"
)

// pageID is the ID of the page in the documents of Statuspage: there is one page.
const pageID = "prentice"

type object = map[string]any

// documents are what programs read that know Statuspage, by their names.
func documents(p statuspage.Page) map[string]any {
	indicator, says := p.Overall()
	about := object{"id": pageID, "name": p.Title, "url": p.URL, "time_zone": "Etc/UTC", "updated_at": stamp(p.At.Truncate(time.Minute))}
	status := object{"indicator": indicator, "description": says}
	open, over := []object{}, []object{}
	for _, i := range p.Incidents {
		if i.Open() {
			open = append(open, incident(p, i))
		}
		over = append(over, incident(p, i))
	}
	upcoming, active, all := []object{}, []object{}, []object{}
	for _, w := range p.Maintenance {
		doc := window(p, w)
		all = append(all, doc)
		if w.Begun(p.At) {
			active = append(active, doc)
		} else {
			upcoming = append(upcoming, doc)
		}
	}
	parts := components(p)
	return map[string]any{
		"summary.json":                         object{"page": about, "components": parts, "incidents": open, "scheduled_maintenances": all, "status": status},
		"status.json":                          object{"page": about, "status": status},
		"components.json":                      object{"page": about, "components": parts},
		"incidents.json":                       object{"page": about, "incidents": over},
		"incidents/unresolved.json":            object{"page": about, "incidents": open},
		"scheduled-maintenances.json":          object{"page": about, "scheduled_maintenances": all},
		"scheduled-maintenances/upcoming.json": object{"page": about, "scheduled_maintenances": upcoming},
		"scheduled-maintenances/active.json":   object{"page": about, "scheduled_maintenances": active},
	}
}

// stamp is a time as Statuspage writes it; null where there is none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// began is when a component was first there: no one keeps that, and programs want a time.
var began = time.Unix(0, 0)

// components are those of a page, each after the group that it is in.
func components(p statuspage.Page) []object {
	list, groups := []object{}, map[string]object{}
	for n, c := range p.Components {
		doc := object{"id": c.Name, "name": c.Title, "status": known(c.Status), "created_at": stamp(began), "updated_at": stamp(latest(c.Since, began)), "position": n + 1,
			"description": orNull(c.About), "showcase": true, "start_date": nil, "group_id": nil, "page_id": pageID, "group": false, "only_show_if_degraded": false, "prentice_status": c.Status}
		if c.Group != "" {
			g := groups[c.Group]
			if g == nil {
				g = object{"id": groupID(c.Group), "name": c.Group, "status": c.Status, "created_at": stamp(began), "updated_at": stamp(began), "position": n + 1,
					"description": nil, "showcase": false, "start_date": nil, "group_id": nil, "page_id": pageID, "group": true, "only_show_if_degraded": false, "components": []string{}}
				groups[c.Group] = g
				list = append(list, g)
			}
			g["status"] = statuspage.Worse(g["status"].(statuspage.Status), c.Status)
			g["components"] = append(g["components"].([]string), c.Name)
			doc["group_id"] = g["id"]
		}
		list = append(list, doc)
	}
	for _, g := range groups {
		status := g["status"].(statuspage.Status)
		g["status"], g["prentice_status"] = known(status), status
	}
	return list
}

// groupID is that of a group. No component can have it: theirs have no colon.
func groupID(name string) string {
	return "group:" + strings.Join(strings.Fields(strings.ToLower(name)), "-")
}

// known is a status that Statuspage has. It has no word for unknown: a program that is told
// operational would believe it.
func known(s statuspage.Status) statuspage.Status {
	if s == statuspage.Unknown {
		return statuspage.Degraded
	}
	return s
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// incident is one as Statuspage shows it.
func incident(p statuspage.Page, i statuspage.Incident) object {
	var monitored time.Time
	updates := []object{}
	for _, u := range i.Updates {
		if u.State == "monitoring" {
			monitored = u.At
		}
		updates = append(updates, object{"id": u.ID, "status": u.State, "body": u.Says, "incident_id": i.ID, "created_at": stamp(u.At), "updated_at": stamp(u.At), "display_at": stamp(u.At),
			"affected_components": affected(p, i), "deliver_notifications": true, "custom_tweet": nil, "tweet_id": nil})
	}
	return object{"id": i.ID, "name": i.Title, "status": i.State, "created_at": stamp(i.Opened), "updated_at": stamp(i.Touched()), "monitoring_at": stamp(monitored), "resolved_at": stamp(i.Resolved),
		"impact": i.Impact, "shortlink": p.URL + "/incidents/" + i.ID + "/", "started_at": stamp(i.Opened), "page_id": pageID, "incident_updates": updates, "components": only(p, i.Components)}
}

func affected(p statuspage.Page, i statuspage.Incident) []object {
	list := []object{}
	for _, c := range p.Components {
		if slices.Contains(i.Components, c.Name) {
			list = append(list, object{"code": c.Name, "name": c.Title, "old_status": statuspage.Operational, "new_status": i.Impact.Status()})
		}
	}
	return list
}

// only are the components of some names.
func only(p statuspage.Page, names []string) []object {
	return slices.DeleteFunc(components(p), func(o object) bool { return o["group"] == true || !slices.Contains(names, o["id"].(string)) })
}

// window is planned maintenance as Statuspage shows it.
func window(p statuspage.Page, w statuspage.Window) object {
	state := "scheduled"
	if w.Begun(p.At) {
		state = "in_progress"
	}
	return object{"id": w.ID, "name": w.Title, "status": state, "created_at": stamp(w.From), "updated_at": stamp(w.From), "monitoring_at": nil, "resolved_at": nil, "impact": "maintenance",
		"shortlink": p.URL + "/#maintenance", "started_at": stamp(w.From), "page_id": pageID, "scheduled_for": stamp(w.From), "scheduled_until": stamp(w.To), "incident_updates": []object{}, "components": only(p, w.Components)}
}
