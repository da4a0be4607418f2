package procedure_test

import (
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

func BenchmarkParse(b *testing.B) {
	text := sample(b, "restart-service")
	for b.Loop() {
		parse(text)
	}
}

func BenchmarkMatch(b *testing.B) {
	l, e := samples(b), event("probe.failed", "service/checkout", `{"consecutive":3}`)
	for b.Loop() {
		if matching, _ := l.Match(e); len(matching) != 1 {
			b.Fatal("no match")
		}
	}
}

func BenchmarkRender(b *testing.B) {
	l, cat := samples(b), proceduretest.Catalog()
	for b.Loop() {
		if _, err := procedure.Render(l, cat, prentice.RunRequest{Procedure: "restart-service", Event: down("3")}); err != nil {
			b.Fatal(err)
		}
	}
}
