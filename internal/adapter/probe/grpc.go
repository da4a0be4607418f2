package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/reach"
)

// health is the kind grpc: grpc.health.v1.Health says SERVING. Its one call is small enough
// to be written by hand; a library of gRPC would be larger than all probes together.
type health struct{ p *Prober }

// Name implements prentice.ProbeKind.
func (health) Name() string { return "grpc" }

// Keys implements prentice.ProbeKind.
func (health) Keys() []string { return []string{"service", "tls", "trust", "ip"} }

// Lint implements prentice.ProbeKind.
func (health) Lint(q prentice.Probe) (found []prentice.Finding) {
	if !reach.IsAddress(q.Target) {
		found = wrong("write host:port", "target %q is not host:port", clip.Text(q.Target))
	}
	if t := q.Options.Text("tls"); t != "" && t != "true" && t != "false" {
		found = append(found, wrong("write true or false", "tls is %q", clip.Text(t))...)
	}
	if len(q.Options.Text("service")) > 1000 {
		found = append(found, wrong("write the name of a service of gRPC", "service %q is too long", clip.Text(q.Options.Text("service")))...)
	}
	return slices.Concat(found, lintIP(q.Options), lintTrust(q.Options))
}

// Says implements prentice.ProbeKind.
func (health) Says(q prentice.Probe) string {
	if s := q.Options.Text("service"); s != "" {
		return "says that " + s + " is serving"
	}
	return "says that it is serving"
}

// Machine implements prentice.ProbeKind.
func (health) Machine(q prentice.Probe) string { return port{}.Machine(q) }

// Look implements prentice.ProbeKind.
func (k health) Look(ctx context.Context, q prentice.Probe) prentice.Observation {
	roots, err := trusted(q.Options)
	if err != nil {
		return unseen(err.Error())
	}
	own, scheme := k.p.transport(), "http"
	own.Protocols = new(http.Protocols)
	own.Protocols.SetUnencryptedHTTP2(true)
	if q.Options.Text("tls") == "true" {
		scheme = "https"
		own.Protocols = new(http.Protocols)
		own.Protocols.SetHTTP2(true)
		own.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	name := q.Options.Text("service")
	message := []byte{}
	if name != "" {
		message = append(binary.AppendUvarint([]byte{0x0a}, uint64(len(name))), name...)
	}
	frame := append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...)
	watch := &stopwatch{}
	r, err := http.NewRequestWithContext(watch.trace(context.WithValue(ctx, asked{}, q)), http.MethodPost, scheme+"://"+q.Target+"/grpc.health.v1.Health/Check", bytes.NewReader(frame))
	if err != nil {
		return unseen(reach.Why(err))
	}
	r.Header.Set("Content-Type", "application/grpc")
	r.Header.Set("TE", "trailers")
	r.Header.Set("User-Agent", "prentice-probe")
	seen := checkHealth(own, r, q)
	seen.Phases = watch.taken()
	own.CloseIdleConnections()
	return seen
}

func checkHealth(own http.RoundTripper, r *http.Request, q prentice.Probe) prentice.Observation {
	answer, err := own.RoundTrip(r)
	if err != nil {
		return unreached(q, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return unreached(q, err)
	}
	status := answer.Trailer.Get("Grpc-Status")
	if status == "" {
		status = answer.Header.Get("Grpc-Status")
	}
	switch {
	case answer.StatusCode != http.StatusOK || status == "":
		return prentice.Observation{Truth: prentice.Fail, Status: answer.StatusCode, Says: fmt.Sprintf("%s answered %d, and not as gRPC does", q.Target, answer.StatusCode)}
	case status == "5":
		return failed(fmt.Sprintf("%s knows no service %q", q.Target, q.Options.Text("service")))
	case status == "12":
		return failed(q.Target + " has no service grpc.health.v1.Health (UNIMPLEMENTED)")
	case status != "0":
		return failed(fmt.Sprintf("%s answered with the status %s of gRPC", q.Target, printed(status)))
	}
	switch state, err := serving(body); {
	case err != nil:
		return failed(fmt.Sprintf("%s: %v", q.Target, err))
	case state == 1:
		return prentice.Observation{Truth: prentice.Pass, Says: q.Target + " says SERVING"}
	case state == 2:
		return failed(q.Target + " says NOT_SERVING")
	case state == 3:
		return failed(q.Target + " says SERVICE_UNKNOWN")
	}
	return failed(q.Target + " says UNKNOWN")
}

// serving reads the one field of a HealthCheckResponse.
func serving(body []byte) (uint64, error) {
	if len(body) < 5 || body[0] != 0 || uint64(binary.BigEndian.Uint32(body[1:5])) != uint64(len(body)-5) {
		return 0, errors.New("what it answered is no message of gRPC")
	}
	message := body[5:]
	state := uint64(0)
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		value, m := uint64(0), 0
		if n > 0 && tag&7 == 0 {
			value, m = binary.Uvarint(message[n:])
		}
		if m <= 0 {
			return 0, errors.New("what it answered says no state")
		}
		if tag>>3 == 1 {
			state = value
		}
		message = message[n+m:]
	}
	return state, nil
}

var _ prentice.ProbeKind = health{}
