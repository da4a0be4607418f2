package pager

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"prentice"
)

// opsgenie is the body of POST /v2/alerts, and of the acts on one.
type opsgenie struct {
	Message     string         `json:"message"`
	Alias       string         `json:"alias"`
	Description string         `json:"description"`
	Responders  []any          `json:"responders"`
	Tags        []string       `json:"tags"`
	Details     map[string]any `json:"details"`
	Entity      string         `json:"entity"`
	Source      string         `json:"source"`
	Priority    string         `json:"priority"`
	User        string         `json:"user"`
	Note        string         `json:"note"`
}

const (
	fromOG    = "opsgenie/alerts"
	mostAlias = 512
)

var priorities = map[string]string{"P1": "critical", "P2": "error", "": "warning", "P3": "warning", "P4": "info", "P5": "info"}

// create is POST /v2/alerts.
func (f *face) create(w http.ResponseWriter, r *http.Request) {
	in, actor, ok := f.opsgenie(w, r)
	if !ok {
		return
	}
	severity, known := priorities[in.Priority]
	switch {
	case in.Message == "":
		f.refuseOG(w, r, prentice.Errorf(prentice.Invalid, "Message can not be empty."))
		return
	case len(in.Alias) > mostAlias:
		f.refuseOG(w, r, prentice.Errorf(prentice.Invalid, "Alias can not be longer than %d characters.", mostAlias))
		return
	case !known:
		f.refuseOG(w, r, prentice.Errorf(prentice.Invalid, "Priority should be one of [ P1, P2, P3, P4, P5 ]"))
		return
	}
	id := f.NewID()
	if in.Alias == "" {
		in.Alias = id
	}
	a := alert{source: fromOG, key: in.Alias, name: "Opsgenie alert", summary: clip(in.Message, 130), severity: severity}
	a.flat(in.Details)
	for name, value := range map[string]string{"entity": in.Entity, "source": in.Source, "priority": in.Priority, "tags": strings.Join(in.Tags, ",")} {
		if value != "" {
			a.labels[name] = value
		}
	}
	if a.labels["service"] == "" && in.Entity != "" {
		a.labels["service"] = in.Entity
	}
	a.annotations["description"] = in.Description
	if len(in.Responders) > 0 {
		a.annotations["responders"] = fmt.Sprint(in.Responders)
	}
	e, err := a.event(false)
	if err == nil {
		err = f.Send(r.Context(), actor, e)
	}
	f.accept(w, r, id, err)
}

// act is POST /v2/alerts/ALIAS/close and …/acknowledge.
func (f *face) act(w http.ResponseWriter, r *http.Request) {
	_, actor, ok := f.opsgenie(w, r)
	if !ok {
		return
	}
	alias, action := r.PathValue("alert"), r.PathValue("action")
	if kind := r.URL.Query().Get("identifierType"); kind != "alias" {
		f.refuseOG(w, r, prentice.Errorf(prentice.Invalid, "alerts are known by their alias here; add ?identifierType=alias"))
		return
	}
	var err error
	switch action {
	case "acknowledge":
		err = f.Acknowledge(r.Context(), actor, fromOG, printOf(alias))
	case "close":
		var e prentice.Event
		if e, err = (alert{source: fromOG, key: alias, name: "Opsgenie alert"}).event(true); err == nil {
			err = f.Send(r.Context(), actor, e)
		}
	default:
		answer(w, http.StatusNotFound, map[string]any{"message": "there are close and acknowledge here", "took": 0.0, "requestId": f.NewID()})
		return
	}
	f.accept(w, r, f.NewID(), err)
}

func (f *face) accept(w http.ResponseWriter, r *http.Request, id string, err error) {
	if err != nil {
		f.refuseOG(w, r, err)
		return
	}
	answer(w, http.StatusAccepted, map[string]any{"result": "Request will be processed", "took": 0.0, "requestId": id})
}

// opsgenie reads a body and says whose key it comes with.
func (f *face) opsgenie(w http.ResponseWriter, r *http.Request) (in opsgenie, actor prentice.Actor, ok bool) {
	key, found := strings.CutPrefix(r.Header.Get("Authorization"), "GenieKey ")
	if !found {
		f.refuseOG(w, r, prentice.Errorf(prentice.Unauthenticated, "Could not authenticate: send Authorization: GenieKey KEY"))
		return in, actor, false
	}
	actor, err := f.sender(r.Context(), strings.TrimSpace(key))
	if err != nil {
		f.refuseOG(w, r, err)
		return in, actor, false
	}
	text, err := body(w, r)
	if err == nil && len(text) > 0 && json.Unmarshal(text, &in) != nil {
		err = prentice.Errorf(prentice.Invalid, "the body is no JSON object of an alert")
	}
	if err != nil {
		f.refuseOG(w, r, err)
		return in, actor, false
	}
	return in, actor, true
}

// refuseOG answers with an error as Opsgenie does: what is wrong with an alert is 422.
func (f *face) refuseOG(w http.ResponseWriter, r *http.Request, err error) {
	status, says := f.statusOf(r, err)
	if status == http.StatusBadRequest {
		status = http.StatusUnprocessableEntity
	}
	answer(w, status, map[string]any{"message": says, "took": 0.0, "requestId": f.NewID()})
}
