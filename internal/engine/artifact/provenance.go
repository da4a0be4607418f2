package artifact

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"prentice/internal/kit/dsse"
)

// What is signed.
const (
	payloadType   = "application/vnd.in-toto+json"
	statementType = "https://in-toto.io/Statement/v1"
	predicateType = "https://slsa.dev/provenance/v1"
	buildType     = "https://prentice.dev/artifact/v1"
	builderID     = "https://prentice.dev/artifact"
	checkType     = "https://prentice.dev/check/v1"
	checkerID     = "https://prentice.dev/check" // prentice itself performed the build, in its sandbox
)

// Statement is a provenance as SLSA 1 has it. What prentice did not see it does not say: the
// build itself is told by who added the artefact.
type Statement struct {
	Type          string    `json:"_type"`
	Subject       []subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     predicate `json:"predicate"`
}

type subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

type predicate struct {
	Build struct {
		Type         string         `json:"buildType"`
		External     map[string]any `json:"externalParameters"`
		Dependencies []dependency   `json:"resolvedDependencies"`
	} `json:"buildDefinition"`
	Run struct {
		Builder  map[string]string `json:"builder"`
		Metadata struct {
			ID       string    `json:"invocationId"`
			Finished time.Time `json:"finishedOn"`
		} `json:"metadata"`
	} `json:"runDetails"`
}

type dependency struct {
	URI    string            `json:"uri"`
	Digest map[string]string `json:"digest"`
}

// Provenance is the payload that is signed of an artefact.
func Provenance(a Artifact) []byte {
	s := Statement{Type: statementType, PredicateType: predicateType, Subject: []subject{{a.Name, digestOf(a.Digest)}}}
	s.Predicate.Build.Type = buildType
	s.Predicate.Build.External = map[string]any{"service": a.Service, "checks": a.Checks, "addedBy": a.By}
	s.Predicate.Build.Dependencies = []dependency{{"git+prentice:" + a.Repository, map[string]string{"gitCommit": a.Revision}}}
	if a.Bill != "" {
		s.Predicate.Build.Dependencies = append(s.Predicate.Build.Dependencies, dependency{"bill.cdx.json", digestOf(a.Bill)})
	}
	s.Predicate.Run.Builder = map[string]string{"id": builderID}
	if a.Check != "" {
		s.Predicate.Build.Type, s.Predicate.Build.External["check"], s.Predicate.Build.External["images"] = checkType, a.Check, a.Images
		s.Predicate.Run.Builder = map[string]string{"id": checkerID}
	}
	s.Predicate.Run.Metadata.ID = "prentice:" + string(a.Ref())
	s.Predicate.Run.Metadata.Finished = a.At.UTC()
	raw, err := json.Marshal(s)
	if err != nil {
		panic("a provenance always has a JSON form: " + err.Error())
	}
	return raw
}

func digestOf(digest string) map[string]string {
	return map[string]string{"sha256": digest[len("sha256:"):]}
}

// Believe says whether an envelope is the provenance of an artefact, signed by one of the
// keys. It compares what is said with what is kept: an envelope of another artefact, or
// of another revision, is not believed.
func Believe(keys []ed25519.PublicKey, a Artifact, envelope []byte) error {
	e, err := dsse.Decode(envelope)
	if err != nil {
		return err
	}
	err = errors.New("there is no key to believe")
	for _, key := range keys {
		var payload []byte
		if payload, err = e.Open(key, payloadType); err == nil {
			if !slices.Equal(payload, Provenance(a)) {
				return errors.New("it is signed, and says of the artefact what is not kept of it: one of the two was exchanged")
			}
			return nil
		}
	}
	return err
}
