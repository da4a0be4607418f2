package httpstep_test

import (
	"testing"

	"prentice"
	"prentice/internal/adapter/httpstep"
	"prentice/internal/engine/runner/kindtest"
)

func TestHTTPIsAStepKind(t *testing.T) {
	kindtest.Check(t, kindtest.Case{
		Kind: httpstep.New(),
		Good: prentice.StepSpec{Section: prentice.Act, Attrs: attrs("url="+server(t).URL+"/echo", "method=POST"), Body: "{}"},
	})
}
