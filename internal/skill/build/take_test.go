package build

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/artifact"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/kit/dsse"
	"prentice/internal/op"
)

func TestWhatACheckMadeIsProvedToBeThat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.lands(t, 1, "1")
		commit := w.landed[0].Commit
		got, err := w.take(t.Context(), w.call(), takeIn{Check: "build", File: "dist/shop", Service: "shop", Revision: commit})
		if err != nil || got.Check != "build" || got.Name != "shop" || !slices.Equal(got.Images, []string{"golang@sha256:1"}) || got.Revision != commit {
			t.Fatalf("%+v, %v", got, err)
		}
		if v, err := w.verify(t.Context(), w.call(), artifactIn{got.Digest}); err != nil || v.ExitCode() != 0 {
			t.Errorf("%+v, %v", v, err)
		}
		raw, err := w.Artifacts.Content.Read(got.Provenance, mostDocument)
		if err != nil {
			t.Fatal(err)
		}
		e, err := dsse.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		payload, err := e.Open(w.Keys()[0], "application/vnd.in-toto+json")
		var said artifact.Statement
		if err != nil || json.Unmarshal(payload, &said) != nil || said.Predicate.Run.Builder["id"] != "https://prentice.dev/check" || said.Predicate.Build.External["check"] != "build" {
			t.Errorf("%s, %v", payload, err)
		}
		forged := got.Artifact
		forged.Check = "other"
		if err := w.proven(forged); err == nil {
			t.Error("another check is believed to have made it")
		}
		if r, err := w.create(t.Context(), w.call(), createIn{Service: "shop", Version: "2", Revision: commit}); err != nil || r.Artifacts[0] != got.Digest {
			t.Errorf("%+v, %v", r.Artifacts, err)
		}
	})
}

func TestNothingIsTakenOrReleasedWhoseCheckDoesNotHold(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.lands(t, 1, "1")
	in := takeIn{Check: "build", File: "dist/shop", Service: "shop", Revision: w.landed[0].Commit}
	got, err := w.take(t.Context(), w.call(), in)
	if err != nil {
		t.Fatal(err)
	}
	w.passed = prentice.Errorf(prentice.Refused, "check build does not hold")
	in.File = "dist/other"
	if _, err := w.take(t.Context(), w.call(), in); prentice.KindOf(err) != prentice.Refused {
		t.Errorf("it is taken: %v", err)
	}
	for name, in := range map[string]createIn{"by revision": {Service: "shop", Version: "2", Revision: in.Revision}, "by digest": {Service: "shop", Version: "2", Artifact: []string{got.Digest}}} {
		if _, err := w.create(t.Context(), w.call(), in); prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), "does not hold") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, file := range []string{"dist/", "../x/-rf", "..", ""} {
		if _, err := w.take(t.Context(), op.Call{}, takeIn{Check: "build", File: file, Service: "shop", Revision: in.Revision}); err == nil {
			t.Errorf("%q is taken", file)
		}
	}
}
