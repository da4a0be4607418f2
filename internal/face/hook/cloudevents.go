package hook

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/nearest"
)

const (
	structured = "application/cloudevents+json"
	batch      = "application/cloudevents-batch+json"
	rightTypes = structured + ", " + batch + ", or application/json with ce- headers"
)

// cloudEvents takes CloudEvents 1.0 in each of the HTTP binding's three modes
// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md).
func (f *face) cloudEvents(w http.ResponseWriter, r *http.Request, actor prentice.Actor) {
	events, ignored, err := readEvents(w, r)
	if err != nil {
		f.tellTooLarge(r, actor, err)
		f.refuse(w, r, err)
		return
	}
	f.send(w, r, actor, events, ignored)
}

func readEvents(w http.ResponseWriter, r *http.Request) ([]prentice.Event, []string, error) {
	switch kind := mediaType(r); {
	case kind == structured:
		body, err := read(w, r, prentice.MaxEventBytes)
		if err != nil {
			return nil, nil, err
		}
		return eventsOf([]json.RawMessage{body})
	case kind == batch:
		body, err := read(w, r, MostBytes)
		if err != nil {
			return nil, nil, err
		}
		return batchOf(body)
	case strings.HasPrefix(kind, "application/cloudevents"):
		return nil, nil, wrongType(r, rightTypes)
	case r.Header.Get("Ce-Specversion") != "" && (isJSON(kind) || r.Header.Get("Content-Type") == "" && r.ContentLength == 0):
		return binary(w, r)
	}
	return nil, nil, wrongType(r, rightTypes)
}

func batchOf(body []byte) ([]prentice.Event, []string, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, nil, invalid("send a JSON array of events", "the batch is not a JSON array: %v", err)
	}
	if len(list) > MostEvents {
		e := prentice.Errorf(prentice.Limited, "the batch has %d events", len(list)).Try("send at most %d at once", MostEvents)
		return nil, nil, withStatus{e, http.StatusRequestEntityTooLarge}
	}
	for _, one := range list {
		if len(one) > prentice.MaxEventBytes {
			return nil, nil, tooLarge(prentice.MaxEventBytes)
		}
	}
	return eventsOf(list)
}

// eventsOf reads all events before any is sent, so that one mistake is one
// answer and half a batch is never kept because of it.
func eventsOf(list []json.RawMessage) ([]prentice.Event, []string, error) {
	events, ignored := []prentice.Event{}, []string{}
	for _, raw := range list {
		attributes, err := membersOf(raw)
		if err != nil {
			return nil, nil, err
		}
		e, unused, err := eventOf(attributes)
		if err != nil {
			return nil, nil, err
		}
		events, ignored = append(events, e), append(ignored, unused...)
	}
	slices.Sort(ignored)
	return events, slices.Compact(ignored), nil
}

// known is the attributes that an event of ours is made of; attributes of
// CloudEvents that only describe the data are not used, like extensions.
var known = []string{"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data", "data_base64"}

// eventOf puts an event together from the attributes of the JSON format
// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md).
func eventOf(attributes []member) (e prentice.Event, ignored []string, err error) {
	texts := map[string]string{}
	for _, a := range attributes {
		switch {
		case a.key == "data":
			e.Data = dataOf(a.value)
		case a.key == "dataschema" || !slices.Contains(known, a.key) && isExtension(a.key):
			ignored = append(ignored, a.key)
		case !slices.Contains(known, a.key):
			return e, nil, noAttribute(a.key)
		case string(a.value) == "null": // the format's way of saying that it is not there
		default:
			var text string
			if err := json.Unmarshal(a.value, &text); err != nil {
				return e, nil, invalid("write it as a string", "attribute %s is not a string", a.key)
			}
			texts[a.key] = text
		}
	}
	if encoded, ok := texts["data_base64"]; ok {
		if len(e.Data) > 0 {
			return e, nil, invalid("send one of them", "the event has data and data_base64")
		}
		if e.Data, err = base64.StdEncoding.DecodeString(encoded); err != nil {
			return e, nil, invalid("encode it as base64", "data_base64: %v", err)
		}
	}
	if err := checkDataType(texts["datacontenttype"]); err != nil {
		return e, nil, err
	}
	return e, ignored, fill(&e, texts)
}

// dataOf is the data, or nothing for null.
func dataOf(raw json.RawMessage) json.RawMessage {
	if string(raw) == "null" {
		return nil
	}
	return raw
}

func checkDataType(kind string) error {
	if kind == "" {
		return nil
	}
	if parsed, _, err := mime.ParseMediaType(kind); err != nil || !isJSON(parsed) {
		return invalid("send JSON and say application/json", "datacontenttype is %q", clip(kind))
	}
	return nil
}

// isExtension says whether a name may be that of an extension: lower-case
// letters and digits.
func isExtension(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) < 0
}

func noAttribute(name string) error {
	if near := nearest.Of(strings.ToLower(name), known); near != "" {
		return invalid("did you mean "+near+"?", "%q is not an attribute", clip(name))
	}
	return invalid("extension names have lower-case letters and digits only", "%q is not an attribute", clip(name))
}

// fill puts the context attributes into the event and checks the whole.
func fill(e *prentice.Event, texts map[string]string) error {
	switch version, ok := texts["specversion"]; {
	case !ok:
		return invalid(`write "specversion": "1.0"`, "the event has no specversion")
	case version != "1.0":
		return invalid("send version 1.0", "specversion %q is not known", clip(version))
	}
	if at, ok := texts["time"]; ok {
		var err error
		if e.Time, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return invalid("write it as 2006-01-02T15:04:05Z", "time %q is not a time", clip(at))
		}
	}
	if subject, ok := texts["subject"]; ok && subject == "" {
		return invalid("leave it out, or write kind/name, such as service/checkout", "the subject is empty")
	}
	e.ID, e.Source, e.Type, e.Subject = texts["id"], texts["source"], texts["type"], prentice.Ref(texts["subject"])
	return checked(*e)
}

// binary reads an event whose attributes are headers and whose body is the data.
func binary(w http.ResponseWriter, r *http.Request) ([]prentice.Event, []string, error) {
	var e prentice.Event
	texts, ignored, err := headers(r.Header)
	if err != nil {
		return nil, nil, err
	}
	if e.Data, err = read(w, r, prentice.MaxEventBytes); err != nil {
		return nil, nil, err
	}
	if err := fill(&e, texts); err != nil {
		return nil, nil, err
	}
	return []prentice.Event{e}, ignored, nil
}

func headers(h http.Header) (texts map[string]string, ignored []string, err error) {
	texts = map[string]string{}
	for name, values := range h {
		attribute, ours := strings.CutPrefix(strings.ToLower(name), "ce-")
		if !ours {
			continue
		}
		if len(values) != 1 {
			return nil, nil, invalid("send it once", "the header ce-%s is there %d times", clip(attribute), len(values))
		}
		switch {
		case attribute == "data" || attribute == "data_base64" || attribute == "datacontenttype":
			return nil, nil, invalid("send the data as the body, and its type as Content-Type", "ce-%s is not a header", attribute)
		case attribute == "dataschema" || !slices.Contains(known, attribute) && isExtension(attribute):
			ignored = append(ignored, attribute)
			continue
		case !slices.Contains(known, attribute):
			return nil, nil, noAttribute(attribute)
		}
		if texts[attribute], err = url.PathUnescape(values[0]); err != nil {
			return nil, nil, invalid("write a percent sign as %25", "the header ce-%s is not percent-encoded: %v", attribute, err)
		}
	}
	slices.Sort(ignored)
	return texts, ignored, nil
}
