package pager

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"prentice"
)

const fromGA = "goalert/generic"

// incoming is POST /api/v2/generic/incoming: what it says stands in its address, in a form, or in JSON.
func (f *face) incoming(w http.ResponseWriter, r *http.Request) {
	values := r.URL.Query()
	key := values.Get("token")
	if key == "" {
		key = values.Get("integrationKey")
	}
	if bearer, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); key == "" && found {
		key = strings.TrimSpace(bearer)
	}
	actor, err := f.sender(r.Context(), key)
	if err != nil {
		f.refuseGA(w, r, err)
		return
	}
	text, err := body(w, r)
	if err == nil {
		err = fill(values, r.Header.Get("Content-Type"), text)
	}
	if err != nil {
		f.refuseGA(w, r, err)
		return
	}
	summary := values.Get("summary")
	closes := values.Get("action") == "close"
	if summary == "" && (!closes || values.Get("dedup") == "") {
		f.refuseGA(w, r, prentice.Errorf(prentice.Invalid, "summary is required"))
		return
	}
	a := alert{source: fromGA, key: values.Get("dedup"), name: "GoAlert alert", summary: summary, severity: "critical", labels: map[string]string{}, annotations: map[string]string{"description": values.Get("details")}}
	if a.key == "" { // GoAlert tells alerts apart by what they say
		a.key = summary + "\x00" + values.Get("details")
	}
	for _, pair := range values["meta"] {
		if name, value, found := strings.Cut(pair, "="); found && name != "alertname" {
			if name == "severity" {
				a.severity = clip(value, 40)
				continue
			}
			a.labels[name] = value
		}
	}
	e, err := a.event(closes)
	if err == nil {
		err = f.Send(r.Context(), actor, e)
	}
	if err != nil {
		f.refuseGA(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// fill adds what stands in a body to what stands in the address.
func fill(values url.Values, kind string, text []byte) error {
	if len(text) == 0 {
		return nil
	}
	media, _, _ := mime.ParseMediaType(kind)
	if media == "application/json" {
		var in map[string]any
		if json.Unmarshal(text, &in) != nil {
			return prentice.Errorf(prentice.Invalid, "the body is no JSON object")
		}
		for name, value := range in {
			switch v := value.(type) {
			case string:
				values.Set(name, v)
			case map[string]any: // meta
				for key, one := range v {
					if says, is := one.(string); is {
						values.Add(name, key+"="+says)
					}
				}
			}
		}
		return nil
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return prentice.Errorf(prentice.Invalid, "the body is no form: %v", err)
	}
	for name, list := range form {
		values[name] = append(values[name], list...)
	}
	return nil
}

func (f *face) refuseGA(w http.ResponseWriter, r *http.Request, err error) {
	status, says := f.statusOf(r, err)
	http.Error(w, says, status)
}
